"""Draw Figures 5 and 7-10: how label centroids moved, in the plane of each layer's difference vectors."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from fbert.figures.annotate import Name, name_where_clear
from fbert.figures.looks import Look, looks_apart
from fbert.figures.panels import explained, facets
from fbert.figures.style import FAINT

NAMED = 6
WHAT = (
    "Centroid of each label after, minus its centroid before, projected onto the first two principal "
    "components (PC) of the vectors of each panel, with the share of variance they explain; the origin is "
    "the mean of the vectors, not a label that stays. Each panel has its own scale. Marked are the "
    f"{NAMED} labels that moved furthest on the last layer; grey: the others, named where there is room."
)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw one panel for each layer, and the marks of the labels below."""
    columns = columns_of(frame["layer"].nunique())
    named, height = furthest(frame), {3: 2.3, 4: 1.9, 5: 1.6}[columns]
    key = {name: Line2D([], [], linestyle="", **_mark(look)) for name, look in looks_apart(named).items()}
    panel = partial(_panel, named=named)
    return facets(frame, "layer", panel, name_where_clear, "layer {}", columns, height, key)


def columns_of(panels: int) -> int:
    """Return how many panels go side by side, so that the last row has as few gaps as possible."""
    return min((3, 4, 5), key=lambda columns: (-panels % columns, columns))


def furthest(frame: pd.DataFrame) -> list[str]:
    """Return the labels that moved furthest on the last layer."""
    last = frame[frame["layer"] == frame["layer"].max()]
    return list(last.sort_values("length", ascending=False, kind="stable")["label"].dropna()[:NAMED])


def _panel(axes: Axes, panel: pd.DataFrame, named: list[str]) -> list[Name]:
    points = panel.set_index("label")[["x", "y"]]
    others = points.drop(named)
    axes.plot(others["x"], others["y"], ".", color=FAINT, markersize=2.5, markeredgewidth=0)
    for label, look in looks_apart(named).items():
        axes.plot(points.x[label], points.y[label], **_mark(look))
    reach = 1.15 * points.abs().max(axis=None)
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    explained(axes, panel)
    outermost = others.assign(out=others.x**2 + others.y**2).sort_values(
        "out", ascending=False, kind="stable"
    )
    return [Name(str(label), at.x, at.y, FAINT) for label, at in outermost.iterrows()]


def _mark(look: Look) -> dict[str, Any]:
    return {"marker": look.marker, "color": look.color, "markersize": 4, "markeredgewidth": 0}
