"""Draw Figure 4: similarity of layers to their original against updates."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fbert.figures.annotate import Name
from fbert.figures.lines import line_with_band, mean_where_all
from fbert.figures.panels import facets
from fbert.figures.style import layer_colour

WHAT = (
    "Pearson's r between the distances of label pairs at an update and at the start, layer 1 and every "
    "second one down from the last. Lines are means over seeds, bands their ranges. Solid where both are "
    "linear with every seed, as the paper defines it; dotted where not, with distance 0 between labels whose "
    "hulls meet."
)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw one panel for each task, on one scale."""
    lowest = frame["label_level_similarity"].min()
    panel = partial(_panel, low=lowest - 0.05 if lowest < 0 else 0.0)
    return facets(frame, "task", panel)


def _panel(axes: Axes, panel: pd.DataFrame, low: float) -> list[Name]:
    last = int(panel["layer"].max())
    ends = []
    for layer, line in panel.dropna(subset="label_level_similarity").groupby("layer"):
        colour = layer_colour(int(layer), last)
        x, y = line_with_band(axes, line, "update", "label_level_similarity", color=colour, linestyle=":")
        linear = mean_where_all(line, "update", "similarity", line["similarity"].notna())
        axes.plot(linear, color=colour, marker="o", markersize=2)
        ends.append(Name(f"layer {int(layer)}", x, y, colour))
    axes.set(xlabel="updates", ylabel="similarity (Pearson's r)", ylim=(low, 1.03))
    return ends
