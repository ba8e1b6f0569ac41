"""Draw measures by layer."""

from __future__ import annotations

from itertools import cycle

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fbert.figures.annotate import Name
from fbert.figures.lines import line_with_band, mean_where_all
from fbert.figures.looks import BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY_BLUE, VERMILION
from fbert.figures.panels import facets
from fbert.states import ORIGINAL_REPRESENTATION

TO_ORIGINAL = "to original"
TOO_FEW = "no layer has three label pairs whose distances differ"
WHAT = (
    "Left: test accuracy of probes. Middle: clusters of the training set per label. Right: similarity "
    "(Pearson's r of the distances of label pairs) of training and test set, and of the training set to that "
    "of the original. Lines are means over seeds, bands their ranges. Similarities are solid where both "
    "sides are linear with every seed, as the paper defines them, and dotted where not."
)
# The original is black; blue is for its likeness.
_OTHERS = (VERMILION, GREEN, ORANGE, PURPLE, SKY_BLUE)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw three panels for each task."""
    panels = [panel for _, rows in frame.groupby("task", sort=False) for panel in _panels(rows)]
    return facets(pd.concat(panels), "panel", _panel, columns=3)


def _panels(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rows of each panel of a task; of one alone where the task cannot be drawn."""
    task = rows["task"].iloc[0]
    if rows["remark"].notna().any():
        return [rows.assign(panel=task, measure="similarity")]
    measures = ["label_level_similarity", "label_level_similarity_to_original"]
    remark = None if rows[measures].notna().any(axis=None) else TOO_FEW
    rows = rows.assign(per_label=rows["clusters"] / rows["labels"])
    return [
        rows.assign(panel=f"{task}, accuracy", measure="accuracy"),
        rows.assign(panel=f"{task}, clusters", measure="per_label"),
        rows.assign(panel=f"{task}, similarity", measure="similarity", remark=remark),
    ]


def _panel(axes: Axes, panel: pd.DataFrame) -> list[Name]:
    measure = panel["measure"].iloc[0]
    if measure == "similarity":
        return _similarity(axes, panel)
    axes.set(xlabel="layer", ylabel={"accuracy": "accuracy (%)", "per_label": "clusters per label"}[measure])
    ends = []
    for representation, line in panel.groupby("representation", sort=False):
        colour = _colours(panel)[representation]
        x, y = line_with_band(axes, line, "layer", measure, color=colour, marker="o", markersize=2)
        ends.append(Name(representation, x, y, colour))
    return ends


def _colours(panel: pd.DataFrame) -> dict[str, str]:
    """Return a colour for each representation; where there are more than colours they come again."""
    others = [name for name in panel["representation"].unique() if name != ORIGINAL_REPRESENTATION]
    return {ORIGINAL_REPRESENTATION: BLACK} | dict(zip(others, cycle(_OTHERS), strict=False))


def _similarity(axes: Axes, panel: pd.DataFrame) -> list[Name]:
    colours, ends = _colours(panel), []
    for name, line in panel.groupby("representation", sort=False):
        ends += _line(axes, line, "similarity", "train_test_similarity", name, colours[name])
    others = panel[panel["representation"] != ORIGINAL_REPRESENTATION]
    only = others["representation"].nunique() == 1
    for name, line in others.groupby("representation", sort=False):
        called, colour = (TO_ORIGINAL, BLUE) if only else (f"{name} {TO_ORIGINAL}", colours[name])
        measure = "similarity_to_original"
        ends += _line(axes, line, measure, measure, called, colour, "o" if only else "s")
    axes.set(xlabel="layer", ylabel="similarity (Pearson's r)", ylim=(None, 1.03))
    return ends


def _line(
    axes: Axes,
    line: pd.DataFrame,
    measure: str,
    where_linear: str,
    name: str,
    colour: str,
    marker: str = "o",
) -> list[Name]:
    """Draw a similarity dotted, and over it solid where it is the paper's; return its name if it is drawn."""
    defined = line.dropna(subset=f"label_level_{measure}")
    if defined.empty:
        return []
    x, y = line_with_band(axes, defined, "layer", f"label_level_{measure}", color=colour, linestyle=":")
    solid = mean_where_all(defined, "layer", where_linear, defined[where_linear].notna())
    axes.plot(solid, color=colour, marker=marker, markersize=2)
    return [Name(name, x, y, colour)]
