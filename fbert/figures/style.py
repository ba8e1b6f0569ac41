"""The common style: sizes, fonts, and one look for a label wherever it appears."""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import matplotlib.colors
import yaml

matplotlib.use("Agg")

COLUMN, PAGE = 3.3, 6.8  # inches: a column and the page of a two-column paper
SMALL, NORMAL = 6.5, 7.5  # points
INK, FAINT = "#222222", "#8a8a8a"

# Okabe & Ito (2008) without yellow, which is too light for lines on white.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
# None is dotted, which marks what is not linear.
_LINES = ("-", "--", "-.", (0, (8, 2)), (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2, 2, 2)), (0, (3, 3)))

matplotlib.rcParams.update(
    {
        "font.family": "DejaVu Sans",  # comes with matplotlib, so pictures are the same on every machine
        "font.size": NORMAL,
        "axes.titlesize": NORMAL,
        "axes.labelsize": NORMAL,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "legend.fontsize": SMALL,
        "legend.frameon": False,
        "axes.linewidth": 0.6,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "lines.linewidth": 1.1,
        "lines.markersize": 3.0,
        "pdf.fonttype": 42,  # fonts as text, which readers can search and edit
        "savefig.dpi": 300,
    }
)


class Look(NamedTuple):
    """How a label is drawn."""

    color: str
    marker: str
    linestyle: str | tuple[int, tuple[int, ...]]


def look_of(label: str) -> Look:
    """Return the look of a label: the same in every figure and study."""
    number = _numbers().get(label, zlib.crc32(label.encode()))
    turn = number // len(_COLOURS) % len(_MARKERS)
    return Look(_COLOURS[number % len(_COLOURS)], _MARKERS[turn], _LINES[turn])


def layer_colour(layer: int, last: int) -> tuple[float, ...]:
    """Return the colour of a layer: dark for the lowest, light for the last, even in grey."""
    return tuple(matplotlib.colormaps["viridis"](0.85 * layer / max(last, 1)))


def text_colour(color: Any) -> tuple[float, ...]:
    """Return a darker shade of a colour, for text: small letters need more contrast than lines."""
    return tuple(0.7 * part for part in matplotlib.colors.to_rgb(color))


@cache
def _numbers() -> dict[str, int]:
    """Number the known labels of each inventory."""
    text = Path(__file__).with_name("labels.yaml").read_text(encoding="utf-8")
    inventories = yaml.safe_load(text).values()
    return {label: number for labels in inventories for number, label in enumerate(labels)}
