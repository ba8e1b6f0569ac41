"""A training run of made-up figures, as `fbert.analysis.dynamics` finds them."""

import numpy as np

from fbert.records.origin import Origin
from fbert.records.trajectory import Trajectory
from fbert.states import State

LABELS = ("a", "b", "c", "d", "e", "f", "g")


def made_up_run(seed: int = 0, labels: tuple[str, ...] = LABELS, linear_from: int = 0) -> Trajectory:
    """Seven labels on layers 1 and 2 at four updates, at random but with symmetric distances."""
    random = np.random.default_rng(seed)
    u, layers, k, d = 4, 2, len(labels), 5
    square = random.uniform(1, 9, (u, layers, k, k))
    distances = square + square.swapaxes(-1, -2)
    distances[..., np.arange(k), np.arange(k)] = np.nan
    linear = np.arange(u)[:, None] >= np.array([linear_from, linear_from])
    return Trajectory(
        origin=Origin("tiny", State("POS", seed), "treebank", True, "POS", 2),
        labels=labels,
        n=70,
        updates=np.array([0, 5, 10, 15]),
        layers=np.array([1, 2]),
        point_labels=np.arange(21) % k,
        linear=linear,
        undecided=np.zeros((u, layers), dtype=int),
        distances=distances,
        lower=distances,
        upper=distances,
        centroids=random.normal(size=(u, layers, k, d)).astype(np.float32),
        points=random.normal(size=(u, layers, 21, d)).astype(np.float32),
    )
