"""Panels: their grid, what stands in one that cannot be drawn, and the remark on synthetic text."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from string import ascii_lowercase

import pandas as pd
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from fbert.figures.annotate import Name, name_line_ends
from fbert.figures.style import COLUMN, FAINT, PAGE, SMALL
from fbert.text_kind import SYNTHETIC
from fbert.words import SYNTHETIC_REMARK

LETTERS = 14  # of small print on an inch, at most


def facets(
    frame: pd.DataFrame,
    by: str,
    draw: Callable[[Axes, pd.DataFrame], list[Name]],
    name: Callable[[Axes, list[Name]], None] = name_line_ends,
    heading: str = "{}",
    columns: int = 2,
    height: float = 2.1,
    key: Mapping[str, Line2D] | None = None,
) -> Figure:
    """Draw a panel for each value of a column; names are placed last, when the layout is known.

    Args:
        frame: all rows.
        by: the column.
        draw: draws a panel and returns the names to be written in it, if any.
        name: writes them.
        heading: of a panel, with a place for the value.
        columns: panels in a row.
        height: of a row, in inches.
        key: marks by what they mean, to stand below the panels.
    """
    values = list(frame[by].unique())
    figure, panels = grid(len(values), columns, height)
    names = [_fill(axes, frame[frame[by] == value], draw) for axes, value in zip(panels, values, strict=True)]
    for letter, axes, value in zip(ascii_lowercase, panels, values, strict=False):
        text = heading.format(value)
        axes.set_title(f"({letter}) {text}" if len(values) > 1 else text, loc="left")
    mark_synthetic(figure, frame)
    if key:
        columns = _columns(list(key), figure.get_figwidth() * LETTERS)
        figure.legend(
            list(key.values()), list(key), loc="outside lower center", ncols=columns, handletextpad=0.0
        )
    figure.canvas.draw()  # makes the layout; names change nothing in it that their places depend on
    for axes, found in zip(panels, names, strict=True):
        if found:
            name(axes, found)
    return figure


def grid(n: int, columns: int, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure with n panels in rows of `columns`; a single one is as wide as a column."""
    columns = min(n, columns)
    rows = math.ceil(n / columns)
    size = (PAGE if n > 1 else COLUMN, rows * height + 0.15)
    figure, axes = pyplot.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    for spare in axes.flat[n:]:
        spare.set_visible(False)
    return figure, list(axes.flat[:n])


def _columns(names: Sequence[str], letters: float) -> int:
    """Return in how many columns names fit on a line of so many letters: all, or rows as even as can be."""
    sizes = [len(name) + 5 for name in names]  # with the mark, and room to the next
    if sum(sizes) <= letters:
        return len(names)
    rows = math.ceil(len(names) / max(1, int(letters / max(sizes))))
    return math.ceil(len(names) / rows)


def _fill(axes: Axes, panel: pd.DataFrame, draw: Callable[[Axes, pd.DataFrame], list[Name]]) -> list[Name]:
    """Draw a panel, or write in its place why it cannot be drawn."""
    remarks = panel["remark"].dropna()
    if remarks.empty:
        return draw(axes, panel)
    axes.set(xticks=[], yticks=[])
    text = textwrap.fill(f"Not drawn: {remarks.iloc[0]}.", 34)
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=FAINT)
    return []


def mark_synthetic(figure: Figure, frame: pd.DataFrame) -> None:
    """Say in the figure itself that its text is synthetic, if it is."""
    if is_synthetic(frame):
        text = textwrap.fill(SYNTHETIC_REMARK, int(LETTERS * figure.get_figwidth()))
        figure.suptitle(text, fontsize=SMALL, color="#a03000", style="italic")


def is_synthetic(frame: pd.DataFrame) -> bool:
    """Whether any row stands on synthetic text."""
    return bool((frame["text"] == SYNTHETIC).any())


def explained(axes: Axes, panel: pd.DataFrame) -> None:
    """Name the two axes of a projection with the variance they explain."""
    for axis, name in ((axes.xaxis, "x"), (axes.yaxis, "y")):
        share = float(panel[f"explained_{name}"].iloc[0])
        number = 1 if name == "x" else 2
        axis.set_label_text(f"PC {number} ({share:.0%})")
