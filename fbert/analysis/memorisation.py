"""Memorisation: does a probe learn examples better that the encoder was tuned on? (study, section 6)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.probe import ProbeSettings, learning_curves
from fbert.probe.data import Part
from fbert.probe.settings import Setting, run_seeds

PROBED, HELD_OUT, TEST = "trained on", "held out", "test"


def held_out_rows(n: int, share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Divide n training examples by a seeded shuffle.

    Args:
        n: number of examples.
        share: share of them that probes are trained on.
        seed: of the shuffle.

    Returns:
        The rows that probes are trained on and the others, each sorted.
    """
    order = np.random.default_rng(seed).permutation(n)
    kept = round(share * n)
    return np.sort(order[:kept]), np.sort(order[kept:])


def memorisation_curves(
    train: Part, test: Part, labels: Sequence[str], settings: Mapping[str, Any], seed: int
) -> dict[str, list[list[float]]]:
    """Train probes on a part of the training set and follow their accuracy on three sets.

    Fine-tuning has seen both parts of the training set, and the probe one of them: examples that the encoder
    has learnt by heart would set the part that is held out apart from the test set.

    Args:
        train: X (n, d) and y (n,), all of which the encoder was tuned on.
        test: the same for the test set.
        labels: label names.
        settings: `share`, `widths`, `l2`, `epochs` and `runs` of the study.
        seed: of the division and of the first probe.

    Returns:
        For each set (runs, epochs) accuracies in per cent.
    """
    (X, y), share = train, settings["share"]
    kept, held_out = held_out_rows(len(y), share, seed)
    subsets = {PROBED: (X[kept], y[kept]), HELD_OUT: (X[held_out], y[held_out]), TEST: test}
    curves = learning_curves(
        subsets[PROBED],
        subsets,
        labels,
        Setting(tuple(settings["widths"]), settings["l2"]),
        settings["epochs"],
        run_seeds(seed, settings["runs"]),
        ProbeSettings(),
    )
    return {name: np.round(values, 4).tolist() for name, values in curves.items()}
