"""Names written beside lines and points, placed so that they do not cover each other.

Where things are is known once the figure has been drawn, which whoever calls these functions does before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.textpath import TextPath
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from fbert.figures.style import FAINT, SMALL, text_colour

_LINE = 1.25 * SMALL  # points between lines of text
# Where a name may stand, in units of its own size from its point.
_PLACES = ((0, 1), (0, -1), (0.6, 0.6), (-0.6, 0.6), (0.6, -0.6), (-0.6, -0.6), (0.7, 0), (-0.7, 0))
_RINGS = (1.0, 1.8, 2.8, 4.0)
_COVERED = 30.0  # what a mark beneath a name costs, in points of distance
_CLEAR = 0.5 * _COVERED


class Name(NamedTuple):
    """A name, the point it belongs to, and its colour."""

    text: str
    x: float
    y: float
    color: Any


def name_line_ends(axes: Axes, names: Sequence[Name]) -> None:
    """Write names to the right of the axes, at the heights of their lines' ends or near."""
    low, high = axes.get_ylim()
    points = axes.get_window_extent().height * 72 / axes.figure.dpi
    heights = spread(np.array([name.y for name in names]), _LINE * (high - low) / points, low, high)
    # relpos: the line ends at the left of its name, not in it
    line = {"arrowstyle": "-", "linewidth": 0.4, "shrinkA": 0, "shrinkB": 0, "relpos": (0, 0.5)}
    for name, height in zip(names, heights, strict=True):
        axes.annotate(
            name.text,
            xy=(name.x, name.y),
            xytext=(1.05, height),
            textcoords=axes.get_yaxis_transform(),
            va="center",
            color=text_colour(name.color),
            fontsize=SMALL,
            arrowprops=line | {"color": name.color},
            annotation_clip=False,
        )


def spread(wanted: NDArray[np.float64], gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Move heights until neighbours are `gap` apart, by the least sum of squares.

    Substituting each height by itself less `gap` times its rank turns this into isotonic regression.

    Args:
        wanted: (n,) heights.
        gap: least distance of neighbours.
        low: least height.
        high: largest height, exceeded if there is no room.
    """
    order = np.argsort(wanted, kind="stable")
    ranks = gap * np.arange(len(wanted))
    level = isotonic_regression(wanted[order] - ranks).x
    room = max(low, high - gap * (len(wanted) - 1))
    heights = np.empty(len(wanted))
    heights[order] = np.clip(level, low, room) + ranks
    return heights


def name_points(axes: Axes, names: Sequence[Name]) -> None:
    """Write names beside their points, clear of each other and of all marks, as far as possible.

    The earlier a name, the better its place.
    """
    _name(axes, names, np.inf)


def name_where_clear(axes: Axes, names: Sequence[Name]) -> None:
    """Write those of the names that have room near their points, clear of each other and of all marks."""
    _name(axes, names, _CLEAR)


def _name(axes: Axes, names: Sequence[Name], at_most: float) -> None:
    scale = 72 / axes.figure.dpi
    frame = axes.get_window_extent()
    bounds = np.array([[frame.x0, frame.y0], [frame.x1, frame.y1]]) * scale
    marks = np.concatenate([np.asarray(line.get_xydata()) for line in axes.lines])
    obstacles = axes.transData.transform(marks) * scale
    taken: list[NDArray[np.float64]] = []
    for name in names:
        point = axes.transData.transform((name.x, name.y)) * scale
        size = np.array([TextPath((0, 0), name.text, SMALL).get_extents().width + 2, _LINE])
        costs = [(_cost(box, point, taken, obstacles, bounds), box) for box in _boxes(point, size)]
        cost, box = min(costs, key=lambda pair: pair[0])
        if cost < at_most:
            taken.append(box)
            _write(axes, name, box.mean(axis=0) - point)


def _boxes(point: NDArray[np.float64], size: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the places a name may have: (2, 2) lower left and upper right corner each."""
    centres = [point + np.array(place) * size * ring for ring in _RINGS for place in _PLACES]
    return [np.array([centre - size / 2, centre + size / 2]) for centre in centres]


def _cost(
    box: NDArray[np.float64],
    point: NDArray[np.float64],
    taken: Sequence[NDArray[np.float64]],
    obstacles: NDArray[np.float64],
    bounds: NDArray[np.float64],
) -> float:
    """Return how bad a place is: covered names first, then leaving the panel, covered points, distance."""
    overlaps = sum(bool((box[0] < other[1]).all() and (other[0] < box[1]).all()) for other in taken)
    outside = bool((box[0] < bounds[0]).any() or (box[1] > bounds[1]).any())
    covered = int(((obstacles > box[0]) & (obstacles < box[1])).all(axis=1).sum())
    distance = float(np.linalg.norm(box.mean(axis=0) - point))
    return 1e4 * overlaps + 3e3 * outside + _COVERED * covered + distance


def _write(axes: Axes, name: Name, offset: NDArray[np.float64]) -> None:
    far = np.linalg.norm(offset) > 2 * _LINE
    axes.annotate(
        name.text,
        xy=(name.x, name.y),
        xytext=tuple(offset),
        textcoords="offset points",
        ha="center",
        va="center",
        color=text_colour(name.color),
        fontsize=SMALL,
        arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.4} if far else None,
    )
