"""Labels and their distances as arrays, so that labels can be drawn with replacement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fbert.findings.bootstrap import Weights, weighted_correlation
from fbert.records.geometry import LabelPair

Distances = Mapping[LabelPair, float]


class PairedDistances:
    """The distances of the label pairs that two sets share, and their correlation under label weights."""

    def __init__(self, left: Distances, right: Distances, labels: Sequence[str]) -> None:
        """Take the common pairs.

        Args:
            left: distance of each pair of labels.
            right: the same for the other set.
            labels: all label names, in the order of the weights to come.
        """
        common = sorted(left.keys() & right.keys())
        place = {label: number for number, label in enumerate(labels)}
        self.ends = np.array([[place[a], place[b]] for a, b in common], dtype=np.int64).reshape(-1, 2)
        self.x = np.array([left[pair] for pair in common])
        self.y = np.array([right[pair] for pair in common])

    def correlation(self, weights: Weights) -> float:
        """Return Pearson's r, a pair counting as often as its two labels together; NaN if undefined."""
        return weighted_correlation(self.x, self.y, weights[self.ends].prod(axis=1))


def common_distances(sides: Sequence[Distances]) -> list[dict[LabelPair, float]]:
    """Return the distances of the label pairs that all sides have, so that like is compared with like."""
    common = sorted(set.intersection(*map(set, sides)))
    return [{pair: side[pair] for pair in common} for side in sides]


def labels_of(distances: Distances) -> list[str]:
    """Return the labels that have a distance, sorted."""
    return sorted({label for pair in distances for label in pair})


def mean_over_seeds(values: Sequence[float], weights: Weights) -> float:
    """Return the mean of what each seed gives; NaN if one that was drawn gives nothing."""
    drawn = weights > 0
    return float(np.average(np.asarray(values)[drawn], weights=weights[drawn]))


def by_label(values: Mapping[str, float], labels: Sequence[str]) -> NDArray[np.float64]:
    """Return (k,) the value of each label, NaN where it has none."""
    return np.array([values.get(label, np.nan) for label in labels], dtype=np.float64)
