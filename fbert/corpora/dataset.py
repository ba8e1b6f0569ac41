"""Hugging Face datasets that were saved to disk: folders of Arrow files, read without `datasets` itself."""

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


def read_dataset(path: Path | str, layout: Layout) -> list[Sentence]:
    """Read a dataset's rows as those of a table; messages give the row, from 1, for the line.

    A class is read as its name, one below 0 as no label.

    Raises:
        InputError: the folder is no dataset, a file in it is damaged, or a row is no sentence.
    """
    folder = Path(path)
    names = {
        column: _class_names(feature)
        for column, feature in _read(folder, "dataset_info.json")["features"].items()
    }
    rows = (
        TableRow(number, {column: names[column](value) for column, value in values.items()})
        for number, values in enumerate(_values(folder), start=1)
    )
    return sentences_of(rows, Lines(str(path), []), layout)


def _read(folder: Path, name: str) -> Mapping[str, Any]:
    if (folder / "dataset_dict.json").is_file():
        raise InputError(
            f"{folder}: a dataset of several parts; name the folder of one, such as {folder}/train"
        )
    try:
        content = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder / name}: no dataset that `save_to_disk` wrote ({error})") from error
    if not isinstance(content, dict) or not {"features", "_data_files"} & set(content):
        raise InputError(f"{folder / name}: not as `save_to_disk` writes it; is the dataset damaged?")
    return content


def _values(folder: Path) -> Iterator[Mapping[str, Any]]:
    import pyarrow  # here, so that planning, which imports this package, needs none

    state = _read(folder, "state.json")
    if state.get("_indices_files"):
        raise InputError(f"{folder}: its rows are in another order than its files; save it again")
    for file in state["_data_files"]:
        path = folder / file["filename"]
        try:
            table = pyarrow.ipc.open_stream(path.read_bytes()).read_all()
        except (OSError, pyarrow.ArrowException) as error:
            raise InputError(f"{path}: missing or damaged ({error})") from error
        yield from table.to_pylist()


def _class_names(feature: Any) -> Callable[[Any], Any]:
    """Return what turns a column's values into names of classes, where it has any, in lists too."""
    if not isinstance(feature, dict):
        return lambda value: value
    if feature.get("_type") == "ClassLabel" and feature.get("names"):
        names = feature["names"]
        return lambda value: None if value is None or value < 0 else names[value]
    if "feature" in feature:
        of_item = _class_names(feature["feature"])
        return lambda value: [of_item(item) for item in value] if isinstance(value, list) else value
    return lambda value: value
