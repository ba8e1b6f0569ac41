"""Draw Figure 1: points, the hulls of their clusters, and the gaps between hulls of different labels."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fbert.figures.annotate import Name
from fbert.figures.looks import BLUE, GREEN, VERMILION
from fbert.figures.panels import facets
from fbert.figures.style import FAINT, INK, SMALL

COLOURS = {"A": BLUE, "B": VERMILION, "C": GREEN}
MARKERS = {"A": "o", "B": "s", "C": "^"}
WHAT = (
    "Marks are points, shaded areas the convex hulls of the clusters that DirectProbe finds, and dashed"
    " lines the gaps between hulls of different labels, with their lengths. Where the labels are "
    "separable each is one cluster; where the hull of a label would meet another's, it stays in "
    "several."
)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw one panel for each case."""
    return facets(frame, "task", _panel, height=2.6)


def _panel(axes: Axes, panel: pd.DataFrame) -> list[Name]:
    points, hulls, gaps = (panel[panel["kind"] == kind] for kind in ("point", "hull", "gap"))
    for label, heap in points.groupby("label"):
        axes.plot(
            heap["x"], heap["y"], MARKERS[label], color=COLOURS[label], markersize=3, label=f"label {label}"
        )
    for (label, _), corners in hulls.groupby(["label", "cluster"]):
        axes.fill(corners["x"], corners["y"], facecolor=COLOURS[label], alpha=0.15)
        axes.fill(corners["x"], corners["y"], fill=False, edgecolor=COLOURS[label], linewidth=0.8)
    for gap in gaps.itertuples():
        axes.plot([gap.x, gap.x_to], [gap.y, gap.y_to], "--", color=INK, linewidth=0.7)
        middle = (gap.x + gap.x_to) / 2, (gap.y + gap.y_to) / 2
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
        axes.text(*middle, f"{gap.distance:.1f}", fontsize=SMALL, ha="center", va="center", bbox=box)
    axes.set_aspect("equal", adjustable="datalim")
    clusters, labels = hulls["cluster"].nunique(), points["label"].nunique()
    axes.set(xticks=[], yticks=[], xlabel=f"{labels} labels, {clusters} clusters")
    axes.spines[:].set(visible=True, color=FAINT)
    axes.legend(loc="upper right", handletextpad=0.1)
    return []
