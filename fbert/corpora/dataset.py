"""What `datasets` reads: datasets that it saved to disk, those fetched from the hub, and Parquet files."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fbert.corpora.layout import Layout
from fbert.corpora.lines import Lines
from fbert.corpora.row_values import TableRow
from fbert.corpora.sentence import Sentence
from fbert.corpora.table import sentences_of
from fbert.errors import CorruptFileError, InputError
from fbert.files import as_record, read_json, sha256

KINDS = ("parquet", "csv", "json")
"""How `datasets` may read the files of a dataset."""
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
        rows = _numbered(_saved_rows(folder, layout))
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


def read_parquet(path: Path | str, layout: Layout) -> list[Sentence]:
    """Read the rows of a Parquet file, as `read_dataset` does those of a dataset.

    Raises:
        InputError: the file cannot be read, or a row is no sentence.
    """
    if not Path(path).is_file():
        raise InputError(f"{path}: cannot be read (no such file); is the path right?")
    try:
        rows = _loaded_rows("parquet", [str(path)], {}, None, layout)
    except Exception as error:  # of damaged files, whatever the library below trips over
        raise InputError(f"{path}: no Parquet file, or damaged ({_root_of(error)})") from error
    return sentences_of(rows, Lines(str(path), []), layout)


def read_fetched(path: Path | str, layout: Layout) -> list[Sentence]:
    """Read the rows of a split that was fetched from the hub, as `read_dataset` does those of a dataset.

    Args:
        path: the record that `fbert.corpora.hub.fetch_split` made; the files are in Hugging Face's cache.
        layout: the columns that are asked for.

    Raises:
        InputError: a file is not in the cache, or a row is no sentence.
        CorruptFileError: the record or a file is not what was fetched.
    """
    record = read_json(path)
    with as_record(path, "a record of a dataset that was fetched"):
        name, kind = f"{record['hub']} ({record['split']})", record["kind"]
        options, features = record["options"], record["features"]
        sums = {(record["hub"], record["revision"], file): known for file, known in record["sha256"].items()}
    files = [_cached(*file, known, path) for file, known in sums.items()]
    try:
        rows = _loaded_rows(kind, files, options, features, layout)
    except Exception as error:  # a card that does not fit its files
        raise InputError(
            f"dataset {name}: its files are no table as its card says ({_root_of(error)}); does load_dataset "
            "read it?"
        ) from error
    return sentences_of(rows, Lines(name, []), layout)


def _cached(hub: str, revision: str, name: str, known: str, record: Path | str) -> str:
    """Return where the cache has a file of a dataset, once its sha256 is the one in the record."""
    from huggingface_hub import try_to_load_from_cache  # here, as `datasets` below
    from huggingface_hub.constants import HF_HUB_CACHE

    file = try_to_load_from_cache(hub, name, revision=revision, repo_type="dataset")
    if not isinstance(file, str):
        raise InputError(
            f"dataset {hub}: {name} is not in Hugging Face's cache, {HF_HUB_CACHE}; is HF_HOME another one "
            f"than when it was fetched? Otherwise delete {record} and run again"
        )
    if sha256(Path(file)) != known:
        raise CorruptFileError(
            f"{file}: altered since it was fetched; delete {Path(file).resolve()} and {record}, and run again"
        )
    return file


def _root_of(error: BaseException) -> str:
    """Say what is behind an error of `datasets`, which has it as its cause."""
    root = error.__cause__ or error
    return f"{type(root).__name__}: {root}"


def _numbered(rows: Iterator[Row]) -> list[TableRow]:
    return [TableRow(number, row) for number, row in enumerate(rows, start=1)]


def _saved_rows(folder: Path, layout: Layout) -> Iterator[Row]:
    import datasets  # here, so that planning, which imports this package, needs none

    data = datasets.load_from_disk(str(folder))
    data.data.validate(full=True)  # else Arrow believes whatever offsets a damaged file has
    return _rows(data, layout)


def _loaded_rows(
    kind: str, files: Sequence[str], options: Mapping[str, Any], features: Any, layout: Layout
) -> list[TableRow]:
    """Return the rows of data files; what `datasets` makes of them for itself goes again."""
    import datasets

    datasets.disable_progress_bars()
    known = None if features is None else datasets.Features.from_dict(features)
    with tempfile.TemporaryDirectory() as scratch:
        read = getattr(datasets.Dataset, f"from_{kind}")
        return _numbered(_rows(read(list(files), features=known, cache_dir=scratch, **options), layout))


def _rows(data: Any, layout: Layout) -> Iterator[Row]:
    """Yield the rows; of columns that are not asked for, pictures perhaps, the name alone."""
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
