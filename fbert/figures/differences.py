"""Draw Figures 5 and 7-10: how label centroids moved, in the plane of each layer's difference vectors."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fbert.figures.annotate import Name, name_points
from fbert.figures.panels import explained, facets
from fbert.figures.style import FAINT, look_of

NAMED = 6
WHAT = (
    "Centroid of each label after fine-tuning minus its centroid before, projected onto the first two "
    "principal components of the vectors of each panel; same scale in all panels. Colours mark the "
    f"{NAMED} labels that moved furthest on the last layer."
)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw one panel for each layer, on one scale."""
    columns = 4 if frame["layer"].nunique() > 3 else 3
    panel = partial(_panel, named=furthest(frame), reach=1.15 * frame[["x", "y"]].abs().max(axis=None))
    return facets(frame, "layer", panel, name_points, "layer {}", columns, height=1.85)


def furthest(frame: pd.DataFrame) -> list[str]:
    """Return the labels that moved furthest on the last layer."""
    last = frame[frame["layer"] == frame["layer"].max()]
    return list(last.sort_values("length", ascending=False, kind="stable")["label"].dropna()[:NAMED])


def _panel(axes: Axes, panel: pd.DataFrame, named: list[str], reach: float) -> list[Name]:
    points = panel.set_index("label")[["x", "y"]]
    others = points.drop(named)
    axes.plot(others["x"], others["y"], ".", color=FAINT, markersize=2.5, markeredgewidth=0)
    names = [Name(label, points.x[label], points.y[label], look_of(label).color) for label in named]
    for name in names:
        axes.plot(
            name.x, name.y, look_of(name.text).marker, color=name.color, markersize=3.5, markeredgewidth=0
        )
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    explained(axes, panel)
    return names
