"""Read a corpus in any of the formats the project knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from fbert.corpora.dataset import read_dataset, read_fetched, read_parquet
from fbert.corpora.layout import Layout
from fbert.corpora.lines import Lines, split_lines
from fbert.corpora.sentence import Sentence
from fbert.corpora.table import read_csv, read_jsonl, read_tsv
from fbert.corpora.tabular import CONLLU, LEXICAL, read_conllu, read_conllulex, read_streusle
from fbert.corpora.trec import read_trec
from fbert.corpora.word_lines import read_word_lines
from fbert.errors import InputError, nearest

_FIXED: Mapping[str, tuple[str, Callable[[Lines], list[Sentence]]]] = {
    "conllu": ("utf-8", read_conllu),
    "conllulex": ("utf-8", read_conllulex),
    "streusle": ("utf-8", read_streusle),
    "trec": ("iso-8859-1", read_trec),
}
_LAID_OUT: Mapping[str, Callable[[Lines, Layout], list[Sentence]]] = {
    "words": read_word_lines,
    "csv": read_csv,
    "tsv": read_tsv,
    "jsonl": read_jsonl,
}
HUB = "hub"
_LOADED: Mapping[str, Callable[[Path | str, Layout], list[Sentence]]] = {
    "parquet": read_parquet,
    "dataset": read_dataset,
    HUB: read_fetched,
}
TABLES = ("csv", "tsv", "jsonl", *_LOADED)
FORMATS = (*_FIXED, *_LAID_OUT)


def columns_of(format: str, layout: Layout) -> tuple[str, ...] | None:
    """Return where a format has its annotation: columns of words, or of a sentence; None if its file says."""
    known = {
        "conllu": CONLLU,
        "conllulex": CONLLU + LEXICAL,
        "streusle": (*CONLLU, "smwe", "ss", "ss2"),
        "trec": ("label",),
        "words": layout.columns,
    }
    return known.get(format)


def read_sentences(path: Path | str, format: str, layout: Layout | None = None) -> list[Sentence]:
    r"""Read all sentences of a file, in its order.

    Every reader refuses what it does not understand. Handled alike in all formats: lines may end with `\n` or
    `\r\n`; a UTF-8 byte order mark is dropped; sentences may have any number of words.

    Args:
        path: the file, the folder of a `dataset`, or the record of what was fetched (`hub`). UTF-8; for
            `trec` ISO-8859-1, unless a mark says UTF-8.
        format: one of `FORMATS`, or `parquet`, `dataset` or `hub`.
        layout: the columns of a table or of a file with a word on each line.

    Raises:
        InputError: the file cannot be read or a line is malformed: file, line, what was found and expected,
            and the likely mistake.
    """
    if format in _LOADED:
        return _LOADED[format](path, layout or Layout())
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); is the path right?") from error
    return parse_sentences(data, format, path, layout)


def parse_sentences(
    data: bytes, format: str, path: Path | str, layout: Layout | None = None
) -> list[Sentence]:
    """Read the sentences of a file that is in memory; `path` is what errors call it. See `read_sentences`."""
    if format in _LAID_OUT:
        return _LAID_OUT[format](split_lines(data, "utf-8", path), layout or Layout())
    if format not in _FIXED:
        raise InputError(f"{path}: unknown corpus format '{format}'; {nearest(format, FORMATS)}")
    encoding, read = _FIXED[format]
    return read(split_lines(data, encoding, path))
