"""Table 5: an encoder tuned on one task, probed and clustered on another.

See docs/method.md, Tables and figures.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fbert.analysis.trends import distance_change
from fbert.published import published_cross_figures
from fbert.records.geometry import GeometryRecord
from fbert.records.origin import Origin, joined
from fbert.records.probe import ProbeRecord
from fbert.states import ORIGINAL, grouped
from fbert.tables.content import accuracy_columns, geometry_columns


def cross_rows(probes: Sequence[ProbeRecord], geometries: Sequence[GeometryRecord]) -> pd.DataFrame:
    """Return a row for each task that the encoder was tuned on (none first) and probed on.

    Changes of minimum distances are those of the training set on the last layer, against the original
    encoder. Over seeds, changes are means, that of the distance with its standard deviation, and the accuracy
    is over all runs.
    """
    pairs = joined(probes, geometries)
    rows = [
        _row(runs[0][0].origin)
        | _changes(_original(geometries, runs[0][0].origin.task), [geometry for _, geometry in runs])
        | accuracy_columns([probe for probe, _ in runs])
        | geometry_columns([geometry for _, geometry in runs])
        for runs in grouped(pairs, lambda pair: tuple(_row(pair[0].origin).values())).values()
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


def _row(origin: Origin) -> dict[str, str]:
    """Return the table row that a record belongs to: encoder, task tuned on, or none, and task probed on."""
    return {"model": origin.encoder, "tuned_on": origin.state.task or "none", "probed_on": origin.task}


def _original(geometries: Sequence[GeometryRecord], task: str) -> GeometryRecord:
    return next(
        record for record in geometries if record.origin.state == ORIGINAL and record.origin.task == task
    )


def _changes(original: GeometryRecord, records: Sequence[GeometryRecord]) -> dict[str, float | None]:
    """Return the changes of minimum distances from the original to the states of all seeds."""
    names = ("increased", "decreased", "mean_change", "mean_change_std")
    before = original.train.distance_vector
    changes = [distance_change(before, record.train.distance_vector) for record in records]
    means = [change.mean for change in changes if change.mean is not None]
    if records[0] is original or not means:
        return dict.fromkeys(names)
    counts = np.mean([[change.increased, change.decreased] for change in changes], axis=0)
    spread = float(np.std(means)) if len(means) > 1 else None
    return dict(zip(names, [*map(float, counts), float(np.mean(means)), spread], strict=True))
