"""What a figure's data are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fbert.text_kind import NO_TEXT, text_kind


@dataclass(frozen=True)
class Request:
    """A figure and the files behind it.

    Attributes:
        runs: task of each run it shows, and the seed if it is a training run.
        files: by kind, one file for each of `runs`.
        synthetic: for each task, whether its text was made by a grammar.
        every_layer: whether it shows all layers or every second one, where it shows several.
    """

    runs: Sequence[tuple[str, int | None]]
    files: Mapping[str, Sequence[str]]
    synthetic: Mapping[str, bool]
    every_layer: bool = False

    def table(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
        """Return rows with the columns of this kind of figure, the kind of text, and why a panel is empty."""
        table = pd.DataFrame(rows, columns=["task", *columns, "remark"])
        table.insert(len(table.columns) - 1, "text", table["task"].map(self._kind_of_text))
        return table

    def _kind_of_text(self, task: str) -> str:
        return text_kind(self.synthetic[task]) if task in self.synthetic else NO_TEXT
