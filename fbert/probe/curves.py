"""Learning curves for the memorisation experiment (docs/method.md, Tables and figures)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fbert.probe.data import Part, check_part
from fbert.probe.settings import ProbeSettings, Setting
from fbert.probe.training import Group, Machine, ProbeRun, Rows, advance_all


def learning_curves(
    train: Part,
    subsets: Mapping[str, Part],
    labels: Sequence[str],
    setting: Setting,
    epochs: int,
    seeds: Sequence[int],
    settings: ProbeSettings,
    device: str = "auto",
) -> dict[str, NDArray[np.float64]]:
    """Accuracy on named subsets after each epoch of training, without a stopping rule.

    Args:
        train: X (n, d) and y (n,), indices into `labels`.
        subsets: the same for each set of examples that is scored.
        labels: names of the labels.
        setting: widths and L2 weight, such as a probe has chosen.
        epochs: passes over the training set.
        seeds: one perceptron is trained from each.
        settings: gives batch size and learning rate.
        device: a torch device, or `auto` for a GPU where there is one.

    Returns:
        For each subset (seeds, epochs) accuracies in per cent.

    Raises:
        InputError: unusable examples, or the loss overflowed.
    """
    parts = {name: check_part(f"subset {name}", *part, len(labels)) for name, part in subsets.items()}
    X, y = check_part("training set", *train, len(labels))
    rows = Rows.on(Machine.of(device, 1).device, X, y, np.concatenate([X for X, _ in parts.values()]))
    # A loss can stall at most as often as there are epochs, so nothing ever stops.
    runs = [ProbeRun(setting, seed) for seed in seeds]
    group = Group(runs, rows, replace(settings, patience=epochs))
    y_eval = np.concatenate([y for _, y in parts.values()])
    right = np.stack([_right(group, runs, y_eval, epoch) for epoch in range(1, epochs + 1)], axis=1)
    ends = np.cumsum([len(y) for _, y in parts.values()])[:-1]
    pieces = np.split(right, ends, axis=2)
    return {name: 100 * piece.mean(axis=2) for name, piece in zip(parts, pieces, strict=True)}


def _right(group: Group, runs: Sequence[ProbeRun], y: NDArray[np.int64], epoch: int) -> NDArray[np.bool_]:
    """Train to the end of an epoch and return which rows each run then gets right: (seeds, m)."""
    advance_all([group], epoch, threads=1)
    return np.stack([run.predicted == y for run in runs])
