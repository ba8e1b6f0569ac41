"""Reading vectors: `(X, y, labels)` of a task and layer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np
from numpy.typing import NDArray

from fbert.errors import InputError
from fbert.files import sha256_of_json
from fbert.health.counts import Reading
from fbert.store.form import STORE, layer_name, opening, provenance_of, texts, values


class Labelled(NamedTuple):
    """The n examples of a task as points with labels.

    Attributes:
        X: (n, d) float32; a pair of words is joined, dependent first.
        y: (n,) index into the label names.
        labels: label names of the task over all splits, sorted.
    """

    X: NDArray[np.float32]
    y: NDArray[np.int64]
    labels: tuple[str, ...]


def read(path: Path | str, task: str, layer: int) -> Labelled:
    """Return a task's examples in a store as `(X, y, labels)`.

    Args:
        path: a store.
        task: one of its tasks.
        layer: one of its layers; 0 is the embedding layer.

    Raises:
        InputError: the store lacks the task or the layer; the message names those it has.
        CorruptFileError: the file is truncated, altered or not a store.
    """
    with opening(path, STORE) as file:
        return _labelled(file, task, layer)


def read_layers(path: Path | str) -> tuple[int, ...]:
    """Return the layers that a store has."""
    with opening(path, STORE) as file:
        return _layers(file)


def read_forms(path: Path | str, task: str) -> tuple[str, ...]:
    """Return the word of each example (of a pair, the dependent), or its sentence if it has no word."""
    with opening(path, STORE) as file:
        forms = texts(file["forms"])
        return tuple(forms[row] for row in values(_task(file, task)["rows"])[:, 0])


def read_seen(path: Path | str, task: str) -> NDArray[np.bool_]:
    """Return (n,) which examples of a test set have an input that stands in the training set too.

    Raises:
        InputError: the store lacks the task, or is that of a training set.
    """
    with opening(path, STORE) as file:
        found = _task(file, task)
        _check("seen" in found, file, "inputs held against a training set", ())
        return np.asarray(values(found["seen"]), dtype=np.bool_)


def read_provenance(path: Path | str) -> dict[str, Any]:
    """Return what made a store: encoder, state, corpus, split, versions, counts."""
    with opening(path, STORE) as file:
        return provenance_of(file)


def reading_of_stores(paths: Iterable[Path | str]) -> tuple[Reading, str]:
    """Return how the texts of some stores were read in all, and a sum over all their subwords."""
    made = [read_provenance(path) for path in paths]
    readings = [Reading(**one["reading"]) for one in made]
    return sum(readings, Reading(0, 0, 0, 0, 0)), sha256_of_json([one["subwords"] for one in made])


def _labelled(file: h5py.File, task: str, layer: int) -> Labelled:
    """Join the rows of each example: (n, arity) rows of (r, dim) vectors become (n, arity * dim)."""
    found = _task(file, task)
    _check(layer_name(layer) in file, file, f"layer {layer}", _layers(file))
    rows, y = values(found["rows"]), values(found["labels"])
    vectors = values(file[layer_name(layer)])[rows]
    return Labelled(vectors.reshape(len(rows), -1).astype(np.float32), y, texts(found["names"]))


def _task(file: h5py.File, task: str) -> h5py.Group:
    _check(task in file["tasks"], file, f"task {task}", tuple(file["tasks"]))
    return file["tasks"][task]


def _layers(file: h5py.File) -> tuple[int, ...]:
    return tuple(int(name.removeprefix("layer_")) for name in file if name.startswith("layer_"))


def _check(there: bool, file: h5py.File, wanted: str, valid: tuple[Any, ...]) -> None:
    if not there:
        raise InputError(f"{file.filename}: has no {wanted}; it has {', '.join(map(str, valid))}")
