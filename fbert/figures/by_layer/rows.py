"""By layer: accuracy, clusters, and similarity of training to test set and to the original."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from fbert.analysis.similarity import (
    label_level_similarity,
    label_level_similarity_to,
    originals,
    similarity_to,
    train_test_similarity,
)
from fbert.figures.request import Request
from fbert.records.geometry import GeometryRecord
from fbert.records.origin import joined
from fbert.records.probe import ProbeRecord

COLUMNS = [
    "layer",
    "n",
    "d",
    "representation",
    "seed",
    "accuracy",
    "labels",
    "clusters",
    "linear",
    "separable_pairs",
    "train_test_similarity",
    "label_level_similarity",
    "similarity_to_original",
    "label_level_similarity_to_original",
]


def rows(request: Request) -> pd.DataFrame:
    """Return a row for each task, representation, layer and seed; the original has no seed.

    A request has `probes` and `geometries`, a record of either kind for each layer of each state.
    Similarities are those of Table 7, defined where both sides are linear, and beside them label-level ones;
    an original encoder has none to itself.

    Raises:
        InputError: a record is missing or there twice; the message names it.
    """
    probes = [ProbeRecord.read(file) for file in request.files["probes"]]
    geometries = [GeometryRecord.read(file) for file in request.files["geometries"]]
    return request.table(list(_rows(probes, geometries)), COLUMNS)


def _rows(probes: list[ProbeRecord], geometries: list[GeometryRecord]) -> Iterator[dict[str, Any]]:
    original_of = originals(geometries)
    for probe, geometry in joined(probes, geometries):
        origin, train = geometry.origin, geometry.train
        yield {
            "task": origin.task,
            "layer": origin.layer,
            "n": train.n,
            "d": train.d,
            "representation": origin.state.representation,
            "seed": origin.state.seed if origin.state.is_tuned else None,
            "accuracy": probe.probe.accuracy,
            "labels": len(train.labels),
            "clusters": train.clusters,
            "linear": train.linear,
            "separable_pairs": 100 * train.separable_pairs / train.pairs if train.pairs else None,
            "train_test_similarity": train_test_similarity(geometry).r,
            "label_level_similarity": label_level_similarity(geometry).r,
            "similarity_to_original": similarity_to(original_of(geometry), geometry).r,
            "label_level_similarity_to_original": label_level_similarity_to(
                original_of(geometry), geometry
            ).r,
        }
