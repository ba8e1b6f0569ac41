"""The caption of a figure: what it shows, of what, and what to know before reading it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from fbert.figures.panels import is_synthetic
from fbert.text_kind import NO_TEXT
from fbert.words import SYNTHETIC_REMARK


class Caption(NamedTuple):
    """What stands below a figure.

    Attributes:
        name: `Figure 7`.
        title: what it shows, for whoever cannot see it.
        text: all that stands after the name, the title first.
    """

    name: str
    title: str
    text: str

    @property
    def markdown(self) -> str:
        """Name and text as Markdown."""
        return f"**{self.name}.** {self.text}\n"


def caption(name: str, title: str, what: str, frame: pd.DataFrame, study: Mapping[str, str]) -> Caption:
    """Return a figure's caption.

    Args:
        name: of the figure.
        title: what it shows.
        what: how it is to be read.
        frame: the rows it is drawn from.
        study: its `name` and the `encoder` shown.
    """
    of = f"study {study['name']}"
    if (frame["text"] != NO_TEXT).any():
        of += f", encoder {study['encoder']}"
    sentences = [f"{title} ({of}).", what]
    sentences += _panels(frame)
    sentences += [SYNTHETIC_REMARK] if is_synthetic(frame) else []
    return Caption(name.replace("figure", "Figure ").capitalize(), title, " ".join(sentences))


def _panels(frame: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence for each task: its layers, n and d, explained variance, and what is not drawn."""
    for task, rows in frame.groupby("task", sort=False):
        facts = [*_sizes(rows), *_explained(rows), *_seeds(rows), *_undecided(rows)]
        facts += [f"not drawn: {remark}" for remark in rows["remark"].dropna().unique()]
        yield f"{task}: {'; '.join(facts)}."


def _sizes(rows: pd.DataFrame) -> Iterator[str]:
    layers = rows["layer"].dropna().astype(int).unique() if "layer" in rows else []
    if len(layers):
        yield f"layer{'s' * (len(layers) > 1)} {', '.join(map(str, layers))}"
    for column in ("n", "d"):
        values = rows[column].dropna().astype(int).unique()
        if len(values):
            yield f"{column} = {' / '.join(f'{value:,}' for value in values)}"


def _explained(rows: pd.DataFrame) -> Iterator[str]:
    if "explained_x" not in rows:
        return
    planes = rows.drop_duplicates("layer").dropna(subset="explained_x")
    for layer, x, y in planes[["layer", "explained_x", "explained_y"]].itertuples(index=False):
        yield f"layer {int(layer)} explains {x:.0%} + {y:.0%} of the variance"


def _seeds(rows: pd.DataFrame) -> Iterator[str]:
    seeds = rows["seed"].dropna().astype(int).unique() if "seed" in rows else []
    if len(seeds):
        yield f"{len(seeds)} seeds" if len(seeds) > 1 else f"seed {seeds[0]}"


def _undecided(rows: pd.DataFrame) -> Iterator[str]:
    """Say at how many snapshots a pair of labels could be called neither separable nor meeting."""
    if "undecided" not in rows:
        return
    open_ones = rows[rows["undecided"] > 0].drop_duplicates(["layer", "seed", "update"])
    if len(open_ones):
        yield f"undecided pairs of labels, not counted as meeting, in {len(open_ones)} of the snapshots"
