"""Distances of clusters and of labels as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from fbert.directprobe.solver.distances import HullDistances
from fbert.directprobe.solver.hull import OVERLAPPING, SEPARABLE, UNDECIDED

UNDEFINED = "undefined"
MEASURES = ["distance", "lower", "upper"]


def verdict_table(found: HullDistances, labels: np.ndarray) -> pd.DataFrame:
    """Return a row per pair of labels: are all points of the one separable from all of the other?"""
    a, b = found.pairs.T
    return pd.DataFrame({"label_a": labels[a], "label_b": labels[b], "status": found.status})


def cluster_table(found: HullDistances, labels: np.ndarray) -> pd.DataFrame:
    """Return a row per pair of clusters: their numbers and labels, distance, bounds, status."""
    a, b = found.pairs.T
    names = {"cluster_a": a, "cluster_b": b, "label_a": labels[a], "label_b": labels[b]}
    measures = {"distance": found.upper, "lower": found.lower, "upper": found.upper}
    return pd.DataFrame(names | measures | {"status": found.status})


def label_table(clusters: pd.DataFrame, labels: np.ndarray) -> pd.DataFrame:
    """Return a row per pair of labels: the means over their pairs of clusters (docs/method.md, DirectProbe).

    The status is the worst of the pairs': overlapping, undecided, separable; undefined where there is no
    pair.
    """
    by_pair: dict[tuple[Any, Any], list[tuple[Any, ...]]] = {}
    for a, b, *found in clusters[["label_a", "label_b", *MEASURES, "status"]].itertuples(index=False):
        by_pair.setdefault((a, b), []).append(tuple(found))
    pairs = [(a, b) for i, a in enumerate(labels) for b in labels[i + 1 :]]
    rows = [(a, b, *_summary(by_pair.get((a, b), []))) for a, b in pairs]
    return pd.DataFrame(rows, columns=["label_a", "label_b", *MEASURES, "status", "n_cluster_pairs"])


def _summary(pairs: Sequence[tuple[Any, ...]]) -> tuple[float, float, float, str, int]:
    """Return the mean of each measure, the worst status and the number of pairs of clusters."""
    if not pairs:
        return np.nan, np.nan, np.nan, UNDEFINED, 0
    *measures, statuses = zip(*pairs, strict=True)
    worst = next(status for status in (OVERLAPPING, UNDECIDED, SEPARABLE) if status in statuses)
    distance, lower, upper = (float(np.mean(values)) for values in measures)
    return distance, lower, upper, worst, len(pairs)
