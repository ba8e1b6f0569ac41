"""The picture at the head of the page: what became of each encoder and task, from the rows of Table 7."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fbert.report.page.findings import position
from fbert.states import ORIGINAL_REPRESENTATION, TUNED_REPRESENTATION

_MARGIN = 5.0


def overview(csv_path: Path) -> dict[str, Any]:
    """Return a row for each encoder, task and state after, with the place of each measure before and after.

    Args:
        csv_path: Table 7.

    Returns:
        `measures` with the ends of their lines, and `rows`; a place is from 0 to 100, None where there is no
        number. Clusters are counted per label, on a line of equal ratios.
    """
    table = pd.read_csv(csv_path)
    table["per_label"] = table["clusters"] / table["labels"]
    most = round(max(2.0, float(table["per_label"].max())), 1)
    measures = {
        "accuracy": _Line("Accuracy (%)", 0, 100),
        "per_label": _Line("Clusters per label", 1, most, ratios=True),
        "label_level_similarity": _Line("Similarity of training and test set", 0, 1),
    }
    rows = []
    for (encoder, task), found in table.groupby(["model", "task"], sort=False):
        by_state = {row["representation"]: row for row in found.to_dict("records")}
        before = by_state.pop(ORIGINAL_REPRESENTATION, None)
        for name, after in by_state.items() if before is not None else ():
            given = "" if name == TUNED_REPRESENTATION else f" to {name}"
            cells = _cells(measures, [before, after])
            rows.append({"encoder": f"{encoder}{given}", "task": task, "cells": cells})
    return {"measures": [asdict(line) for line in measures.values()], "rows": rows}


@dataclass(frozen=True)
class _Line:
    """A line from `low` to `high` on which numbers have their places, be it by their ratios."""

    name: str
    low: float
    high: float
    ratios: bool = False

    def place(self, value: float) -> float | None:
        """Return where a number lies, from 0 to 100 but for margins; what is beyond an end lies on it."""
        if math.isnan(value):
            return None
        scale = math.log if self.ratios else float
        return position(scale(value), scale(self.low), scale(self.high), _MARGIN)


def _cells(measures: Mapping[str, _Line], ends: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    cells = []
    for name, line in measures.items():
        values = [float(end[name]) for end in ends]
        shown = [float(end["clusters"]) for end in ends] if line.ratios else values
        decimals = 1 if name == "accuracy" else 2
        cells.append(
            {
                "at": [line.place(value) for value in values],
                "text": " to ".join(_text(value, decimals, line.ratios) for value in shown),
            }
        )
    return cells


def _text(value: float, decimals: int, whole: bool) -> str:
    if math.isnan(value):
        return "\N{EN DASH}"
    return f"{value:g}" if whole else f"{value:.{decimals}f}"
