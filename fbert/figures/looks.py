"""One look for a label wherever it appears, in figures and in the report; no drawing library is needed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

# Okabe & Ito (2008) without yellow, which is too light for lines on white.
BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY_BLUE, BLACK = "#E69F00", "#56B4E9", "#000000"
_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY_BLUE, BLACK)
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
# None is dotted, which marks what is not linear.
_LINES = ("-", "--", "-.", (0, (8, 2)), (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2, 2, 2)), (0, (3, 3)))


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


def looks_apart(labels: Iterable[str]) -> dict[str, Look]:
    """Return looks for the few labels of one panel, no two of a colour as far as there are colours.

    A label keeps its own look unless one before it has the colour; then it gets the first that is free.
    """
    found: dict[str, Look] = {}
    for label in dict.fromkeys(labels):
        look, taken = look_of(label), {other.color for other in found.values()}
        free = [color for color in _COLOURS if color not in taken]
        found[label] = look if look.color not in taken or not free else look._replace(color=free[0])
    return found


@cache
def _numbers() -> dict[str, int]:
    """Number the known labels of each inventory."""
    text = Path(__file__).with_name("labels.yaml").read_text(encoding="utf-8")
    inventories = yaml.safe_load(text).values()
    return {label: number for labels in inventories for number, label in enumerate(labels)}
