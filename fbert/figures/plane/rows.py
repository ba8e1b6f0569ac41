"""Figure 1: what DirectProbe finds for points in the plane, once separable and once not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from fbert.directprobe.estimator import DirectProbe
from fbert.directprobe.solver.hull import hull_distance
from fbert.figures.request import Request

COLUMNS = ["n", "d", "kind", "label", "cluster", "x", "y", "x_to", "y_to", "distance"]
POINTS = 12  # in each heap
# Centres of heaps by label. Where a label has two, another label lies between them.
CASES = {
    "separable": {"A": [(0.0, 0.0)], "B": [(4.2, 0.6)], "C": [(1.8, 3.6)]},
    "not separable": {"A": [(0.0, 0.0), (4.6, 0.3)], "B": [(2.3, 0.2)], "C": [(2.2, 3.4)]},
}


def rows(request: Request) -> pd.DataFrame:
    """Return a row for each point, corner of a hull, and gap between two hulls of different labels."""
    found = [{"task": case} | row for case in CASES for row in _panel(*heaps(case))]
    return request.table(found, COLUMNS)


def heaps(case: str, seed: int = 4) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Return points (n, 2) and labels (n,) of one case: normal heaps, cut so that none strays."""
    random = np.random.default_rng(seed)
    centres = [(label, centre) for label, places in CASES[case].items() for centre in places]
    X = [np.clip(random.normal(0, 0.5, (POINTS, 2)), -0.9, 0.9) + centre for _, centre in centres]
    return np.concatenate(X), np.repeat([label for label, _ in centres], POINTS)


def _panel(X: NDArray[np.float64], y: NDArray[np.str_]) -> Iterator[dict[str, Any]]:
    cluster = DirectProbe().fit(X, y).labels_
    size = {"n": len(X), "d": X.shape[1]}
    for point, label, number in zip(X, y, cluster, strict=True):
        yield size | {"kind": "point", "label": label, "cluster": number} | _at(point)
    for number in np.unique(cluster):
        members = X[cluster == number]
        for corner in members[ConvexHull(members).vertices]:
            yield size | {"kind": "hull", "label": y[cluster == number][0], "cluster": number} | _at(corner)
    for a, b in combinations(np.unique(cluster), 2):
        if y[cluster == a][0] != y[cluster == b][0]:
            gap = hull_distance(X[cluster == a], X[cluster == b])
            to = {"x_to": gap.point_b[0], "y_to": gap.point_b[1], "distance": gap.distance}
            yield size | {"kind": "gap"} | _at(gap.point_a) | to


def _at(point: NDArray[np.float64]) -> dict[str, float]:
    return {"x": point[0], "y": point[1]}
