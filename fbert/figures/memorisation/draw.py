"""Draw memorisation: learning curves of probes on seen and unseen examples."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fbert.figures.annotate import Name
from fbert.figures.lines import line_with_band
from fbert.figures.looks import BLACK, BLUE, VERMILION
from fbert.figures.panels import facets
from fbert.records.curves import HELD_OUT, PROBED, TEST
from fbert.states import ORIGINAL_REPRESENTATION, TUNED_REPRESENTATION

COLOURS = {PROBED: BLACK, HELD_OUT: BLUE, TEST: VERMILION}
LINES = {ORIGINAL_REPRESENTATION: ":", TUNED_REPRESENTATION: "-"}
WHAT = (
    "Accuracy of probes trained on a part of the training set, on that part, on the part held out from "
    "them (the encoder was tuned on both), and on the test set, before (dotted) and after fine-tuning "
    "(solid); last layer; means and ranges over runs and seeds."
)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw one panel for each task."""
    return facets(frame, "task", _panel, height=2.2)


def _panel(axes: Axes, panel: pd.DataFrame) -> list[Name]:
    ends = []
    for (representation, examples), line in panel.groupby(["representation", "examples"], sort=False):
        look = {"color": COLOURS[examples], "linestyle": LINES[representation]}
        x, y = line_with_band(axes, line, "epoch", "accuracy", **look)
        after = ", tuned" if representation == TUNED_REPRESENTATION else ""
        ends.append(Name(f"{examples}{after}", x, y, COLOURS[examples]))
    axes.set(xlabel="epochs of the probe", ylabel="accuracy (%)", ylim=(None, 101))
    return ends
