"""From the stores of a task in a state and in the original one to the record of measures."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fbert.analysis.sampling import balanced_rows
from fbert.errors import InputError
from fbert.measures.known import COMPARISONS, DESCRIPTIONS
from fbert.records.measures import MeasuresRecord
from fbert.records.origin import Origin
from fbert.states import ORIGINAL
from fbert.store.read import read

ROWS = 1000
"""Examples that are drawn at most, labels taking turns; the same for both states."""
_DIGITS = 9  # those after it depend on the order in which a library adds


def measures_of_stores(
    train: Path | str, original: Path | str, task: str, layer: str | int
) -> MeasuresRecord:
    """Compute every measure of a task's training examples on one layer.

    Args:
        train: the store of the state.
        original: the store of the original state, of the same examples; may be the same.
        task: one of their tasks.
        layer: its number, or `last`.

    Raises:
        InputError: a store lacks the task or the layer, or they are not of the same examples.
        CorruptFileError: a store is truncated, altered or something else.
    """
    origin = Origin.of_store(train, task, layer)
    after, before = read(train, task, origin.layer), read(original, task, origin.layer)
    if not np.array_equal(after.y, before.y):
        raise InputError(f"{train}: has other examples of {task} than {original}")
    rows = balanced_rows(after.y, ROWS, seed=0)
    X, X_before = after.X[rows].astype(np.float64), before.X[rows].astype(np.float64)
    is_original = origin.state == ORIGINAL
    compared = {
        measure.name: None if is_original else _rounded(measure.of(X_before, X)) for measure in COMPARISONS
    }
    described = {measure.name: _rounded(measure.of(X, after.y[rows])) for measure in DESCRIPTIONS}
    return MeasuresRecord(origin, len(rows), compared, described)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
