"""Draw measures by layer."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fbert.figures.annotate import Name
from fbert.figures.lines import line_with_band, mean_where_all
from fbert.figures.looks import BLACK, BLUE, VERMILION
from fbert.figures.panels import facets
from fbert.states import ORIGINAL_REPRESENTATION, TUNED_REPRESENTATION

COLOURS = {ORIGINAL_REPRESENTATION: BLACK, TUNED_REPRESENTATION: VERMILION}
TO_ORIGINAL = "to original"
TOO_FEW = "no layer has three label pairs whose distances differ"
WHAT = (
    "Left: test accuracy of probes before and after fine-tuning. Right: similarity (Pearson's r of the "
    "distances of label pairs) of training and test set before and after, and of the training set after to "
    "that before. Lines are means over seeds, bands their ranges. Similarities are solid where both sides "
    "are linear with every seed, as the paper defines them, and dotted where not."
)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw two panels for each task."""
    panels = [panel for _, rows in frame.groupby("task", sort=False) for panel in _panels(rows)]
    return facets(pd.concat(panels), "panel", _panel)


def _panels(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rows of either panel of a task; one alone where the task cannot be drawn."""
    task = rows["task"].iloc[0]
    if rows["remark"].notna().any():
        return [rows.assign(panel=task, of_accuracy=False)]
    measures = ["label_level_similarity", "label_level_similarity_to_original"]
    remark = None if rows[measures].notna().any(axis=None) else TOO_FEW
    return [
        rows.assign(panel=f"{task}, accuracy", of_accuracy=True),
        rows.assign(panel=f"{task}, similarity", of_accuracy=False, remark=remark),
    ]


def _panel(axes: Axes, panel: pd.DataFrame) -> list[Name]:
    return _accuracy(axes, panel) if panel["of_accuracy"].all() else _similarity(axes, panel)


def _accuracy(axes: Axes, panel: pd.DataFrame) -> list[Name]:
    ends = []
    for representation, line in panel.groupby("representation", sort=False):
        colour = COLOURS[representation]
        x, y = line_with_band(axes, line, "layer", "accuracy", color=colour, marker="o", markersize=2)
        ends.append(Name(representation, x, y, colour))
    axes.set(xlabel="layer", ylabel="accuracy (%)", ylim=(None, 101))
    return ends


def _similarity(axes: Axes, panel: pd.DataFrame) -> list[Name]:
    ends = [
        _line(axes, line, "similarity", "train_test_similarity", representation, COLOURS[representation])
        for representation, line in panel.groupby("representation", sort=False)
    ]
    tuned = panel[panel["representation"] != ORIGINAL_REPRESENTATION]
    ends.append(_line(axes, tuned, "similarity_to_original", "similarity_to_original", TO_ORIGINAL, BLUE))
    axes.set(xlabel="layer", ylabel="similarity (Pearson's r)", ylim=(None, 1.03))
    return [name for end in ends for name in end]


def _line(
    axes: Axes, line: pd.DataFrame, measure: str, where_linear: str, name: str, colour: str
) -> list[Name]:
    """Draw a similarity dotted, and over it solid where it is the paper's; return its name if it is drawn."""
    defined = line.dropna(subset=f"label_level_{measure}")
    if defined.empty:
        return []
    x, y = line_with_band(axes, defined, "layer", f"label_level_{measure}", color=colour, linestyle=":")
    solid = mean_where_all(defined, "layer", where_linear, defined[where_linear].notna())
    axes.plot(solid, color=colour, marker="o", markersize=2)
    return [Name(name, x, y, colour)]
