"""What changes between two states of a representation: minimum distances of labels, and similarity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fbert.records.geometry import LabelPair


class DistanceChange(NamedTuple):
    """How minimum distances of labels changed: how many grew, how many shrank, and the mean change."""

    increased: int
    decreased: int
    mean: float | None


def minimum_distances(distances: Mapping[LabelPair, float]) -> dict[str, float]:
    """Return each label's distance to the nearest other label (docs/method.md, DirectProbe)."""
    nearest: dict[str, float] = {}
    for pair, distance in distances.items():
        for label in pair:
            nearest[label] = min(distance, nearest.get(label, np.inf))
    return nearest


def distance_change(before: Mapping[LabelPair, float], after: Mapping[LabelPair, float]) -> DistanceChange:
    """Compare the minimum distances of the labels that both sides have (Table 5)."""
    old, new = minimum_distances(before), minimum_distances(after)
    changes = np.array([new[label] - old[label] for label in sorted(old.keys() & new.keys())])
    mean = float(changes.mean()) if len(changes) else None
    return DistanceChange(int((changes > 0).sum()), int((changes < 0).sum()), mean)


def extreme_labels(
    change: NDArray[np.float64], labels: Sequence[str], count: int = 3
) -> tuple[list[str], list[str]]:
    """Return the labels that gained most, most first, and those that gained least, least first.

    Args:
        change: (k,) change of each label, NaN where it has none.
        labels: (k,) their names; the earlier one goes first among equals.
        count: how many of each; fewer where the labels do not suffice, so that none is in both.
    """
    present = np.flatnonzero(np.isfinite(change))
    rising = present[np.argsort(change[present], kind="stable")]
    least = rising[: min(count, len(rising) // 2)]
    falling = present[np.argsort(-change[present], kind="stable")]
    most = falling[~np.isin(falling, least)][:count]
    return [labels[i] for i in most], [labels[i] for i in least]
