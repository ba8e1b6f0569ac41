"""The choice of a setting on training data alone, by successive halving (Jamieson & Talwalkar, AISTATS 2016).

Every setting of the grid starts; at a few epochs all that still train are compared on held-out rows, and only
the best go on. The one that is left is the choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.probe.data import ProbeData, hold_out
from fbert.probe.linear import fit_path
from fbert.probe.measures import accuracy
from fbert.probe.settings import LINEAR, ProbeSettings, Setting
from fbert.probe.training import Group, Machine, ProbeRun, Rows, advance_all

# (When a comparison is held, share of the grid that goes on); after the last one it is a single setting.
# ASSUME: by the first one the better widths can be told, by the second also L2 weights that are too strong.
# What more training would tell of the others is less than held-out rows differ by chance (decision 0003).
COMPARISONS = ((1, 1 / 6), (4, 0))
# Members of a group on a CPU, by measurement: fewer waste the batched products, more leave threads idle.
GROUP_ON_CPU = 4
# The unit of these times: epochs, and updates, that must have passed before the first comparison.
FIRST_EPOCHS, FIRST_UPDATES = 3, 50


@dataclass(frozen=True)
class Trial:
    """How one setting did in the search.

    Attributes:
        setting: widths and L2 weight.
        accuracy: on the held-out rows, in per cent, when its training ended.
        epochs: passes it made over the other rows.
        converged: whether it met the stopping rule.
        finalist: whether it was in the last comparison.
    """

    setting: Setting
    accuracy: float
    epochs: int
    converged: bool
    finalist: bool

    def to_json(self) -> dict[str, Any]:
        """The same as a mapping of plain values."""
        return {
            "widths": list(self.setting.widths),
            "l2": self.setting.l2,
            "held_out_accuracy": self.accuracy,
            "epochs": self.epochs,
            "converged": self.converged,
            "finalist": self.finalist,
        }


@dataclass(frozen=True)
class Choice:
    """The setting chosen, the rule in words, and a trial for each setting in the grid's order."""

    setting: Setting
    rule: str
    trials: list[Trial]


def search(examples: ProbeData, settings: ProbeSettings, seed: int, machine: Machine) -> Choice:
    """Try the whole grid and choose.

    Raises:
        InputError: too few examples to hold some out, or the loss overflowed.
    """
    kept, held = hold_out(examples.y, settings.held_out, seed)
    rows = Rows.on(machine.device, examples.X[kept], examples.y[kept], examples.X[held])
    if settings.kind == LINEAR:
        return _search_path(rows, examples.y[held], settings, seed)
    runs = [ProbeRun(setting, seed) for setting in settings.grid]
    comparisons = _comparisons(len(kept), settings)
    finalists, best, compared = _race(runs, rows, examples.y[held], comparisons, settings, machine)
    trials = [_trial(run, examples.y[held], run in finalists) for run in runs]
    return Choice(best.setting, _rule(len(held), compared), trials)


def _search_path(rows: Rows, y_held: NDArray[np.int64], settings: ProbeSettings, seed: int) -> Choice:
    """Fit linear probes with all L2 weights to the end: there are few, and none is slow."""
    runs = fit_path(settings.l2, rows, settings.max_epochs, seed)
    rule = (
        f"highest accuracy on {len(y_held)} held-out training examples, stratified by label "
        "(ties: stronger L2 penalty)"
    )
    return Choice(_leaders(runs, y_held, 1)[0].setting, rule, [_trial(run, y_held, True) for run in runs])


def _race(
    runs: Sequence[ProbeRun],
    rows: Rows,
    y_held: NDArray[np.int64],
    comparisons: Sequence[tuple[int, float]],
    settings: ProbeSettings,
    machine: Machine,
) -> tuple[Sequence[ProbeRun], ProbeRun, Sequence[tuple[int, float]]]:
    """Train, compare, let the better ones go on.

    Returns:
        The runs of the last comparison, the best of them, and the comparisons held: a small grid needs fewer.
    """
    groups = [Group(members, rows, settings) for members in _by_shape(runs, machine)]
    racing, compared = runs, []
    for epochs, share in comparisons:
        advance_all(groups, epochs, machine.threads)
        finalists, racing = racing, _leaders(racing, y_held, max(1, ceil(share * len(runs))))
        compared.append((epochs, share))
        for group in groups:
            group.keep([run for run in group.active if run in racing])
        if len(racing) == 1:
            break
    return finalists, racing[0], compared


def _rule(n_held: int, comparisons: Sequence[tuple[int, float]]) -> str:
    *early, (last, _) = comparisons
    stops = [f"the best {share:.0%} go on after {epochs} epochs" for epochs, share in early]
    return (
        f"highest accuracy on {n_held} held-out training examples, stratified by label "
        f"(ties: narrower layers, then stronger L2 penalty); "
        + "; ".join([*stops, f"the best after {last} epochs is chosen"])
    )


def _comparisons(n: int, settings: ProbeSettings) -> Sequence[tuple[int, float]]:
    """Epochs at which settings are compared in training on n rows, and the share of the grid that goes on."""
    if settings.exhaustive:
        return ((settings.max_epochs, 0),)
    updates = ceil(n / settings.batch_size)
    unit = max(FIRST_EPOCHS, ceil(FIRST_UPDATES / updates))
    return [(min(time * unit, settings.max_epochs), share) for time, share in COMPARISONS]


def _by_shape(runs: Sequence[ProbeRun], machine: Machine) -> list[list[ProbeRun]]:
    """Runs of equal widths, together on a GPU, a few at a time on a CPU to keep all its threads busy."""
    pairs = [list(pair) for _, pair in groupby(runs, key=lambda run: run.setting.widths)]
    size = GROUP_ON_CPU if machine.device.type == "cpu" else len(runs)
    return [pair[start : start + size] for pair in pairs for start in range(0, len(pair), size)]


def _leaders(runs: Sequence[ProbeRun], y_held: NDArray[np.int64], n: int) -> list[ProbeRun]:
    """The n best runs, best first: by accuracy, then narrower layers, then the stronger penalty."""

    def rank(run: ProbeRun) -> tuple[float, int, float]:
        return -accuracy(run.predicted, y_held), sum(run.setting.widths), -run.setting.l2

    return sorted(runs, key=rank)[:n]


def _trial(run: ProbeRun, y_held: NDArray[np.int64], finalist: bool) -> Trial:
    return Trial(run.setting, accuracy(run.predicted, y_held), run.epochs, run.converged, finalist)
