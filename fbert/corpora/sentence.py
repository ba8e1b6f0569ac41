"""A sentence as every reader gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Sentence:
    """A sentence of n words with what its file says of them.

    Attributes:
        id: the file's own identifier, or the sentence's number in the file, from 1.
        words: the n word forms.
        columns: annotation by lower-case column name (`form`, `upos`, `head`, `ss`, ...), n values each, as
            written in the file: `_` where nothing is annotated, heads as text. Empty for TREC.
        label: the label of the whole sentence, for TREC.
        line: where it begins in its file, from 1, comments included.
    """

    id: str
    words: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    label: str | None
    line: int
