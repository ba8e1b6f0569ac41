"""Reading the Markdown that tables and figures come with: a caption, perhaps a table, and remarks."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

_HEAD = re.compile(r"\*\*(?P<name>.+?)\.?\*\* *(?P<text>.*)", re.DOTALL)
_RULE = re.compile(r"\|[:|-]+\|")


class Caption(NamedTuple):
    """A caption: `Table 7`, and what it says."""

    name: str
    text: str

    @property
    def title(self) -> str:
        """The first sentence without the study in parentheses, for whoever cannot see the picture."""
        return re.split(r" \(study |(?<=[^.]{3})\. ", self.text, maxsplit=1)[0].rstrip(".")


class TextTable(NamedTuple):
    """A table of text.

    Attributes:
        headings: of the columns.
        right: for each column, whether it is aligned to the right, as numbers are.
        rows: the cells.
    """

    headings: list[str]
    right: list[bool]
    rows: list[list[str]]


def caption_of(markdown: str) -> Caption:
    """Return the caption in the first block."""
    found = _HEAD.match(_blocks(markdown)[0])
    if found is None:
        raise ValueError(f"no caption in {markdown[:60]!r}")
    return Caption(found["name"], found["text"].strip())


def table_of(markdown: str) -> TextTable:
    """Return the pipe table; its columns stand where the bars of its second line are."""
    head, rule, *rows = next(block for block in _blocks(markdown) if _is_table(block)).splitlines()
    bars = [position for position, letter in enumerate(rule) if letter == "|"]

    def cells(line: str) -> list[str]:
        return [line[a + 1 : b].strip() for a, b in pairwise(bars)]

    return TextTable(cells(head), [cell.endswith(":") for cell in cells(rule)], [cells(row) for row in rows])


def remarks_of(markdown: str) -> list[str]:
    """Return the lines after the table, list items without their dash."""
    after = [block for block in _blocks(markdown)[1:] if not _is_table(block)]
    return [line.removeprefix("- ") for block in after for line in block.splitlines()]


def _blocks(markdown: str) -> list[str]:
    return [block for block in markdown.strip().split("\n\n") if block]


def _is_table(block: str) -> bool:
    lines = block.splitlines()
    return len(lines) > 1 and _RULE.fullmatch(lines[1]) is not None
