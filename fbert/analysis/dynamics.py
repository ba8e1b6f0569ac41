"""The geometry of a training run, snapshot after snapshot (study, section 6: Figures 2-4 and 6)."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.analysis.centroids import label_centroids
from fbert.analysis.sampling import shown_rows
from fbert.analysis.training_run import TrainingRun
from fbert.directprobe import HullDistance, Supports, pairwise_distances
from fbert.directprobe.hull import OVERLAPPING, UNDECIDED
from fbert.files import read_json, write_json
from fbert.store import read_layers, read_provenance, read_snapshots, read_updates
from fbert.store.form import creating, opening, values
from fbert.store.read import Labelled

STEP = "fbert dynamics step 1"
# Labels of five points or fewer are left out of distances, as clusters of that size are.
MIN_POINTS = 6

Arrays = dict[str, NDArray[Any]]


def follow(snapshots: Path, task: str, path: Path, gap: float, code: str) -> None:
    """Measure the labels at every snapshot and layer: are they separable, how far apart, where?

    Each snapshot starts from the solution of the one before it on the same layer. What is done is kept in
    `PATH.partial`, so that a run that was killed goes on from there, to the same bytes.

    Args:
        snapshots: vectors of a training run.
        task: whose examples.
        path: the record to be.
        gap: relative gap between lower and upper bound at which a distance is done.
        code: what stands for the code; results of other code are not taken up.
    """
    provenance = {"snapshots": read_provenance(snapshots), "gap": gap}
    partial = _partial_folder(path, provenance | {"code": code})
    layers, updates = read_layers(snapshots), read_updates(snapshots)
    steps = [step for layer in layers for step in _follow_layer(snapshots, task, layer, gap, partial)]
    examples = read_snapshots(snapshots, task, updates[0], layers[0])
    _joined(steps, task, examples, layers, updates).write(path, provenance)
    shutil.rmtree(partial)


def _partial_folder(path: Path, made: Mapping[str, Any]) -> Path:
    """Return the folder of unfinished work, emptied if what is in it was made otherwise."""
    partial = path.with_name(path.name + ".partial")
    record = partial / "made.json"
    if partial.is_dir() and not (record.is_file() and read_json(record) == made):
        shutil.rmtree(partial)
    if not partial.is_dir():
        write_json(record, made)
    return partial


def _follow_layer(snapshots: Path, task: str, layer: int, gap: float, partial: Path) -> Iterator[Arrays]:
    """Yield the results of one layer's snapshots in order."""
    start = None
    for update in read_updates(snapshots):
        file = partial / f"layer_{layer:02d}-update_{update:08d}.h5"
        if not file.is_file():
            examples = read_snapshots(snapshots, task, update, layer)
            found, start = describe_snapshot(examples, gap, start)
            _write_step(file, found, start)
            logging.getLogger(__name__).info("layer %d, update %d: done", layer, update)
        found, start = _read_step(file)
        yield found


def describe_snapshot(examples: Labelled, gap: float, start: Supports | None) -> tuple[Arrays, Supports]:
    """Measure one snapshot, from the solution of an earlier one if there is one.

    The labels are taken whole, without clustering: where all are separable each is one cluster anyway, and
    labels that meet have distance 0, until fine-tuning parts them.

    Returns:
        Arrays named as in `TrainingRun`, for one update and layer, and what the next one can start from.
    """
    X, y, labels = examples
    pairs, supports = pairwise_distances(X, y, gap=gap, warm_start_from=start)
    statuses = [found.status for found in pairs.values()]
    found: Arrays = {
        "linear": np.asarray(OVERLAPPING not in statuses),
        "undecided": np.asarray(statuses.count(UNDECIDED)),
        "centroids": label_centroids(X, y, len(labels)).astype(np.float32),
        "points": X[shown_rows(y)].astype(np.float32),
    }
    large = np.bincount(y, minlength=len(labels)) >= MIN_POINTS
    return found | _squares(
        {pair: pairs[pair] for pair in pairs if large[list(pair)].all()}, len(labels)
    ), supports


def _squares(pairs: Mapping[tuple[int, int], HullDistance], k: int) -> Arrays:
    """Return distances and their bounds as symmetric (k, k) arrays, NaN where there is none."""
    squares = {name: np.full((k, k), np.nan) for name in ("distances", "lower", "upper")}
    for (a, b), found in pairs.items():
        for name, value in (("distances", found.distance), ("lower", found.lower), ("upper", found.upper)):
            squares[name][a, b] = squares[name][b, a] = value
    return squares


def _write_step(file: Path, found: Arrays, start: Supports) -> None:
    with creating(file, STEP, {}) as stream:
        for name, array in (found | {f"start/{key}": a for key, a in start.to_arrays().items()}).items():
            stream[name] = array


def _read_step(file: Path) -> tuple[Arrays, Supports]:
    with opening(file, STEP) as stream:
        found = {name: values(item) for name, item in stream.items() if name != "start"}
        return found, Supports.from_arrays({name: values(item) for name, item in stream["start"].items()})


def _joined(
    steps: list[Arrays], task: str, examples: Labelled, layers: tuple[int, ...], updates: tuple[int, ...]
) -> TrainingRun:
    """Join the results of all layers and updates; steps come layer by layer."""
    shape = (len(layers), len(updates))
    stacked = {name: np.stack([step[name] for step in steps]) for name in steps[0]}
    arrays = {name: np.swapaxes(a.reshape(*shape, *a.shape[1:]), 0, 1) for name, a in stacked.items()}
    shown = examples.y[shown_rows(examples.y)]
    return TrainingRun(
        task, examples.labels, len(examples.y), np.array(updates), np.array(layers), shown, **arrays
    )
