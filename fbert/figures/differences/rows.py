"""Figures 5 and 7-10: difference vectors of label centroids before and after fine-tuning, in the plane."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from fbert.analysis.centroids import principal_plane
from fbert.figures.displacement import displacement
from fbert.figures.request import Request
from fbert.layers import every_second_layer
from fbert.store.read import read_layers

COLUMNS = ["layer", "n", "d", "seed", "label", "examples", "x", "y", "length", "explained_x", "explained_y"]
TOO_FEW = "fewer than three labels, or none that moved"


def rows(request: Request) -> pd.DataFrame:
    """Return a row for each layer and label, for the first seed's run."""
    (task, seed), before, after = request.runs[0], request.files["before"][0], request.files["after"][0]
    layers = read_layers(before)
    shown = layers if request.every_layer else every_second_layer(layers[-1])
    found = [
        {"task": task, "seed": seed, "layer": layer} | row
        for layer in shown
        for row in _panel(before, after, task, layer)
    ]
    return request.table(found, COLUMNS)


def _panel(before: str, after: str, task: str, layer: int) -> Iterator[dict[str, Any]]:
    moved = displacement(before, after, task, layer)
    plane = principal_plane(moved.vectors)
    head = {"n": int(moved.counts.sum()), "d": moved.vectors.shape[1]}
    if plane is None:
        yield head | {"remark": TOO_FEW}
        return
    head |= {"explained_x": plane.explained[0], "explained_y": plane.explained[1]}
    lengths = np.linalg.norm(moved.vectors, axis=1)
    for label, count, (x, y), length in zip(moved.labels, moved.counts, plane.points, lengths, strict=True):
        yield head | {"label": label, "examples": count, "x": x, "y": y, "length": length}
