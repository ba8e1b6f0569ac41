"""The geometry record of one labelled set: its clusters, whether it is linear, its distances with bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fbert.directprobe import DirectProbe
from fbert.directprobe.hull import SEPARABLE


def describe_geometry(X: np.ndarray, y: np.ndarray, labels: Sequence[str], gap: float) -> dict[str, Any]:
    """Cluster one labelled set and write down what follows from the clusters (study, section 5).

    Args:
        X: (n, d) vectors.
        y: (n,) indices into `labels`.
        labels: label names.
        gap: relative gap between lower and upper bound of a distance.

    Returns:
        A record that JSON can hold.
    """
    names = np.asarray(labels)[y]
    found = DirectProbe(gap=gap).fit(X, names)
    return {
        "n": int(X.shape[0]),
        "d": int(X.shape[1]),
        "labels": _counts(names),
        "clusters": int(found.n_clusters_),
        "clusters_by_label": _counts(found.cluster_labels_),
        "pairs": len(found.separability_),
        "separable_pairs": int((found.separability_["status"] == SEPARABLE).sum()),
        "linear": bool(found.is_linear_),
        "undecided": int(found.n_undecided_),
        "distances": _distances(found),
    }


def _counts(names: np.ndarray) -> dict[str, int]:
    """Return how often each name occurs."""
    return {str(name): int(count) for name, count in zip(*np.unique(names, return_counts=True), strict=True)}


def _distances(found: DirectProbe) -> list[dict[str, Any]]:
    """Return the distance of each pair of labels that has one, with its bounds."""
    table = found.distances_.dropna(subset="distance").rename(columns={"label_a": "a", "label_b": "b"})
    pairs: list[dict[str, Any]] = table[["a", "b", "distance", "lower", "upper"]].to_dict("records")
    return pairs
