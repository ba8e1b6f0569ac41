"""The examples of a probe, checked, and the part of the training set that is held out to compare settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.errors import InputError

Part = tuple[Any, Any]
# Adam squares gradients, which are as large as features: beyond this float32 would overflow unnoticed.
LARGEST_FEATURE = 1e15


@dataclass(frozen=True)
class ProbeData:
    """What a probe is trained and tested on.

    Attributes:
        X: (n, d) float32 features of the training set.
        y: (n,) labels of the training set.
        X_test: (m, d) float32 features of the test set.
        y_test: (m,) labels of the test set.
    """

    X: NDArray[np.float32]
    y: NDArray[np.int64]
    X_test: NDArray[np.float32]
    y_test: NDArray[np.int64]


def check_parts(train: Part, test: Part, n_labels: int) -> ProbeData:
    """Check both parts and bring them into float32 features and int64 labels.

    Raises:
        InputError: as `check_part`; or different numbers of features; or a single label in training.
    """
    X, y = check_part("training set", *train, n_labels)
    X_test, y_test = check_part("test set", *test, n_labels)
    if X.shape[1] != X_test.shape[1]:
        raise InputError(f"features: found {X.shape[1]} in training and {X_test.shape[1]} in test")
    if len(np.unique(y)) == 1:
        raise InputError("training set: all examples have the same label, a probe needs two or more")
    return ProbeData(X, y, X_test, y_test)


def check_part(part: str, X: Any, y: Any, n_labels: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Bring one part into float32 features and int64 labels.

    Args:
        part: name for messages, such as `training set`.
        X: (n, d) features, any float type.
        y: (n,) indices into the list of labels.
        n_labels: length of that list.

    Raises:
        InputError: wrong dimensions, no rows, a label index out of range, or a feature that is NaN,
            infinite or too large to train on.
    """
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite and is refused below
        X, y = np.asarray(X, dtype=np.float32), np.asarray(y)
    if X.ndim != 2 or y.shape != X.shape[:1] or not X.size:
        raise InputError(f"{part}: found X {X.shape} and y {y.shape}, expected shapes (n, d) and (n,)")
    if not np.issubdtype(y.dtype, np.integer) or y.min() < 0 or y.max() >= n_labels:
        raise InputError(f"{part}: labels must be indices of the label names, 0 to {n_labels - 1}")
    bad = np.argwhere(~(np.abs(X) < LARGEST_FEATURE))
    if len(bad):
        row, column = bad[0]
        raise InputError(
            f"{part}, row {row}, feature {column}: found {X[row, column]}, "
            f"expected a number below {LARGEST_FEATURE:g}"
        )
    return X, y.astype(np.int64)


def hold_out(y: NDArray[np.int64], share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Divide the training rows, stratified by label; one row of every label always stays in training.

    Rows are shuffled, put in order of their labels and picked at even distances, so that each label's share
    is met to within one row.

    Returns:
        Sorted row numbers of the part that is trained on and of the part held out.

    Raises:
        InputError: nothing would be held out.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    free = order[np.flatnonzero(np.diff(y[order], prepend=-1) == 0)]
    wanted = min(round(share * len(y)), len(free))
    if not wanted:
        raise InputError(
            f"probe, key `held_out`: {share} of {len(y)} training examples leaves no rows to compare settings"
        )
    held = free[((np.arange(wanted) + rng.random()) * len(free) / wanted).astype(np.int64)]
    return np.setdiff1d(np.arange(len(y)), held), np.sort(held)


def describe(examples: ProbeData, labels: Sequence[str]) -> list[str]:
    """Warnings about labels seen in one part only or once, and about features that tell nothing."""
    counts, counts_test = (np.bincount(y, minlength=len(labels)) for y in (examples.y, examples.y_test))
    kinds = {
        "only in the training set": (counts > 0) & (counts_test == 0),
        "only in the test set, where no probe can be right": (counts == 0) & (counts_test > 0),
        "with a single training example": counts == 1,
    }
    warnings = [f"labels {kind}: {_names(labels, found)}" for kind, found in kinds.items() if found.any()]
    constant = int((examples.X[0] == examples.X).all(axis=0).sum())
    if constant:
        warnings.append(f"{constant} of {examples.X.shape[1]} features are constant over the training set")
    return warnings


def _names(labels: Sequence[str], chosen: NDArray[np.bool_]) -> str:
    return ", ".join(label for label, wanted in zip(labels, chosen, strict=True) if wanted)
