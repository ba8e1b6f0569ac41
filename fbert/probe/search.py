"""The choice of a setting on training data alone: every setting starts, hopeless ones are stopped early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.probe.data import Examples, hold_out
from fbert.probe.measures import accuracy
from fbert.probe.settings import ProbeSettings, Setting
from fbert.probe.training import Group, Machine, Rows, Run, advance_all

# (epochs, share of the grid that trains on after them).
RUNGS = ((10, 1 / 4), (40, 1 / 16))


@dataclass(frozen=True)
class Trial:
    """How one setting did in the search.

    Attributes:
        setting: widths and L2 weight.
        accuracy: on the held-out rows, in per cent, when its training ended.
        epochs: passes it made over the rest.
        ended: `converged`, `stopped` (by the search, as hopeless) or `out of epochs`.
    """

    setting: Setting
    accuracy: float
    epochs: int
    ended: str

    def to_json(self) -> dict[str, Any]:
        """The same as a mapping of plain values."""
        return {
            "widths": list(self.setting.widths),
            "l2": self.setting.l2,
            "held_out_accuracy": self.accuracy,
            "epochs": self.epochs,
            "ended": self.ended,
        }


def search(examples: Examples, settings: ProbeSettings, seed: int, machine: Machine) -> list[Trial]:
    """Try the whole grid and return a trial for each setting, in the grid's order.

    Raises:
        InputError: too few examples to hold some out, or the loss overflowed.
    """
    kept, held = hold_out(examples.y, settings.held_out, seed)
    rows = Rows.on(machine.device, examples.X[kept], examples.y[kept], examples.X[held])
    runs = [Run(setting, seed) for setting in settings.grid]
    pairs = groupby(runs, key=lambda run: run.setting.widths)
    groups = [Group(list(pair), rows, settings) for _, pair in pairs]
    y_held = examples.y[held]
    for epochs, share in () if settings.exhaustive else RUNGS:
        advance_all(groups, min(epochs, settings.max_epochs), machine.threads)
        _drop_hopeless(groups, runs, y_held, ceil(share * len(runs)))
    advance_all(groups, settings.max_epochs, machine.threads)
    return [_trial(run, y_held, settings) for run in runs]


def best(trials: Sequence[Trial], features: int) -> Trial:
    """The trial of highest held-out accuracy; ties go to fewer weights, then to the stronger penalty."""
    finished = [trial for trial in trials if trial.ended != "stopped"]
    return max(
        finished, key=lambda trial: (trial.accuracy, -_size(trial.setting, features), trial.setting.l2)
    )


def rule(settings: ProbeSettings) -> str:
    """The rule of the choice in words, for the results."""
    stops = "; ".join(f"after {epochs} epochs the best {share:.1%} trained on" for epochs, share in RUNGS)
    return (
        f"highest accuracy on a held-out {settings.held_out:.0%} of the training set, stratified by label "
        f"(ties: fewer weights, then stronger L2 penalty); "
        + ("every setting trained to its end" if settings.exhaustive else stops)
    )


def _drop_hopeless(groups: Sequence[Group], runs: Sequence[Run], y_held: NDArray[np.int64], n: int) -> None:
    """Let only the n best of the runs still in the race train on; converged ones keep their place."""
    active = [run for group in groups for run in group.active]
    racing = [run for run in runs if run.converged or run in active]
    leaders = sorted(racing, key=lambda run: -accuracy(run.predicted, y_held))[:n]
    for group in groups:
        group.keep([run for run in group.active if run in leaders])


def _trial(run: Run, y_held: NDArray[np.int64], settings: ProbeSettings) -> Trial:
    ended = "out of epochs" if run.epochs == settings.max_epochs else "stopped"
    return Trial(
        run.setting, accuracy(run.predicted, y_held), run.epochs, "converged" if run.converged else ended
    )


def _size(setting: Setting, features: int) -> int:
    first, second = setting.widths
    return features * first + first * second
