"""How measures agree on real text: writes Table 10 of `minilm` into docs/method.md."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from document import write_table

from fbert.tables.beside import ACCURACY, DRIFT, OURS
from fbert.tables.make import called


def cell(found: pd.DataFrame) -> str:
    """Return a correlation with its interval; nothing for a measure with itself."""
    if found.empty:
        return ""
    row = found.iloc[0]
    return f"{row['correlation']:.2f} ({row['low']:.2f} to {row['high']:.2f})"


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("results/minilm"), help="of the study minilm")
    table = pd.read_csv(parser.parse_args().results / "tables/table10.csv")
    against = [OURS, ACCURACY, DRIFT]
    lines = [
        f"Over {table['states'].max()} tuned states of {table['units'].max()} encoders with a task:",
        "",
        "| rank correlation of | " + " | ".join(f"with {called(name)}" for name in against) + " |",
        "|---|---|---|---|",
    ]
    for measure in table["measure"].unique():
        rows = table[table["measure"] == measure]
        cells = [cell(rows[rows["against"] == name]) for name in against]
        lines.append(f"| {called(measure)} | " + " | ".join(cells) + " |")
    write_table("agreement.py", "\n".join(lines))


if __name__ == "__main__":
    main()
