"""Movement: how far each label's centroid moved, by layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from fbert.figures.displacement import displacement
from fbert.figures.request import Request
from fbert.store.read import read_layers

COLUMNS = ["layer", "n", "d", "seed", "label", "examples", "distance"]


def rows(request: Request) -> pd.DataFrame:
    """Return a row for each task, seed, layer and label."""
    files = zip(request.runs, request.files["before"], request.files["after"], strict=True)
    found = [row for (task, seed), before, after in files for row in _run(task, seed, before, after)]
    return request.table(found, COLUMNS)


def _run(task: str, seed: int | None, before: str, after: str) -> Iterator[dict[str, Any]]:
    for layer in read_layers(before):
        moved = displacement(before, after, task, layer)
        head = {"task": task, "seed": seed, "layer": layer}
        head |= {"n": int(moved.counts.sum()), "d": moved.vectors.shape[1]}
        distances = np.linalg.norm(moved.vectors, axis=1)
        for label, count, distance in zip(moved.labels, moved.counts, distances, strict=True):
            yield head | {"label": label, "examples": count, "distance": distance}
