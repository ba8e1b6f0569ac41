"""What a record is about, and records joined by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from fbert.errors import InputError
from fbert.files import as_record, read_json, write_json
from fbert.states import State
from fbert.store.read import read_layers, read_provenance


@dataclass(frozen=True)
class Origin:
    """What a record is about.

    Attributes:
        encoder: its name.
        state: the encoder's.
        corpus: where the examples are from.
        synthetic: whether a grammar made its text.
        task: whose examples.
        layer: number of the layer.
    """

    encoder: str
    state: State
    corpus: str
    synthetic: bool
    task: str
    layer: int

    @classmethod
    def of_store(cls, store: Path | str, task: str, layer: str | int) -> Origin:
        """Read it from a store; the layer `last` is the store's highest.

        Raises:
            CorruptFileError: the store is truncated, altered or something else.
        """
        made = read_provenance(store)
        number = read_layers(store)[-1] if layer == "last" else int(layer)
        state = State.parse(made["state"])
        return cls(made["encoder"], state, made["corpus"], made["synthetic"], task, number)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self) | {"state": str(self.state)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Origin:
        """Read what `to_json` wrote, among other keys."""
        fields = {name: content[name] for name in cls.__dataclass_fields__}
        return cls(**(fields | {"state": State.parse(fields["state"])}))


class Record(Protocol):
    """Any record."""

    @property
    def origin(self) -> Origin:
        """What it is about."""
        ...


Left = TypeVar("Left", bound=Record)
Right = TypeVar("Right", bound=Record)
Key = tuple[str, str, State, int]


def key_of(record: Record) -> Key:
    """Return what no two records of a kind share: encoder, task, state, layer."""
    origin = record.origin
    return origin.encoder, origin.task, origin.state, origin.layer


def by_key(records: Iterable[Left]) -> dict[Key, Left]:
    """Return records by key, in their order.

    Raises:
        InputError: two of them are about the same.
    """
    found: dict[Key, Left] = {}
    for record in records:
        if key_of(record) in found:
            raise InputError(f"two records of {_in_words(key_of(record))}, where one is needed")
        found[key_of(record)] = record
    return found


def joined(left: Sequence[Left], right: Sequence[Right]) -> list[tuple[Left, Right]]:
    """Pair the records of two kinds that are about the same, in the order of the first.

    Raises:
        InputError: a record is there twice, or has no counterpart; the message names it.
    """
    lefts, rights = by_key(left), by_key(right)
    for one, other in ((lefts, rights), (rights, lefts)):
        for key, record in one.items():
            if key not in other:
                raise InputError(f"{type(record).__name__} of {_in_words(key)} has no counterpart")
    return [(record, rights[key]) for key, record in lefts.items()]


def write_record(path: Path | str, origin: Origin, content: Mapping[str, Any]) -> None:
    """Write a record as JSON, whole or not at all."""
    write_json(path, origin.to_json() | dict(content))


def read_record(path: Path | str) -> tuple[Origin, dict[str, Any]]:
    """Read what `write_record` wrote.

    Raises:
        CorruptFileError: it is no record.
    """
    content = read_json(path)
    with as_record(path, "a record"):
        return Origin.from_json(content), content


def _in_words(key: Key) -> str:
    encoder, task, state, layer = key
    return f"encoder {encoder}, task {task}, state {state}, layer {layer}"
