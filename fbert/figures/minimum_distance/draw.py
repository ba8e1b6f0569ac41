"""Draw Figures 2 and 6: minimum distance of labels against updates."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fbert.figures.annotate import Name
from fbert.figures.lines import line_with_band, mean_where_all
from fbert.figures.looks import looks_apart
from fbert.figures.panels import facets

WHAT = (
    "The labels whose distance to the nearest other label grew most (▲) and least (▽), last layer; "
    "labels are chosen by the mean over seeds. Lines are means over seeds, bands their ranges. Dotted where "
    "not all labels are separable with every seed, with hollow marks; those whose hulls meet have distance 0."
)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw one panel for each task."""
    return facets(frame, "task", _panel, height=2.2)


def _panel(axes: Axes, panel: pd.DataFrame) -> list[Name]:
    ends = []
    looks = looks_apart(panel["label"])
    for (label, gained), line in panel.groupby(["label", "gained"], sort=False):
        look = looks[label]
        hollow = {"marker": look.marker, "markerfacecolor": "white", "markeredgewidth": 0.6}
        x, y = line_with_band(axes, line, "update", "distance", color=look.color, linestyle=":", **hollow)
        linear = mean_where_all(line, "update", "distance", line["linear"].astype(bool))
        axes.plot(linear, **look._asdict())
        ends.append(Name(f"{'▲' if gained == 'most' else '▽'} {label}", x, y, look.color))
    axes.set(xlabel="updates", ylabel="distance to nearest label", ylim=(0, None))
    return ends
