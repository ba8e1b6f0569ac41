"""F5: what fine-tuning changes in lower and in upper layers of the main encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fbert.findings.bootstrap import Weights, bootstrap, if_finite
from fbert.findings.pairs import PairedDistances, labels_of, mean_over_seeds
from fbert.findings.rule import Case
from fbert.findings.tuning import case_name, label_case
from fbert.records.trajectory import Trajectory

NOT_LINEAR = "not linear everywhere: distances of labels are 0 where labels meet"
TOO_FEW_LAYERS = "fewer than two layers were followed"


def runs_by_task(runs: Sequence[Trajectory]) -> list[list[Trajectory]]:
    """Group training runs by task, one for each seed."""
    return [
        [run for run in runs if run.origin.task == task]
        for task in dict.fromkeys(run.origin.task for run in runs)
    ]


def upper_layers_change_more(encoder: str, runs: Sequence[Trajectory]) -> Case:
    """By how much the similarity of a layer to its original is lower in the last layer than in the first."""
    name, labels = _name(encoder, runs), _labels(runs)
    if len(runs[0].layers) < 2:
        return Case(name, None, remark=TOO_FEW_LAYERS)
    lowest, highest = [[_to_original(run, place, labels) for run in runs] for place in (0, -1)]

    def difference(weights: Weights, seeds: Weights) -> float:
        return _mean_correlation(lowest, weights, seeds) - _mean_correlation(highest, weights, seeds)

    every = np.ones(len(labels)), np.ones(len(runs))
    return Case(
        name,
        bootstrap(difference, len(labels), len(runs)),
        if_finite(_mean_correlation(lowest, *every)),
        if_finite(_mean_correlation(highest, *every)),
        len(labels),
        seeds=len(runs),
        remark=_remark(runs),
    )


def centroids_move_further(encoder: str, runs: Sequence[Trajectory]) -> Case:
    """By how much further a label's centroid moves in the last layer than in the first."""
    name = _name(encoder, runs)
    if len(runs[0].layers) < 2:
        return Case(name, None, remark=TOO_FEW_LAYERS)
    moved = np.array([_moved(run) for run in runs])
    present = np.isfinite(moved).all(axis=(0, 1))
    labels = [label for label, there in zip(runs[0].labels, present, strict=True) if there]
    moved = moved[..., present]
    return label_case(name, labels, moved[:, 0], moved[:, -1])


def last_layer_stays_alike(encoder: str, runs: Sequence[Trajectory]) -> Case:
    """How similar the last layer still is to its original."""
    name, labels = _name(encoder, runs), _labels(runs)
    if len(runs[0].layers) < 2:
        return Case(name, None, remark=TOO_FEW_LAYERS)
    highest = [_to_original(run, -1, labels) for run in runs]

    def similarity(weights: Weights, seeds: Weights) -> float:
        return _mean_correlation(highest, weights, seeds)

    return Case(
        name,
        bootstrap(similarity, len(labels), len(runs)),
        units=len(labels),
        seeds=len(runs),
        remark=_remark(runs),
    )


def _name(encoder: str, runs: Sequence[Trajectory]) -> str:
    origin = runs[0].origin
    return case_name(encoder, origin.state, origin.task)


def _labels(runs: Sequence[Trajectory]) -> list[str]:
    """Return the labels with distances; which they are depends on their sizes alone."""
    return labels_of(runs[0].pair_distances(-1, -1))


def _to_original(run: Trajectory, place: int, labels: Sequence[str]) -> PairedDistances:
    """Return the distances of one layer at the first and the last update."""
    return PairedDistances(run.pair_distances(0, place), run.pair_distances(-1, place), labels)


def _mean_correlation(layers: Sequence[PairedDistances], weights: Weights, seeds: Weights) -> float:
    return mean_over_seeds([layer.correlation(weights) for layer in layers], seeds)


def _moved(run: Trajectory) -> NDArray[np.float64]:
    """Return (l, k) how far each centroid moved from the first update to the last."""
    distances: NDArray[np.float64] = np.linalg.norm(
        run.centroids[-1].astype(np.float64) - run.centroids[0], axis=-1
    )
    return distances


def _remark(runs: Sequence[Trajectory]) -> str:
    ends = [run.linear[[0, -1]][:, [0, -1]] for run in runs]
    return "" if np.all(ends) else NOT_LINEAR
