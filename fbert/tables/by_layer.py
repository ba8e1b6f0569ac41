"""The measures of Table 7 layer by layer, with the similarity of each layer to its original."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from fbert.analysis.similarity import label_level_similarity_to, originals, similarity_to
from fbert.published import ROW
from fbert.records.geometry import GeometryRecord
from fbert.records.origin import Origin, joined
from fbert.records.probe import ProbeRecord
from fbert.states import grouped
from fbert.tables.content import accuracy_columns, geometry_columns, mean_if_all

COLUMNS = [
    *ROW,
    "layer",
    "accuracy",
    "accuracy_std",
    "best_layer_sizes",
    "clusters",
    "linearly_separable",
    "train_test_similarity",
    "similarity_to_original",
    "label_level_similarity",
    "label_level_similarity_to_original",
    "separable_pairs",
    "separable_pairs_permuted",
    "labels",
    "seeds",
    "runs",
    "n",
    "d",
    "majority_accuracy",
    "macro_f1",
    "auroc",
    "undecided_verdicts",
    "text",
]


def layer_rows(probes: Sequence[ProbeRecord], geometries: Sequence[GeometryRecord]) -> pd.DataFrame:
    """Return a row for each encoder, task, representation and layer, layers from the lowest.

    Columns are those of Table 7, over seeds as there. Beside them stands how similar a tuned training set is
    to the original one on the same layer: `similarity_to_original` where both are linear, for every seed, and
    `label_level_similarity_to_original` where it is defined for every seed. The original has none to itself.

    Raises:
        InputError: a record is missing, that of an original on a layer included, or there twice.
    """
    original_of = originals(geometries)
    groups = grouped(joined(probes, geometries), lambda pair: tuple(row_of(pair[0].origin).values()))
    rows = [
        row_of(pairs[0][0].origin)
        | accuracy_columns([probe for probe, _ in pairs])
        | geometry_columns([geometry for _, geometry in pairs])
        | {
            "similarity_to_original": mean_if_all(
                [similarity_to(original_of(geometry), geometry).r for _, geometry in pairs]
            ),
            "label_level_similarity_to_original": mean_if_all(
                [label_level_similarity_to(original_of(geometry), geometry).r for _, geometry in pairs]
            ),
        }
        for pairs in groups.values()
    ]
    return by_layer(pd.DataFrame(rows))[COLUMNS]


def row_of(origin: Origin) -> dict[str, Any]:
    """Return the row that a record belongs to, by layer; seeds are pooled."""
    values = (origin.encoder, origin.task, origin.state.representation)
    return dict(zip(ROW, values, strict=True)) | {"layer": origin.layer}


def by_layer(table: pd.DataFrame) -> pd.DataFrame:
    """Sort by layer within the rest, which stays in the order in which it came."""
    place = table.groupby(ROW, sort=False).ngroup()
    return table.iloc[np.lexsort((table["layer"], place))].reset_index(drop=True)
