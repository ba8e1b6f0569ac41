"""A table as CSV, Markdown and LaTeX (booktabs), and as plain values for the report."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from fbert.files import write_json, write_text
from fbert.tables.make import Table
from fbert.words import SYNTHETIC_REMARK

_DECIMALS = 2


def write_table(table: Table, study: Mapping[str, str], csv: Path, md: Path, tex: Path, json: Path) -> None:
    """Write the four forms of a table, each whole or not at all.

    Args:
        table: what to write.
        study: its `name` and `description`, for the caption.
        csv: all columns, at full precision.
        md: the columns that readers see.
        tex: the same, for a document that loads booktabs.
        json: the same, for the report.
    """
    write_text(csv, table.rows.to_csv(index=False, lineterminator="\n"))
    write_text(md, _markdown(table, study))
    write_text(tex, _latex(table, study))
    write_json(json, _plain(table, study))


def caption(table: Table, study: Mapping[str, str]) -> str:
    """Return the caption: what the table shows, of which study, and whether its text is synthetic."""
    sentences = [f"{table.title} (study {study['name']}).", SYNTHETIC_REMARK if table.synthetic else ""]
    return " ".join(filter(None, sentences))


def _markdown(table: Table, study: Mapping[str, str]) -> str:
    head = f"**{_called(table)}.** {caption(table, study)}"
    body = _as_text(table).to_markdown(index=False, disable_numparse=True, colalign=_alignment(table))
    remarks = [f"- {remark}" for remark in _remarks(table)]
    below = ["\n".join(["Remarks:", *remarks])] if remarks else []
    return "\n\n".join([head, body, *below]) + "\n"


def _latex(table: Table, study: Mapping[str, str]) -> str:
    columns = "".join("r" if side == "right" else "l" for side in _alignment(table))
    style = _as_text(table).style.hide(axis="index")
    style = style.format(escape="latex").format_index(escape="latex", axis=1)
    latex: str = style.to_latex(
        hrules=True,
        column_format=columns,
        caption=_escape(caption(table, study)),
        label=f"tab:{table.name}",
        position_float="centering",
    )
    return latex


def _plain(table: Table, study: Mapping[str, str]) -> dict[str, Any]:
    text = _as_text(table)
    return {
        "id": table.name,
        "caption": {"name": _called(table), "text": caption(table, study)},
        "headings": text.columns.tolist(),
        "right": [side == "right" for side in _alignment(table)],
        "rows": text.to_numpy().tolist(),
        "remarks": _remarks(table),
    }


def _called(table: Table) -> str:
    return table.name.replace("table", "Table ")


def _remarks(table: Table) -> list[str]:
    """Return what is remarked of rows, and what their probes warn of, if there is anything."""
    columns = [name for name in ("remark", "probe_warnings") if name in table.rows]
    return [
        f"{row['model']}, {row['task']}, {row['representation']}: {row[name]}"
        for name in columns
        for row in table.rows[table.rows[name] != ""].to_dict("records")
    ]


def _as_text(table: Table) -> pd.DataFrame:
    """Return the shown columns as text, so that all forms print the same digits."""
    columns = {
        name: table.rows[name].map(partial(_cell, decimals=_decimals(table, name))) for name in table.shown
    }
    return pd.DataFrame(columns).rename(columns=dict(table.shown))


def _decimals(table: Table, name: str) -> int:
    """Return the decimals of a column; counts have none, unless their means over seeds need them."""
    whole = name in table.counts and bool((table.rows[name].dropna() % 1 == 0).all())
    return 0 if whole else _DECIMALS


def _cell(value: object, decimals: int) -> str:
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    return f"{value:.{decimals}f}" if isinstance(value, float) else str(value)


def _alignment(table: Table) -> list[str]:
    """Return `right` for columns of numbers and `left` for others."""
    numeric = [pd.api.types.is_numeric_dtype(table.rows[name]) for name in table.shown]
    return ["right" if is_number else "left" for is_number in numeric]


def _escape(text: str) -> str:
    """Escape what LaTeX would read as a command."""
    return "".join(f"\\{letter}" if letter in "&%$#_{}" else letter for letter in text)
