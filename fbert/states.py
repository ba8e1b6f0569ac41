"""The states of an encoder: untouched, tuned on a task from a seed, or trained elsewhere and given by name.

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
# As names in a study are (fbert/study/schema.yaml), so that they can be parts of paths.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.]*(-[A-Za-z0-9.]+)*")

T = TypeVar("T")


@dataclass(frozen=True, order=True)
class State:
    """A state of an encoder.

    Attributes:
        task: what it was tuned on here; empty for other states.
        seed: of that training run; 0 for other states, in which nothing is random.
        name: of a state that was given, not trained here; empty for others.
    """

    task: str = ""
    seed: int = 0
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> State:
        """Read what `str` wrote.

        Raises:
            InputError: it is the name of no state.
        """
        if text == ORIGINAL_REPRESENTATION:
            return ORIGINAL
        if found := _TUNED.fullmatch(text):
            return cls(found["task"], int(found["seed"]))
        if _NAME.fullmatch(text):
            return cls(name=text)
        raise InputError(f"'{text}' is no state of an encoder: not 'original', TASK-seedN or a name")

    @classmethod
    def given(cls, name: str) -> State:
        """Return the state of this name that a study gives.

        Raises:
            InputError: the name is that of another kind of state.
        """
        state = cls(name=name)
        if name == TUNED_REPRESENTATION or cls.parse(name) != state:
            raise InputError(f"'{name}' is how this workflow calls states of its own; take another name")
        return state

    def __str__(self) -> str:
        return f"{self.task}-seed{self.seed}" if self.is_tuned else self.name or ORIGINAL_REPRESENTATION

    @property
    def is_tuned(self) -> bool:
        """Whether it was trained here."""
        return self.task != ""

    @property
    def representation(self) -> str:
        """What tables call it: seeds are pooled, and so are tasks, which have a column of their own."""
        return TUNED_REPRESENTATION if self.is_tuned else str(self)


@dataclass(frozen=True)
class Run:
    """What is followed and drawn: the examples of one task, from the original state to another.

    Attributes:
        task: whose examples.
        end: the last state.
    """

    task: str
    end: State


ORIGINAL = State()


def grouped(items: Iterable[T], key: Callable[[T], object]) -> dict[object, list[T]]:
    """Group items by a key; groups in the order of their first items."""
    groups: dict[object, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
