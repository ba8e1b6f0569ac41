"""Choosing among examples so that every label has its share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# As many as a picture of points in the plane bears.
SHOWN_POINTS = 240


def turns(y: NDArray[np.integer], seed: int) -> NDArray[np.int64]:
    """Let the examples of each label take turns, in a random order.

    Args:
        y: (n,) label indices.
        seed: of the order.

    Returns:
        (n,) the turn of each example: 0, 1, 2, ... among those of its label.
    """
    order = np.random.default_rng(seed).permutation(len(y))
    by_label = order[np.argsort(y[order], kind="stable")]
    counts = np.bincount(y)
    found = np.empty(len(y), dtype=np.int64)
    found[by_label] = np.arange(len(y)) - np.repeat(np.cumsum(counts) - counts, counts)
    return found


def second_half(y: NDArray[np.integer], seed: int) -> NDArray[np.bool_]:
    """Return (n,) which examples are in the second of two halves; a label's odd one is in the first."""
    return turns(y, seed) % 2 == 1


def shown_rows(y: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the examples that pictures show, the same for equal y."""
    return balanced_rows(y, SHOWN_POINTS, seed=0)


def balanced_rows(y: NDArray[np.integer], count: int, seed: int) -> NDArray[np.int64]:
    """Return `count` sorted rows, or all if there are fewer, labels taken in turn."""
    return np.sort(np.argsort(turns(y, seed), kind="stable")[:count])
