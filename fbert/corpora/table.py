"""Tables of texts, a row each: comma-separated, tab-separated, or a JSON object on each line."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from fbert.corpora.layout import Layout
from fbert.corpora.lines import Lines, quote
from fbert.corpora.row_values import TableRow, sentence_of
from fbert.corpora.sentence import Sentence

csv.field_size_limit(sys.maxsize)  # else a text of over 131,072 characters is refused
_COMMAS: Mapping[str, Any] = {"delimiter": ",", "strict": True}
_TABS: Mapping[str, Any] = {"delimiter": "\t", "quoting": csv.QUOTE_NONE}


def read_csv(lines: Lines, layout: Layout) -> list[Sentence]:
    """Read comma-separated values under a line of column names; quotation marks as RFC 4180 has them.

    Raises:
        InputError: a malformed row, or a column that is not there.
    """
    likely = "a comma or a line break inside a text needs quotation marks around the text"
    return sentences_of(_delimited(lines, _COMMAS, likely), lines, layout)


def read_tsv(lines: Lines, layout: Layout) -> list[Sentence]:
    """Read tab-separated values under a line of column names; quotation marks are part of the text.

    Raises:
        InputError: a malformed row, or a column that is not there.
    """
    likely = "one tab stands between columns, and none inside a text"
    return sentences_of(_delimited(lines, _TABS, likely), lines, layout)


def read_jsonl(lines: Lines, layout: Layout) -> list[Sentence]:
    """Read one JSON object a line, the same columns in each.

    Raises:
        InputError: a malformed row, or a column that is not there.
    """
    return sentences_of(_objects(lines), lines, layout)


def sentences_of(rows: Iterable[TableRow], lines: Lines, layout: Layout) -> list[Sentence]:
    """Turn rows into sentences, numbered from 1.

    Raises:
        InputError: there is no row, or one that is no sentence.
    """
    found = [sentence_of(row, str(number), lines, layout) for number, row in enumerate(rows, start=1)]
    if not found:
        raise lines.error(1, "column names alone", "a row below them", "was the copy cut short?")
    return found


def _delimited(lines: Lines, dialect: Mapping[str, Any], likely: str) -> Iterator[TableRow]:
    rows = _cells(lines, dialect, likely)
    names = _header(next(rows)[1], lines)
    for line, cells in rows:
        if not cells:
            raise lines.error(line, "a blank line", "a row", "remove it; a row without text is left out too")
        if len(cells) != len(names):
            raise lines.error(line, f"{len(cells)} column(s)", f"{len(names)} as in the first line", likely)
        yield TableRow(line, dict(zip(names, cells, strict=True)))


def _cells(lines: Lines, dialect: Mapping[str, Any], likely: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row's cells with the line where it begins; a quoted cell may go over several lines."""
    reader, line = csv.reader((text + "\n" for text in lines.lines), **dialect), 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        found = f"a row that cannot be divided ({error})"
        raise lines.error(line, found, "columns", f"is a quotation mark not closed? {likely}") from error


def _header(cells: Sequence[str], lines: Lines) -> list[str]:
    names = [name.strip() for name in cells]
    for place, name in enumerate(names):
        if not name or name in names[:place]:
            found = f"the column name {quote(name)}" + (" twice" if name else "")
            likely = "the first line has the names of the columns; is it missing?"
            raise lines.error(1, found, "a name for each column, each once", likely)
    if not names:
        raise lines.error(1, "a blank line", "the names of the columns", "remove it")
    return names


def _objects(lines: Lines) -> Iterator[TableRow]:
    for line, text in enumerate(lines.lines, start=1):
        try:
            values = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            likely = "each line is one whole object; is it a JSON array, or broken over lines?"
            raise lines.error(line, f"{quote(text)} ({error})", "a JSON object", likely) from error
        if not isinstance(values, dict):
            raise lines.error(line, quote(text), "a JSON object", 'columns need names: {"text": ...}')
        yield TableRow(line, values)


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
