"""Memorisation: does a probe learn examples better that the encoder was tuned on?

See docs/method.md, Tables and figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fbert.probe.curves import learning_curves
from fbert.probe.data import Part
from fbert.probe.settings import ProbeSettings, Setting, run_seeds
from fbert.records.curves import HELD_OUT, PROBED, TEST, LearningCurves
from fbert.records.origin import Origin
from fbert.states import ORIGINAL_REPRESENTATION, TUNED_REPRESENTATION
from fbert.store.read import read


@dataclass(frozen=True)
class MemorisationSettings:
    """What a study says about learning curves.

    Attributes:
        share: of the training examples that probes are trained on; the rest is held out.
        widths: of the two hidden layers.
        l2: weight of the L2 penalty.
        epochs: passes over the training examples, and points of a curve.
        runs: trainings from different seeds.
    """

    share: float = 0.8
    widths: Sequence[int] = (64, 64)
    l2: float = 1e-4
    epochs: int = 50
    runs: int = 3


def learning_curves_of(
    original: tuple[Path | str, Path | str],
    tuned: tuple[Path | str, Path | str],
    task: str,
    settings: MemorisationSettings,
    seed: int,
) -> LearningCurves:
    """Follow probes on the last layer of an encoder before and after fine-tuning.

    Args:
        original: the stores of training and test set, from the original weights.
        tuned: the same from the tuned ones.
        task: that was tuned on.
        settings: of the study.
        seed: of the training run, and of all that is random here.

    Raises:
        CorruptFileError: a store is truncated, altered or something else.
    """
    origin = Origin.of_store(tuned[0], task, "last")
    curves = {}
    for representation, stores in ((ORIGINAL_REPRESENTATION, original), (TUNED_REPRESENTATION, tuned)):
        train, test = (read(store, task, origin.layer) for store in stores)
        curves[representation] = memorisation_curves(
            (train.X, train.y), (test.X, test.y), train.labels, settings, seed
        )
    kept, held_out = held_out_rows(len(train.y), settings.share, seed)
    sizes = {PROBED: len(kept), HELD_OUT: len(held_out), TEST: len(test.y)}
    return LearningCurves(origin, sizes, train.X.shape[1], curves)


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
    train: Part, test: Part, labels: Sequence[str], settings: MemorisationSettings, seed: int
) -> dict[str, list[list[float]]]:
    """Train probes on a part of the training set and follow their accuracy on three sets.

    Fine-tuning has seen both parts of the training set, and the probe one of them: examples that the encoder
    has learnt by heart would set the part that is held out apart from the test set.

    Args:
        train: X (n, d) and y (n,), all of which the encoder was tuned on.
        test: the same for the test set.
        labels: label names.
        settings: of the study.
        seed: of the division and of the first probe.

    Returns:
        For each set (runs, epochs) accuracies in per cent.
    """
    X, y = train
    kept, held_out = held_out_rows(len(y), settings.share, seed)
    subsets = {PROBED: (X[kept], y[kept]), HELD_OUT: (X[held_out], y[held_out]), TEST: test}
    curves = learning_curves(
        subsets[PROBED],
        subsets,
        labels,
        Setting((settings.widths[0], settings.widths[1]), settings.l2),
        settings.epochs,
        run_seeds(seed, settings.runs),
        ProbeSettings(),
    )
    return {name: np.round(values, 4).tolist() for name, values in curves.items()}
