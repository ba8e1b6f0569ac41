"""What a figure's data are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fbert.figure_definitions import FigureDefinition
from fbert.tasks import NO_TEXT


@dataclass(frozen=True)
class Request:
    """A figure and the files behind it.

    Attributes:
        definition: which figure.
        runs: task and seed of each training run it shows.
        files: by kind, one file for each of `runs`.
        synthetic: for each task, whether its text was made by a grammar.
    """

    definition: FigureDefinition
    runs: Sequence[tuple[str, int]]
    files: Mapping[str, Sequence[str]]
    synthetic: Mapping[str, bool]

    def table(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
        """Return rows with the columns of this kind of figure, the kind of text, and why a panel is empty."""
        table = pd.DataFrame(rows, columns=["task", *columns, "remark"])
        table.insert(len(table.columns) - 1, "text", table["task"].map(self._kind_of_text))
        return table

    def _kind_of_text(self, task: str) -> str:
        if task not in self.synthetic:
            return NO_TEXT
        return "synthetic" if self.synthetic[task] else "real"
