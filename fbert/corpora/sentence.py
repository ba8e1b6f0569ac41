"""A sentence as every reader gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sentence:
    """A sentence of n words with what its file says of them.

    Attributes:
        id: the file's own identifier, or the sentence's number in the file, from 1.
        words: the n word forms.
        columns: annotation by lower-case column name (`form`, `upos`, `head`, `ss`, ...), n values each, as
            written in the file: `_` where nothing is annotated, heads as text. Empty if words have none.
        line: where it begins in its file, from 1, comments included.
        values: annotation of the whole sentence by column; for TREC its `label`.
        second: for a pair of texts, how many words the first one has; None for a single text.
        document: which document it is of, by the file's own name for it or by file and line of its beginning;
            empty where the file says nothing of documents.
    """

    id: str
    words: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    line: int
    values: Mapping[str, str] = field(default_factory=dict)
    second: int | None = None
    document: str = ""
