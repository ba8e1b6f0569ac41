"""What the terminal says when a study is done: its verdicts, the head of Table 7, and which file to open."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from fbert.files import read_json
from fbert.paths import Results
from fbert.words import SYNTHETIC_REMARK

_ROWS = 5
_COLUMNS = ("Encoder", "Task", "Representation", "Accuracy", "Clusters", "Linear")


def closing_words(results: Results, current: Collection[str]) -> str:
    """Return what there is to say of a study's results, be it nothing; lines end with a line end.

    Args:
        results: where they are.
        current: the files that are up to date; of others, which an earlier run left, nothing is said.
    """
    return "".join(line + "\n" for line in _lines(results, current))


def _lines(results: Results, current: Collection[str]) -> Iterator[str]:
    if results.findings() in current:
        content = read_json(results.findings())
        for finding in content["findings"]:
            yield f"  {finding['name']:<10} {finding['title']}: {finding['said']}"
        if content["synthetic"]:
            yield f"  ({SYNTHETIC_REMARK})"
    table = results.table("table7", "json")
    if table in current:
        yield from _head(Path(table))
    if results.report in current:
        yield f"Open {results.report} in a browser."


def _head(table: Path) -> Iterator[str]:
    """Yield the first rows of a table, columns under one another."""
    shown = read_json(table)
    places = [shown["headings"].index(name) for name in _COLUMNS if name in shown["headings"]]
    rows = [[row[place] for place in places] for row in [shown["headings"], *shown["rows"][:_ROWS]]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield ""
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    if len(shown["rows"]) > _ROWS:
        yield f"  ... and {len(shown['rows']) - _ROWS} rows more in Table 7, {table.with_suffix('.md')}"
