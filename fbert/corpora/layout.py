"""Where a file of one's own has its words and its labels, since its columns have names of their own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """The columns of a table, or of a file with a word on each line.

    Attributes:
        text: of a table, the column of the text; two of them for pairs of texts.
        tokens: of a table, the column of a sentence's words instead.
        columns: of a file with a word on each line, the names of its columns in order; `form` is the word.
        labels: the columns that tasks ask for; all of them must be there, and filled in every row.
    """

    text: tuple[str, ...] = ("text",)
    tokens: str | None = None
    columns: tuple[str, ...] = ("form", "label")
    labels: tuple[str, ...] = ()
