"""The common style: sizes, fonts and shades."""

from __future__ import annotations

import re
from typing import Any

import matplotlib
import matplotlib.colors
from matplotlib.font_manager import fontManager

matplotlib.use("Agg")

COLUMN, PAGE = 3.3, 6.8  # inches: a column and the page of a two-column paper
SMALL, NORMAL = 6.5, 7.5  # points
INK, FAINT = "#222222", "#8a8a8a"

# For letters that the font of matplotlib lacks: whatever of these a machine has.
_OTHER_SCRIPTS = re.compile(
    r"(Noto Sans|Noto Naskh|WenQuanYi|IPA|Unifont|Arial Unicode|PingFang|Hiragino|Malgun)"
)
_installed = sorted({font.name for font in fontManager.ttflist if _OTHER_SCRIPTS.match(font.name)})

matplotlib.rcParams.update(
    {
        # The first comes with matplotlib, so that pictures are the same on every machine.
        "font.family": ["DejaVu Sans", *_installed],
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


def layer_colour(layer: int, last: int) -> tuple[float, ...]:
    """Return the colour of a layer: dark for the lowest, light for the last, even in grey."""
    return tuple(matplotlib.colormaps["viridis"](0.85 * layer / max(last, 1)))


def text_colour(color: Any) -> tuple[float, ...]:
    """Return a darker shade of a colour, for text: small letters need more contrast than lines."""
    return tuple(0.7 * part for part in matplotlib.colors.to_rgb(color))
