"""Table 5: an encoder tuned on one task, probed and clustered on another (study, section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from fbert.analysis.similarity import distance_vector
from fbert.analysis.trends import distance_change
from fbert.published import published_cross_figures
from fbert.tables.content import accuracy_columns, geometry_columns

Record = Mapping[str, Any]


def cross_rows(probes: Sequence[Record], geometries: Sequence[Record]) -> pd.DataFrame:
    """Return a row for each task that the encoder was tuned on (none first) and probed on.

    Changes of minimum distances are those of the training set on the last layer, against the original
    encoder. Over seeds, changes are means, that of the distance with its standard deviation, and the accuracy
    is over all runs.
    """
    grouped = zip(_by_tasks(geometries).items(), _by_tasks(probes).values(), strict=True)
    rows = [
        {"model": records[0]["encoder"], "tuned_on": tuned_on, "probed_on": probed_on}
        | _changes(_original(geometries, probed_on), records)
        | accuracy_columns(runs)
        | geometry_columns(records)
        for ((tuned_on, probed_on), records), runs in grouped
    ]
    table = pd.DataFrame(rows).merge(published_cross_figures(), how="left", on=["tuned_on", "probed_on"])
    published = [name for name in table if name.startswith("published_")]
    return table[[*_MEASURED, *published, *_REMARKS]]


_MEASURED = [
    "model",
    "tuned_on",
    "probed_on",
    "increased",
    "decreased",
    "mean_change",
    "mean_change_std",
    "accuracy",
    "accuracy_std",
]
_REMARKS = [
    "labels",
    "clusters",
    "linearly_separable",
    "seeds",
    "n",
    "d",
    "runs",
    "undecided_verdicts",
    "text",
]


def _by_tasks(records: Iterable[Record]) -> dict[tuple[str, str], list[Record]]:
    """Group records, one for each seed, by task tuned on, or none, and task probed on."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        key = (record["state"].rpartition("-seed")[0] or "none", record["task"])
        groups.setdefault(key, []).append(record)
    return groups


def _original(geometries: Sequence[Record], task: str) -> Record:
    return next(record for record in geometries if record["state"] == "original" and record["task"] == task)


def _changes(original: Record, records: Sequence[Record]) -> dict[str, float | None]:
    """Return the changes of minimum distances from the original to the states of all seeds."""
    names = ("increased", "decreased", "mean_change", "mean_change_std")
    before = distance_vector(original["train"])
    changes = [distance_change(before, distance_vector(record["train"])) for record in records]
    means = [change.mean for change in changes if change.mean is not None]
    if records[0] is original or not means:
        return dict.fromkeys(names)
    counts = np.mean([[change.increased, change.decreased] for change in changes], axis=0)
    spread = float(np.std(means)) if len(means) > 1 else None
    return dict(zip(names, [*map(float, counts), float(np.mean(means)), spread], strict=True))
