"""Figure 4: similarity of the first layer and every second one to its original against updates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from fbert.analysis.similarity import spatial_similarity
from fbert.figures.request import Request
from fbert.layers import followed_layers
from fbert.records.trajectory import Trajectory

COLUMNS = [
    "layer",
    "n",
    "d",
    "seed",
    "update",
    "similarity",
    "label_level_similarity",
    "pairs",
    "linear",
    "undecided",
]
TOO_FEW = "no layer has three label pairs whose distances differ"


def rows(request: Request) -> pd.DataFrame:
    """Return a row for each task, seed, layer and update.

    `similarity` is that of the paper, defined where both sides are linear; `label_level_similarity` compares
    the distances of labels as wholes whether they are linear or not.
    """
    found: list[dict[str, Any]] = []
    for (task, seed), file in zip(request.runs, request.files["trajectories"], strict=True):
        panel = [{"task": task, "seed": seed} | row for row in _panel(Trajectory.read(file))]
        drawable = any(row["label_level_similarity"] is not None for row in panel)
        found += panel if drawable else [{"task": task, "remark": TOO_FEW}]
    return request.table(found, COLUMNS)


def _panel(run: Trajectory) -> Iterator[dict[str, Any]]:
    for layer in followed_layers(int(run.layers[-1])):
        position = run.layer_position(layer)
        original = run.pair_distances(0, position)
        for number in range(len(run.updates)):
            found = spatial_similarity(original, run.pair_distances(number, position))
            linear = run.linear[0, position] and run.linear[number, position]
            yield {
                "layer": layer,
                "n": run.n,
                "d": run.centroids.shape[-1],
                **run.verdict(number, position),
                "similarity": found.r if linear else None,
                "label_level_similarity": found.r,
                "pairs": found.pairs,
            }
