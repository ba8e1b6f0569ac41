"""A word on each line with its tags behind it, tabs or spaces between, and a blank line between sentences."""

from __future__ import annotations

from fbert.corpora.layout import Layout
from fbert.corpora.lines import Lines, quote
from fbert.corpora.sentence import Sentence
from fbert.corpora.tabular import blocks

DOCUMENT = "-DOCSTART-"


def read_word_lines(lines: Lines, layout: Layout) -> list[Sentence]:
    """Read sentences; a line has a value for each of the layout's columns, `_` for an absent one.

    Columns are apart by tabs, or by single spaces in a file that has no tab, as CoNLL-2003 writes them. A
    line `-DOCSTART-` with whatever follows begins a document and is no sentence.

    Raises:
        InputError: a line has more or fewer columns, or an empty one.
    """
    found: list[Sentence] = []
    apart = "\t" if any("\t" in line for line in lines.lines) else " "
    document = ""
    for block in blocks(lines):
        first = block[0][0]
        if block[0][1].split(apart)[0] == DOCUMENT:
            document = f"{lines.path}:{first}"
            continue
        rows = [_row(lines, line, text.split(apart), layout.columns) for line, text in block]
        columns = dict(zip(layout.columns, zip(*rows, strict=True), strict=True))
        found.append(Sentence(str(len(found) + 1), columns["form"], columns, first, document=document))
    return found


def _row(lines: Lines, line: int, values: list[str], names: tuple[str, ...]) -> list[str]:
    if len(values) != len(names):
        likely = "one tab stands between columns, no space" if len(values) == 1 else "is `columns` complete?"
        raise lines.error(line, f"{len(values)} column(s)", f"{len(names)} ({', '.join(names)})", likely)
    for name, value in zip(names, values, strict=True):
        if not value or value != value.strip(" "):
            likely = "an absent value is written `_`, and no space stands beside a tab"
            raise lines.error(line, f"{name} {quote(value)}", "a value", likely)
    return values
