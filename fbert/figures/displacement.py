"""How far and where label centroids moved between two stores of the same examples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fbert.analysis.centroids import label_centroids
from fbert.store.read import read


class Displacement(NamedTuple):
    """The difference vectors of label centroids on one layer.

    Attributes:
        labels: (k,) names of the labels that have examples.
        counts: (k,) number of their examples.
        vectors: (k, d) centroid after minus centroid before.
    """

    labels: tuple[str, ...]
    counts: NDArray[np.int64]
    vectors: NDArray[np.float64]


def displacement(before: str, after: str, task: str, layer: int) -> Displacement:
    """Compare the label centroids of two stores, which hold the same examples.

    Args:
        before: store of the original encoder.
        after: store of the tuned one.
        task: whose examples and labels.
        layer: layer number.
    """
    old, new = read(before, task, layer), read(after, task, layer)
    np.testing.assert_array_equal(old.y, new.y)
    present, counts = np.unique(old.y, return_counts=True)
    k = len(old.labels)
    vectors = label_centroids(new.X, new.y, k) - label_centroids(old.X, old.y, k)
    return Displacement(tuple(old.labels[i] for i in present), counts, vectors[present])
