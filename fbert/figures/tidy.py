"""Reading the tidy CSV of a figure as it was meant."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def read_tidy(path: Path | str) -> pd.DataFrame:
    """Read a figure's CSV: labels stay text, be they called 1, True or None; an empty cell is missing."""
    return pd.read_csv(path, dtype={"label": str}, keep_default_na=False, na_values=[""])
