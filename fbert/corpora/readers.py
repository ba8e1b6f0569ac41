"""Read a corpus in any of the formats the project knows."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path

from fbert.corpora.lines import Lines, split_lines
from fbert.corpora.sentence import Sentence
from fbert.corpora.tabular import CONLLU, LEXICAL, read_conllu, read_conllulex
from fbert.corpora.trec import read_trec
from fbert.errors import InputError

_READERS: Mapping[str, tuple[str, Callable[[Lines], list[Sentence]]]] = {
    "conllu": ("utf-8", read_conllu),
    "conllulex": ("utf-8", read_conllulex),
    "trec": ("iso-8859-1", read_trec),
}
FORMATS = tuple(_READERS)


def columns_of(format: str) -> tuple[str, ...]:
    """Return where a format has its annotation: columns of words, or a sentence's `label`."""
    return {"conllu": CONLLU, "conllulex": CONLLU + LEXICAL, "trec": ("label",)}[format]


def read_sentences(path: Path | str, format: str) -> list[Sentence]:
    r"""Read all sentences of a file, in its order.

    Every reader refuses what it does not understand. Handled alike in all formats: lines may end with `\n` or
    `\r\n`; a UTF-8 byte order mark is dropped; sentences may have any number of words.

    Args:
        path: the file. UTF-8 for `conllu` and `conllulex`; ISO-8859-1 for `trec`, unless a mark says UTF-8.
        format: `conllu`, `conllulex` or `trec`.

    Raises:
        InputError: the file cannot be read or a line is malformed: file, line, what was found and expected,
            and the likely mistake.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); is the path right?") from error
    return parse_sentences(data, format, path)


def parse_sentences(data: bytes, format: str, path: Path | str) -> list[Sentence]:
    """Read the sentences of a file that is in memory; `path` is what errors call it. See `read_sentences`."""
    if format not in _READERS:
        near = difflib.get_close_matches(format, FORMATS, n=1, cutoff=0.0)[0]
        raise InputError(f"{path}: unknown corpus format '{format}'; did you mean '{near}'?")
    encoding, read = _READERS[format]
    return read(split_lines(data, encoding, path))
