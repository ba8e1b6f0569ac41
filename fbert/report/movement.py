"""How labels move from one state to another: coordinates in a plane for each layer, for the page's slider."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.analysis.centroids import label_centroids, principal_plane
from fbert.analysis.sampling import shown_rows
from fbert.figures.looks import look_of
from fbert.layers import followed_layers
from fbert.records.trajectory import Trajectory
from fbert.store.read import read, read_layers

DIGITS = 4
TOO_FEW = "fewer than three labels have examples"
ALL_EQUAL = "all centroids are the same point"

View = dict[str, Any]


def view_of_run(run: Trajectory) -> View:
    """Return the view of a training run, or of given states, that were followed: all updates.

    Returns:
        Plain values for JSON: `labels` with their looks, `stops` of the slider, and for each of `layers` the
        coordinates of centroids and examples at each stop, in the principal plane of all the centroids, and
        what is known of distances there; or a `remark` why there is no plane.
    """
    layers = [
        _layer(int(layer), int(run.n), run.centroids[:, at], run.points[:, at], run.point_labels)
        | {"verdicts": [_verdict(run, update, at) for update in range(len(run.updates))]}
        for at, layer in enumerate(run.layers)
    ]
    return _view(run.origin.task, run.labels, [f"update {update}" for update in run.updates], layers)


def view_of_ends(original: Path | str, after: Path | str, task: str, state: str) -> View:
    """Return the view of a task that was not followed: before and after, without distances.

    Args:
        original: the store of the training split, from the original weights.
        after: the same from another state.
        task: one of their tasks.
        state: what the other is called.

    Raises:
        InputError: a store lacks the task.
        CorruptFileError: a store is truncated, altered or something else.
    """
    stores = (original, after)
    layers = [_layer_of_stores(stores, task, layer) for layer in followed_layers(read_layers(original)[-1])]
    labels = read(original, task, layers[0]["layer"]).labels
    return _view(task, labels, ["original", state], layers)


def _view(task: str, labels: Sequence[str], stops: list[str], layers: list[View]) -> View:
    looks = [{"name": label} | look_of(label)._asdict() for label in labels]
    shown = [{key: look[key] for key in ("name", "color", "marker")} for look in looks]
    return {"task": task, "labels": shown, "stops": stops, "layers": layers}


def _layer_of_stores(stores: Sequence[Path | str], task: str, layer: int) -> View:
    states = [read(store, task, layer) for store in stores]
    y, labels = states[0].y, states[0].labels
    rows = shown_rows(y)
    centroids = np.stack([label_centroids(state.X, y, len(labels)) for state in states])
    return _layer(layer, len(y), centroids, np.stack([state.X[rows] for state in states]), y[rows])


def _layer(
    number: int,
    n: int,
    centroids: NDArray[np.floating],
    points: NDArray[np.floating],
    point_labels: NDArray[np.integer],
) -> View:
    """Project (u, k, d) centroids and (u, s, d) points; labels without examples are left out."""
    d = centroids.shape[-1]
    head = {"layer": number, "n": n, "d": d}
    present = np.flatnonzero(np.isfinite(centroids).all(axis=(0, 2)))
    if len(present) < 3:
        return head | {"remark": TOO_FEW}
    kept = centroids[:, present].astype(np.float64)
    plane = principal_plane(kept.reshape(-1, d))
    if plane is None:
        return head | {"remark": ALL_EQUAL}
    return head | {
        "explained": [_short(share) for share in plane.explained],
        "labels": present.tolist(),
        "centroids": _placed(plane.points.reshape(*kept.shape[:2], 2)),
        "point_labels": point_labels.tolist(),
        "points": _placed(plane.project(points)),
    }


def _verdict(run: Trajectory, update: int, layer: int) -> View:
    """Say of one snapshot whether labels overlap, and which two are closest, with bounds of the distance."""
    distances = run.pair_distances(update, layer)
    verdict = {key: value for key, value in run.verdict(update, layer).items() if key != "update"}
    if not distances:
        return verdict | {"closest": None}
    pair = min(distances, key=lambda labels: distances[labels])
    a, b = (run.labels.index(label) for label in pair)
    here = update, layer, a, b
    meeting = sum(bool(distance == 0) for distance in distances.values())
    closest = {
        "labels": list(pair),
        "distance": _short(run.distances[here]),
        "lower": _short(run.lower[here], ROUND_FLOOR),
        "upper": _short(run.upper[here], ROUND_CEILING),
    }
    return verdict | {"meeting": meeting, "pairs": len(distances), "closest": closest}


def _placed(values: NDArray[np.float64]) -> list[Any]:
    """Return (..., 2) places as lists, to a thousandth of the picture, which is less than is seen."""
    extent = float(np.ptp(values.reshape(-1, 2), axis=0).max())
    decimals = math.ceil(math.log10(1000 / extent)) if extent > 0 else 0
    placed: list[Any] = (np.round(values, decimals) + 0.0).tolist()
    return placed


def _short(value: float, rounding: str = ROUND_HALF_EVEN) -> float:
    """Return a value of four significant digits; a bound that is rounded outwards stays one."""
    digits = Context(prec=DIGITS, rounding=rounding).create_decimal_from_float(float(value))
    return float(digits) + 0.0
