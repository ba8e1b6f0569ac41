"""The control task of Hewitt & Liang (EMNLP 2019, D19-1275).

Every word type gets one label, drawn at random from the distribution of the training labels. A probe can
only learn it by heart; by how much it does worse there than on the task is the probe's selectivity.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fbert.errors import InputError

Groups = tuple[Sequence[str], Sequence[str]]


def control_labels(
    y: NDArray[np.int64], n_test: int, groups: Groups | None, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw the labels of the control task.

    Args:
        y: (n,) training labels, whose distribution is drawn from.
        n_test: number of test examples.
        groups: word types of the training and test examples; without them every example is a type of its
            own, so that the accuracy on the test set stays at chance.
        seed: of the draw.

    Raises:
        InputError: not one word type for each example.
    """
    types = np.arange(len(y) + n_test) if groups is None else _number_types(groups, len(y), n_test)
    drawn = np.random.default_rng(seed).choice(y, size=types.max() + 1)
    labels = drawn[types]
    return labels[: len(y)], labels[len(y) :]


def _number_types(groups: Groups, n: int, n_test: int) -> NDArray[np.int64]:
    found = (len(groups[0]), len(groups[1]))
    if found != (n, n_test):
        raise InputError(f"word types of examples: found {found}, expected {(n, n_test)} (training, test)")
    return np.unique(np.concatenate([np.asarray(part, dtype=str) for part in groups]), return_inverse=True)[1]
