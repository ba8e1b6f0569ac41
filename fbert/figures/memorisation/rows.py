"""Memorisation: learning curves of probes on three sets of examples, before and after fine-tuning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from fbert.figures.request import Request
from fbert.records.curves import LearningCurves

COLUMNS = ["layer", "d", "representation", "examples", "n", "seed", "run", "epoch", "accuracy"]


def rows(request: Request) -> pd.DataFrame:
    """Return a row for each task, representation, set of examples, seed, run and epoch."""
    found = [
        {"task": task, "seed": seed} | row
        for (task, seed), file in zip(request.runs, request.files["learning_curves"], strict=True)
        for row in _rows(LearningCurves.read(file))
    ]
    return request.table(found, COLUMNS)


def _rows(record: LearningCurves) -> Iterator[dict[str, Any]]:
    head = {"layer": record.origin.layer, "d": record.d}
    for representation, curves in record.curves.items():
        for examples, runs in curves.items():
            line = head | {"representation": representation, "examples": examples, "n": record.n[examples]}
            for run, curve in enumerate(runs):
                for epoch, accuracy in enumerate(curve, start=1):
                    yield line | {"run": run, "epoch": epoch, "accuracy": accuracy}
