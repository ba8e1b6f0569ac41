"""Draw Figures 5 and 7-10: how label centroids moved, in the plane of each layer's difference vectors."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from fbert.figures.annotate import Name
from fbert.figures.looks import Look, looks_apart
from fbert.figures.panels import explained, facets
from fbert.figures.style import FAINT

NAMED = 6
WHAT = (
    "Centroid of each label after, minus its centroid before, projected onto the first two "
    "principal components (PC) of the vectors of each panel, with the share of variance they explain; the "
    "origin is the mean of the vectors, not a label that stays. Same scale in all panels. Marked are the "
    f"{NAMED} labels that moved furthest on the last layer; grey: the others."
)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw one panel for each layer, on one scale, and the marks of the labels below."""
    columns, height = (4, 1.9) if frame["layer"].nunique() > 3 else (3, 2.3)
    named, reach = furthest(frame), 1.15 * frame[["x", "y"]].abs().max(axis=None)
    panel = partial(_panel, named=named, reach=reach)
    figure = facets(frame, "layer", panel, heading="layer {}", columns=columns, height=height)
    if named:
        marks = [Line2D([], [], linestyle="", **_mark(look)) for look in looks_apart(named).values()]
        figure.legend(marks, named, loc="outside lower center", ncols=len(named), handletextpad=0.0)
    return figure


def furthest(frame: pd.DataFrame) -> list[str]:
    """Return the labels that moved furthest on the last layer."""
    last = frame[frame["layer"] == frame["layer"].max()]
    return list(last.sort_values("length", ascending=False, kind="stable")["label"].dropna()[:NAMED])


def _panel(axes: Axes, panel: pd.DataFrame, named: list[str], reach: float) -> list[Name]:
    points = panel.set_index("label")[["x", "y"]]
    others = points.drop(named)
    axes.plot(others["x"], others["y"], ".", color=FAINT, markersize=2.5, markeredgewidth=0)
    for label, look in looks_apart(named).items():
        axes.plot(points.x[label], points.y[label], **_mark(look))
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    explained(axes, panel)
    return []


def _mark(look: Look) -> dict[str, Any]:
    return {"marker": look.marker, "color": look.color, "markersize": 4, "markeredgewidth": 0}
