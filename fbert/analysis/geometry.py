"""The geometry record of one labelled set: its clusters, whether it is linear, its distances with bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fbert.analysis.similarity import LabelPair, Similarity, spatial_similarity
from fbert.directprobe import DirectProbe


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
        "labels": {
            name: int(count) for name, count in zip(*np.unique(names, return_counts=True), strict=True)
        },
        "clusters": int(found.n_clusters_),
        "linear": bool(found.is_linear_),
        "undecided": int(found.n_undecided_),
        "distances": _distances(found),
    }


def distance_vector(record: Mapping[str, Any]) -> dict[LabelPair, float]:
    """Return the distance of each pair of labels in a geometry record."""
    return {(entry["a"], entry["b"]): entry["distance"] for entry in record["distances"]}


def train_test_similarity(record: Mapping[str, Any]) -> Similarity:
    """Compare training and test set in one representation; undefined unless both are linear."""
    train, test = record["train"], record["test"]
    if not (train["linear"] and test["linear"]):
        return Similarity(None, 0)
    return spatial_similarity(distance_vector(train), distance_vector(test))
