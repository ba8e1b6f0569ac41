"""What a measure is: a function with a name, and what it promises not to notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fbert.errors import InputError

Points = NDArray[np.float64]
"""(n, d) vectors, one a row."""
Labels = NDArray[np.int64]
"""(n,) label indices."""


class Invariance(StrEnum):
    """What may be done to points and change no value.

    A comparison allows it of either side alone, except for the order of the rows, which both must share.
    """

    ROTATION = "rotation"
    """Any orthogonal map, reflections included."""
    SCALE = "scale"
    """One positive factor for all coordinates."""
    TRANSLATION = "translation"
    """One vector added to all points."""
    ORDER = "order of rows"


ALL = frozenset(Invariance)


@dataclass(frozen=True)
class Comparison:
    """A measure of two states of the same examples.

    Attributes:
        name: as columns and records have it.
        invariances: what changes no value.
        of: from (n, d) points before and (n, e) points after, row by row the same examples, to the value;
            None where it is undefined. It raises InputError where the rows are not as many.
    """

    name: str
    invariances: frozenset[Invariance]
    of: Callable[[Points, Points], float | None]


@dataclass(frozen=True)
class Description:
    """A measure of one state.

    Attributes:
        name: as columns and records have it.
        invariances: what changes no value.
        of: from (n, d) points and their (n,) labels to the value; None where it is undefined. Some measures
            have no use for labels.
    """

    name: str
    invariances: frozenset[Invariance]
    of: Callable[[Points, Labels], float | None]


def centred(before: Points, after: Points) -> tuple[Points, Points]:
    """Return both sides of a comparison with their means at the origin.

    Raises:
        InputError: they have not the same number of rows.
    """
    if len(before) != len(after):
        raise InputError(f"{len(before)} points cannot be compared with {len(after)}: rows must correspond")
    return before - before.mean(axis=0), after - after.mean(axis=0)
