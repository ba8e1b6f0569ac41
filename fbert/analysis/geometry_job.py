"""From the stores of a task to the record of its geometry."""

from __future__ import annotations

from pathlib import Path

from fbert.analysis.baselines import halves_similarity, permuted_separability, size_matched_similarity
from fbert.analysis.geometry import describe_geometry
from fbert.records.geometry import GeometryRecord
from fbert.records.origin import Origin
from fbert.store.read import read


def geometry_of_stores(
    train: Path | str, test: Path | str, task: str, layer: str | int, seed: int, gap: float
) -> GeometryRecord:
    """Cluster training and test set of a task on one layer, with baselines of the training set beside.

    Args:
        train: a store.
        test: the store of the other split.
        task: one of their tasks.
        layer: its number, or `last`.
        seed: of the baselines.
        gap: relative gap between lower and upper bound of a distance.

    Raises:
        InputError: a store lacks the task or the layer.
        CorruptFileError: a store is truncated, altered or something else.
    """
    origin = Origin.of_store(train, task, layer)
    examples, tested = (read(store, task, origin.layer) for store in (train, test))
    X, y, labels = examples
    whole = describe_geometry(X, y, labels, gap), describe_geometry(*tested, gap)
    return GeometryRecord(
        origin,
        *whole,
        permuted_separability(X, y, seed),
        halves_similarity(X, y, labels, gap, seed),
        size_matched_similarity(examples, tested, whole, gap, seed),
    )
