"""Draw Figure 3: paths of three label centroids from update to update."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fbert.figures.annotate import Name, name_points
from fbert.figures.looks import looks_apart
from fbert.figures.panels import explained, facets

WHAT = (
    "Centroids of the three labels that are closest on the last layer at the start, at each "
    "snapshot; the star is the start. The plane is that of the first two principal components (PC, with"
    " the share of variance they explain) of what each panel shows."
)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw one panel for each layer."""
    heading = f"{frame['task'].iloc[0]}, layer {{}} (★ start)"
    return facets(frame, "layer", _panel, name_points, heading, height=2.6)


def _panel(axes: Axes, panel: pd.DataFrame) -> list[Name]:
    ends = []
    looks = looks_apart(panel["label"].dropna())
    for label, path in panel.groupby("label", sort=False):
        look, start, end = looks[label], path.iloc[0], path.iloc[-1]
        axes.plot(path["x"], path["y"], color=look.color, marker=look.marker, markersize=2.2, linewidth=0.9)
        axes.plot(start["x"], start["y"], "*", color=look.color, markersize=8, markeredgecolor="white")
        ends.append(Name(label, end["x"], end["y"], look.color))
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.12)
    explained(axes, panel)
    return ends
