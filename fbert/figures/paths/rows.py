"""Figure 3: paths of the centroids of the three closest labels, first and last layer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fbert.analysis.centroids import principal_plane
from fbert.figures.request import Request
from fbert.records.trajectory import Trajectory

COLUMNS = ["layer", "n", "d", "label", "seed", "update", "x", "y", "explained_x", "explained_y"]
TOO_FEW = "fewer than three labels have more than five points"


def rows(request: Request) -> pd.DataFrame:
    """Return a row for each layer, label and update of the first seed's run."""
    _, seed = request.runs[0]
    run = Trajectory.read(request.files["trajectories"][0])
    return request.table(list(_panels(run, seed)), COLUMNS)


def closest_labels(centroids: NDArray[np.floating]) -> tuple[int, ...]:
    """Return the three labels whose centroids have the smallest sum of distances, NaN centroids left out.

    Args:
        centroids: (k, d), at least three of them without NaN.
    """
    present = np.flatnonzero(np.isfinite(centroids).all(axis=1))
    apart = np.linalg.norm(centroids[:, None] - centroids, axis=-1)
    triples = combinations(present.tolist(), 3)
    return min(triples, key=lambda t: (apart[t[0], t[1]] + apart[t[0], t[2]] + apart[t[1], t[2]], t))


def _panels(run: Trajectory, seed: int | None) -> Iterator[dict[str, Any]]:
    """Yield the paths on the first and the last layer, of the labels closest on the last one at the start."""
    last = len(run.layers) - 1
    large = np.isfinite(run.minimum_distances[0, last])
    candidates = np.where(large[:, None], run.centroids[0, last], np.nan)
    chosen = closest_labels(candidates) if large.sum() >= 3 else None
    for layer in dict.fromkeys([run.layer_position(1), last]):
        head = {
            "task": run.origin.task,
            "layer": int(run.layers[layer]),
            "n": run.n,
            "d": run.centroids.shape[-1],
        }
        if chosen is None:
            yield head | {"remark": TOO_FEW}
        else:
            for row in _paths(run, layer, chosen):
                yield head | {"seed": seed} | row


def _paths(run: Trajectory, layer: int, chosen: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    paths = run.centroids[:, layer, list(chosen)]  # (u, 3, d)
    plane = principal_plane(paths.reshape(-1, paths.shape[-1]).astype(np.float64))
    if plane is None:
        yield {"remark": "the centroids do not move"}
        return
    explained = {"explained_x": plane.explained[0], "explained_y": plane.explained[1]}
    for update, points in zip(run.updates, plane.points.reshape(-1, 3, 2), strict=True):
        for label, (x, y) in zip(chosen, points, strict=True):
            yield {"label": run.labels[label], "update": update, "x": x, "y": y} | explained
