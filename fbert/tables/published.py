"""Figures that Zhou & Srikumar (ACL 2022, Table 7) print, to stand beside ours."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

ROW = ["model", "task", "representation"]


def published_figures() -> pd.DataFrame:
    """Return a row for each model, task and representation; accuracy in per cent."""
    return pd.read_csv(Path(__file__).parent / "published.csv")
