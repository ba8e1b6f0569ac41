"""Figures 2 and 6: minimum distance against updates, of the labels that gained most and least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from fbert.analysis.trends import extreme_labels
from fbert.figures.request import Request
from fbert.records.trajectory import Trajectory

COLUMNS = ["layer", "n", "d", "label", "gained", "seed", "update", "distance", "linear", "undecided"]
TOO_FEW = "fewer than two labels have more than five points"


def rows(request: Request) -> pd.DataFrame:
    """Return a row for each label, seed and update, on the last layer."""
    runs: dict[str, list[tuple[int | None, Trajectory]]] = {}
    for (task, seed), file in zip(request.runs, request.files["trajectories"], strict=True):
        runs.setdefault(task, []).append((seed, Trajectory.read(file)))
    return request.table([row for task in runs for row in _panel(task, runs[task])], COLUMNS)


def _panel(task: str, runs: Sequence[tuple[int | None, Trajectory]]) -> Iterator[dict[str, Any]]:
    """Yield the rows of one task; the labels are chosen by their mean change over seeds."""
    distances = np.stack([run.minimum_distances[:, -1] for _, run in runs])  # (seeds, u, k)
    first = runs[0][1]
    head = {"task": task, "layer": int(first.layers[-1]), "n": first.n, "d": first.centroids.shape[-1]}
    change = (distances[:, -1] - distances[:, 0]).mean(axis=0)
    if np.isfinite(change).sum() < 2:
        yield head | {"remark": TOO_FEW}
        return
    for gained, labels in zip(("most", "least"), extreme_labels(change, first.labels), strict=True):
        for label in labels:
            for (seed, run), values in zip(runs, distances[..., first.labels.index(label)], strict=True):
                line = {"label": label, "gained": gained, "seed": seed}
                for number, value in enumerate(values):
                    yield head | line | run.verdict(number, -1) | {"distance": value}
