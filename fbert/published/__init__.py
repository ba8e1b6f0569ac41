"""Figures that Zhou & Srikumar (ACL 2022, Tables 7 and 5) print, to stand beside ours."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

ROW = ["model", "task", "representation"]


def published_figures() -> pd.DataFrame:
    """Return a row for each model, task and representation; accuracy in per cent."""
    return pd.read_csv(Path(__file__).parent / "representations.csv")


def published_cross_figures() -> pd.DataFrame:
    """Return the rows of Table 5, which are about BERT-base; the untouched encoder is tuned on `none`."""
    path = Path(__file__).parent / "cross_tasks.csv"
    return pd.read_csv(path)
