"""What is to be known of a study's data before its numbers are believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fbert.errors import InputError
from fbert.files import as_record, read_json, write_json
from fbert.health.counts import Health, Reading
from fbert.states import State


@dataclass(frozen=True)
class ReadingRecord:
    """How a state of an encoder read the sentences that a task's examples are about.

    Attributes:
        encoder: its name.
        state: the encoder's.
        task: whose examples.
        reading: of training and test set together.
        subwords: a sum over the subwords of all these sentences: states with equal sums read the same.
        pooling: which of its vectors stand for an example: of words `mean`, `first` or `last` (subword), of
            sentences `cls`, `mean`, `first` or `last` (token).
    """

    encoder: str
    state: State
    task: str
    reading: Reading
    subwords: str
    pooling: str

    def write(self, path: Path | str) -> None:
        """Write it as JSON, whole or not at all."""
        write_json(path, asdict(self) | {"state": str(self.state)})

    @classmethod
    def read(cls, path: Path | str) -> ReadingRecord:
        """Read what `write` wrote.

        Raises:
            CorruptFileError: it is no such record.
        """
        content = read_json(path)
        with as_record(path, "a record of how an encoder reads"):
            state, reading = State.parse(content["state"]), Reading(**content["reading"])
            rest = (content[name] for name in ("subwords", "pooling"))
            return cls(content["encoder"], state, content["task"], reading, *rest)


@dataclass(frozen=True)
class TaskHealth:
    """What is to be known of one task.

    Attributes:
        task: its name.
        corpus: where its examples are from.
        health: counts of its examples.
        readings: for each encoder, how it reads them.
    """

    task: str
    corpus: str
    health: Health
    readings: Mapping[str, Reading]


def with_readings(
    found: Sequence[tuple[str, str, Health]], readings: Sequence[ReadingRecord]
) -> list[TaskHealth]:
    """Join tasks (name, corpus, health) and readings by task.

    Raises:
        InputError: a reading is there twice, or is of no such task.
    """
    of_task: dict[str, dict[str, Reading]] = {task: {} for task, _, _ in found}
    for record in readings:
        if record.task not in of_task or record.encoder in of_task[record.task]:
            raise InputError(
                f"reading of {record.task} by {record.encoder}: twice, or of no task of the study"
            )
        of_task[record.task][record.encoder] = record.reading
    return [TaskHealth(task, corpus, health, of_task[task]) for task, corpus, health in found]


def write_health(path: Path | str, tasks: Sequence[TaskHealth]) -> None:
    """Write a study's tasks as JSON, whole or not at all."""
    write_json(path, {"tasks": [asdict(task) for task in tasks]})


def read_health(path: Path | str) -> list[TaskHealth]:
    """Read what `write_health` wrote.

    Raises:
        CorruptFileError: it is something else.
    """
    content = read_json(path)
    with as_record(path, "what is to be known of a study's data"):
        return [_task(entry) for entry in content["tasks"]]


def _task(entry: Mapping[str, Any]) -> TaskHealth:
    readings = {encoder: Reading(**counts) for encoder, counts in entry["readings"].items()}
    return TaskHealth(entry["task"], entry["corpus"], Health.from_json(entry["health"]), readings)
