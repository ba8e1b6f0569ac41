"""Draw the movement of label centroids by layer."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fbert.figures.annotate import Name
from fbert.figures.looks import look_of
from fbert.figures.panels import facets
from fbert.figures.style import FAINT, INK

NAMED = 3
WHAT = (
    "Euclidean distance between the centroids of a label before and after, mean over seeds."
    f" Grey: a line for each label; coloured: the {NAMED} that moved furthest on the last layer; black: "
    "the median label."
)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw one panel for each task."""
    return facets(frame, "task", _panel)


def _panel(axes: Axes, panel: pd.DataFrame) -> list[Name]:
    lines = panel.pivot_table("distance", "layer", "label")  # mean over seeds
    last = lines.iloc[-1].sort_values(ascending=False, kind="stable")
    axes.plot(lines.index, lines, color=FAINT, linewidth=0.4, alpha=0.6)
    ends = []
    for label in last.index[:NAMED]:
        look = look_of(label)
        axes.plot(lines[label], **look._asdict())
        ends.append(Name(label, lines.index[-1], last[label], look.color))
    median = lines.median(axis=1)
    axes.plot(median, color=INK, linewidth=1.6)
    ends.append(Name("median", lines.index[-1], median.iloc[-1], INK))
    axes.set(xlabel="layer", ylabel="distance moved", ylim=(0, None), xticks=_ticks(lines.index))
    return ends


def _ticks(layers: pd.Index) -> list[int]:
    """Return whole layers, every second one where there are many."""
    return list(layers)[:: 1 if len(layers) < 8 else 2]
