"""The states of an encoder: untouched, or tuned on a task from a seed.

A state is a value. It is written into paths, records and tables by `str` and read back by `State.parse`, here
and nowhere else; whoever adds a kind of state finds in this module what a state must be able to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from fbert.errors import InputError

ORIGINAL_REPRESENTATION, TUNED_REPRESENTATION = "original", "fine-tuned"
_TUNED = re.compile(r"(?P<task>.+)-seed(?P<seed>\d+)")

T = TypeVar("T")


@dataclass(frozen=True, order=True)
class State:
    """A state of an encoder.

    Attributes:
        task: what it was tuned on; empty for the original weights.
        seed: of that training run; 0 for the original weights, in which nothing is random.
    """

    task: str = ""
    seed: int = 0

    @classmethod
    def parse(cls, text: str) -> State:
        """Read what `str` wrote.

        Raises:
            InputError: it is the name of no state.
        """
        if text == ORIGINAL_REPRESENTATION:
            return ORIGINAL
        found = _TUNED.fullmatch(text)
        if found is None:
            raise InputError(f"'{text}' is no state of an encoder: neither 'original' nor TASK-seedN")
        return cls(found["task"], int(found["seed"]))

    def __str__(self) -> str:
        return f"{self.task}-seed{self.seed}" if self.is_tuned else ORIGINAL_REPRESENTATION

    @property
    def is_tuned(self) -> bool:
        """Whether it was trained here."""
        return self != ORIGINAL

    @property
    def representation(self) -> str:
        """What tables call it: seeds are pooled, and so are tasks, which have a column of their own."""
        return TUNED_REPRESENTATION if self.is_tuned else ORIGINAL_REPRESENTATION


ORIGINAL = State()


def grouped(items: Iterable[T], key: Callable[[T], object]) -> dict[object, list[T]]:
    """Group items by a key; groups in the order of their first items."""
    groups: dict[object, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
