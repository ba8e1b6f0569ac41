"""The geometry of one labelled set: its clusters, whether it is linear, its distances with bounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fbert.directprobe.clusters.equal import shared_points
from fbert.directprobe.estimator import DirectProbe
from fbert.directprobe.solver.hull import SEPARABLE
from fbert.records.geometry import Distance, Geometry, LabelPair


def describe_geometry(
    X: NDArray[np.floating], y: NDArray[np.integer], labels: Sequence[str], gap: float
) -> Geometry:
    """Cluster one labelled set and say what follows from the clusters (docs/method.md, DirectProbe).

    Args:
        X: (n, d) vectors.
        y: (n,) indices into `labels`.
        labels: label names.
        gap: relative gap between lower and upper bound of a distance.
    """
    names = np.asarray(labels)[y]
    found = DirectProbe(gap=gap).fit(X, names)
    return Geometry(
        n=int(X.shape[0]),
        d=int(X.shape[1]),
        labels=_counts(names),
        clusters=int(found.n_clusters_),
        clusters_by_label=_counts(found.cluster_labels_),
        pairs=len(found.separability_),
        separable_pairs=int((found.separability_["status"] == SEPARABLE).sum()),
        linear=bool(found.is_linear_),
        undecided=int(found.n_undecided_),
        alone=_counts(names[alone_points(X, y)]),
        distances=_distances(found),
    )


def alone_points(X: NDArray[np.floating], y: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return (n,) which points equal one of another label, and so stay alone (`fbert.health.floor`)."""
    # Adding 0 makes one zero of the two that are equal and have other bytes.
    return shared_points(np.asarray(X, dtype=np.float64) + 0.0, np.asarray(y, dtype=np.int64))


def _counts(names: NDArray[np.str_]) -> dict[str, int]:
    """Return how often each name occurs."""
    return {str(name): int(count) for name, count in zip(*np.unique(names, return_counts=True), strict=True)}


def _distances(found: DirectProbe) -> dict[LabelPair, Distance]:
    """Return the distance of each pair of labels that has one, with its bounds."""
    table = found.distances_.dropna(subset="distance")
    columns = (table[name].tolist() for name in ("label_a", "label_b", "distance", "lower", "upper"))
    return {(a, b): Distance(*values) for a, b, *values in zip(*columns, strict=True)}
