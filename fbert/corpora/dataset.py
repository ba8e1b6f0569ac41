"""Hugging Face datasets that were saved to disk, read by `datasets` itself, which wrote them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fbert.corpora.layout import Layout
from fbert.corpora.lines import Lines
from fbert.corpora.row_values import TableRow
from fbert.corpora.sentence import Sentence
from fbert.corpora.table import sentences_of
from fbert.errors import InputError

_BATCH = 1000
Row = Mapping[str, Any]


def read_dataset(path: Path | str, layout: Layout) -> list[Sentence]:
    """Read a dataset's rows as those of a table; messages give the row, from 1, for the line.

    A class is read as its name, one below 0 as no label.

    Raises:
        InputError: the folder is no dataset, a file in it is damaged, or a row is no sentence.
    """
    folder = Path(path)
    if (folder / "dataset_dict.json").is_file():
        raise InputError(
            f"{folder}: a dataset of several parts; name the folder of one, such as {folder}/train"
        )
    _refuse_indices(folder)
    try:
        rows = [TableRow(number, row) for number, row in enumerate(_rows(folder, layout), start=1)]
    except Exception as error:  # of damaged files, whatever the library below trips over
        raise InputError(
            f"{folder}: no dataset that `save_to_disk` wrote, or a file of it is missing or damaged "
            f"({type(error).__name__}: {error})"
        ) from error
    return sentences_of(rows, Lines(str(path), []), layout)


def _refuse_indices(folder: Path) -> None:
    """Refuse rows in an order or choice of their own, kept apart by `datasets` 1.x and unread since.

    As if nothing were missing: both parts of a `train_test_split` would be the whole set.
    """
    try:
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        apart = state.get("_indices_files") or state.get("_indices_data_files")
    except (OSError, ValueError, AttributeError):
        return  # what is damaged is told below
    if apart:
        raise InputError(
            f"{folder / 'state.json'}: saved by an old version of datasets, with the choice of rows in a "
            "file of its own, which later versions do not read; save it again there after `flatten_indices()`"
        )


def _rows(folder: Path, layout: Layout) -> Iterator[Row]:
    """Yield the rows; of columns that are not asked for, pictures perhaps, the name alone."""
    import datasets  # here, so that planning, which imports this package, needs none

    data = datasets.load_from_disk(str(folder))
    data.data.validate(full=True)  # else Arrow believes whatever offsets a damaged file has
    asked_for = {*layout.text, *layout.labels, layout.tokens}
    columns = [name for name in data.column_names if name in asked_for]
    names = {name: _class_names(data.features[name]) for name in columns}
    nothing = dict.fromkeys(data.column_names)
    if not columns:  # a row without any will be refused by name
        yield nothing
        return
    for batch in data.select_columns(columns).iter(_BATCH):
        for values in zip(*batch.values(), strict=True):
            yield nothing | {name: names[name](value) for name, value in zip(batch, values, strict=True)}


def _class_names(feature: Any) -> Callable[[Any], Any]:
    """Return what turns a column's values into names of classes, where it has any, in lists too."""
    names = getattr(feature, "names", None)
    if names:
        return lambda value: None if value is None or value < 0 else names[value]
    inner = feature[0] if isinstance(feature, list) else getattr(feature, "feature", None)
    if inner is not None:
        of_item = _class_names(inner)
        return lambda value: [of_item(item) for item in value] if isinstance(value, list) else value
    return lambda value: value
