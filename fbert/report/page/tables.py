"""A table as the page shows it: its cells as text, and behind them the rows of its CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fbert.errors import CorruptFileError
from fbert.files import read_json

# What rows are chosen by: a name on the page, and the columns it may be in; the first that is there counts.
_FILTERS = {"Encoder": ("model",), "Task": ("task", "probed_on")}


def table(csv_path: Path) -> dict[str, Any]:
    """Return what the template needs of a table.

    Args:
        csv_path: its CSV; what readers see of it stands beside as JSON.

    Returns:
        That, with `filters` by column, and `data`: header and rows of the CSV.

    Raises:
        CorruptFileError: the two have different rows, or one cannot be read.
    """
    shown = read_json(csv_path.with_suffix(".json"))
    with csv_path.open(encoding="utf-8", newline="") as stream:
        header, *records = csv.reader(stream)
    if len(shown["rows"]) != len(records):
        raise CorruptFileError(
            f"{csv_path}: has {len(records)} rows but {len(shown['rows'])} in its .json; "
            "delete both and run again"
        )
    data = {"header": header, "rows": records}
    return dict(shown) | {"filters": _filters(header, records), "data": data}


def _filters(header: Sequence[str], records: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return the choices of rows; a column with one value leaves nothing to choose."""
    found = []
    for name, columns in _FILTERS.items():
        column = next((column for column in columns if column in header), None)
        if column is not None:
            at = header.index(column)
            values = list(dict.fromkeys(record[at] for record in records))
            found += [{"name": name, "column": at, "values": values}] if len(values) > 1 else []
    return found
