"""The geometry of a training run, or of given states in turn (docs/method.md, Tables and figures)."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.analysis.centroids import label_centroids
from fbert.analysis.geometry import alone_points
from fbert.analysis.sampling import shown_rows
from fbert.directprobe.pairs import Supports, pairwise_distances
from fbert.directprobe.solver.distances import HullDistances
from fbert.directprobe.solver.hull import OVERLAPPING, UNDECIDED
from fbert.encoder.model import Encoder
from fbert.encoder.source import EncoderSource
from fbert.files import read_json, write_json
from fbert.finetune.snapshots import Snapshots
from fbert.layers import followed_layers
from fbert.prepared import PreparedCorpus
from fbert.records.origin import Origin
from fbert.records.trajectory import Trajectory
from fbert.states import State
from fbert.store.embed import Embedder
from fbert.store.form import creating, opening, values
from fbert.store.read import Labelled, read

STEP = "fbert trajectory step 1"
# Labels of five points or fewer are left out of distances, as clusters of that size are.
MIN_POINTS = 6

Arrays = dict[str, NDArray[Any]]
Layers = dict[int, tuple[Arrays, Supports]]
"""For each layer what was found, and what the next snapshot can start from."""


@dataclass(frozen=True)
class Course:
    """The training examples of a task, n of them, as each snapshot of a run, or given state, embeds them.

    Attributes:
        origin: what it is about.
        labels: (k,) label names.
        y: (n,) indices into them.
        alone: (n,) which examples equal one of another label; distances are between the others.
        layers: numbers of the layers that are followed.
        updates: numbers of updates done at the snapshots, in order.
        vectors: from an update to (n, d) vectors for each layer.
    """

    origin: Origin
    labels: tuple[str, ...]
    y: NDArray[np.int64]
    alone: NDArray[np.bool_]
    layers: Sequence[int]
    updates: Sequence[int]
    vectors: Callable[[int], Mapping[int, NDArray[np.float32]]]


def course_of_checkpoint(
    source: EncoderSource, checkpoint: Path | str, corpus: PreparedCorpus, state: State
) -> Course:
    """Return the course of a training run: the weights of each snapshot are put into the original encoder.

    Args:
        source: the original encoder.
        checkpoint: folder of the tuned one, with its snapshots.
        corpus: with the examples that were trained on.
        state: the tuned state.

    Raises:
        InputError: the run kept no snapshots, or the encoder cannot be loaded.
    """
    encoder = Encoder.load(source)
    snapshots = Snapshots(encoder.model, checkpoint)
    layers = followed_layers(encoder.n_layers)
    examples = Embedder(encoder, corpus, "train", state.task)

    def vectors(update: int) -> Mapping[int, NDArray[np.float32]]:
        snapshots.load(update)
        return examples.vectors(layers)

    origin = Origin(source.name, state, corpus.name, corpus.synthetic, state.task, layers[-1])
    labels = corpus.labels[state.task]
    return Course(origin, labels, examples.y, examples.alone, layers, snapshots.updates, vectors)


def course_of_stores(stores: Mapping[int, Path | str], task: str) -> Course:
    """Return the course of states that were given: their vectors are in their stores.

    Args:
        stores: those of the training split, by the number of updates behind their state, in order.
        task: one of their tasks.

    Raises:
        InputError: a store lacks the task.
        CorruptFileError: a store is truncated, altered or something else.
    """
    origin = Origin.of_store(list(stores.values())[-1], task, "last")
    layers = followed_layers(origin.layer)
    first = read(next(iter(stores.values())), task, layers[-1])

    def vectors(update: int) -> Mapping[int, NDArray[np.float32]]:
        return {layer: read(stores[update], task, layer).X for layer in layers}

    alone = alone_points(first.X, first.y)
    return Course(origin, first.labels, first.y, alone, layers, list(stores), vectors)


def follow(course: Course, path: Path, gap: float, made: Mapping[str, Any]) -> None:
    """Measure the labels at every snapshot and layer: are they separable, how far apart, where?

    Each snapshot starts from the solution of the one before it on the same layer. Of the vectors nothing is
    kept but what is found. What is done is kept in `PATH.partial`, so that a run that was killed goes on from
    there, to the same bytes.

    Args:
        course: what is followed.
        path: the record to be.
        gap: relative gap between lower and upper bound at which a distance is done.
        made: what makes the record; results of another are not taken up. Plain values.
    """
    partial = _partial_folder(path, made)
    steps: list[Layers] = []
    for update in course.updates:
        file = partial / f"update_{update:08d}.h5"
        if not file.is_file():
            _write_step(file, _measured(course, update, gap, steps[-1] if steps else {}))
            logging.getLogger(__name__).info("update %d: done", update)
        # As it is when read back, so that a run that was killed goes on from the same bytes.
        steps.append(_read_step(file))
    _joined(steps, course).write(path, {"gap": gap})
    shutil.rmtree(partial)


def _measured(course: Course, update: int, gap: float, before: Layers) -> Layers:
    """Measure one snapshot on all layers, each from the solution of the snapshot before."""
    vectors = course.vectors(update)
    return {
        layer: describe_snapshot(
            Labelled(vectors[layer], course.y, course.labels),
            course.alone,
            gap,
            before[layer][1] if before else None,
        )
        for layer in course.layers
    }


def _partial_folder(path: Path, made: Mapping[str, Any]) -> Path:
    """Return the folder of unfinished work, emptied if what is in it was made otherwise."""
    partial = path.with_name(path.name + ".partial")
    record = partial / "made.json"
    if partial.is_dir() and not (record.is_file() and read_json(record) == made):
        shutil.rmtree(partial)
    if not partial.is_dir():
        write_json(record, made)
    return partial


def describe_snapshot(
    examples: Labelled, alone: NDArray[np.bool_], gap: float, start: Supports | None
) -> tuple[Arrays, Supports]:
    """Measure one snapshot, from the solution of an earlier one if there is one.

    The labels are taken whole, without clustering: where all are separable each is one cluster anyway, and
    labels that meet have distance 0, until fine-tuning parts them. Points that stay alone whatever is learnt
    belong to no label here: with them it would meet another for ever.

    Returns:
        Arrays named as in `Trajectory`, for one update and layer, and what the next one can start from.
    """
    X, y, labels = examples
    pairs, supports = pairwise_distances(X[~alone], y[~alone], gap=gap, warm_start_from=start)
    found: Arrays = {
        "linear": np.asarray(not (pairs.status == OVERLAPPING).any()),
        "undecided": np.asarray((pairs.status == UNDECIDED).sum()),
        "centroids": label_centroids(X, y, len(labels)).astype(np.float32),
        "points": X[shown_rows(y)].astype(np.float32),
    }
    large = np.bincount(y[~alone], minlength=len(labels)) >= MIN_POINTS
    return found | _squares(pairs, large), supports


def _squares(pairs: HullDistances, large: NDArray[np.bool_]) -> Arrays:
    """Return distances and their bounds as symmetric arrays, NaN for labels that are not large."""
    a, b = np.asarray(pairs.names)[pairs.pairs].T
    squares = {}
    for name, column in (("distances", pairs.upper), ("lower", pairs.lower), ("upper", pairs.upper)):
        square = np.full((len(large), len(large)), np.nan)
        square[a, b] = square[b, a] = np.where(large[a] & large[b], column, np.nan)
        squares[name] = square
    return squares


def _write_step(file: Path, layers: Layers) -> None:
    with creating(file, STEP, {}) as stream:
        for layer, (found, start) in layers.items():
            arrays = found | {f"start/{name}": array for name, array in start.to_arrays().items()}
            for name, array in arrays.items():
                stream[f"{layer:02d}/{name}"] = array


def _read_step(file: Path) -> Layers:
    with opening(file, STEP) as stream:
        return {int(layer): (_arrays(group), _supports(group["start"])) for layer, group in stream.items()}


def _arrays(group: Mapping[str, Any]) -> Arrays:
    return {name: values(item) for name, item in group.items() if name != "start"}


def _supports(group: Mapping[str, Any]) -> Supports:
    return Supports.from_arrays({name: values(item) for name, item in group.items()})


def _joined(steps: list[Layers], course: Course) -> Trajectory:
    """Join what was found at all updates on all layers."""
    names = steps[0][course.layers[0]][0]
    arrays: Arrays = {
        name: np.stack([np.stack([step[layer][0][name] for layer in course.layers]) for step in steps])
        for name in names
    }
    y = course.y
    numbers = np.array(course.updates), np.array(course.layers)
    return Trajectory(course.origin, course.labels, len(y), *numbers, y[shown_rows(y)], **arrays)
