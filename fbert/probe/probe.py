"""The classifier probe: choose a setting, train it from several seeds, test.

See docs/method.md, Classifier probe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fbert.probe.control import Groups, control_labels
from fbert.probe.data import Part, ProbeData, check_parts, describe
from fbert.probe.linear import fit_path
from fbert.probe.measures import (
    Accuracy,
    accuracy,
    auroc,
    confusion_matrix,
    macro_f1,
    majority_baseline,
    per_label,
)
from fbert.probe.memory import affordable_threads
from fbert.probe.search import Choice, search
from fbert.probe.settings import LINEAR, ProbeSettings, Setting, run_seeds
from fbert.probe.training import Machine, ProbeRun, Rows, train_seeds
from fbert.records.probe import Control, ProbeResult


def run_probe(
    train: Part,
    test: Part,
    labels: Sequence[str],
    settings: ProbeSettings,
    seed: int,
    groups: Groups | None = None,
    device: str = "auto",
    threads: int = 1,
    seen: NDArray[np.bool_] | None = None,
) -> ProbeResult:
    """Probe one representation for one task.

    Args:
        train: X (n, d) of any float type and y (n,), indices into `labels`.
        test: the same for the test set, which plays no part in any choice.
        labels: names of the labels.
        settings: the grid and how it is searched.
        seed: of the held-out part, the search and the first final run; final run i has seed + i, and a linear
            probe has one.
        groups: word types of the training and the test examples, for the control task.
        device: a torch device, or `auto` for a GPU where there is one.
        threads: groups of perceptrons trained at a time on a CPU; the result does not depend on it.
        seen: (m,) test examples whose input was trained on; the others have an accuracy of their own.

    Raises:
        InputError: unusable examples (not finite, wrong shapes, fewer than two labels in training, too few
            to hold some out) or too little memory.
    """
    examples = check_parts(train, test, len(labels))
    machine = Machine.of(device, affordable_threads(examples, settings, threads))
    choice = search(examples, settings, seed, machine)
    seeds = run_seeds(seed, settings.runs)
    runs = _train_and_test(examples, choice.setting, settings, seeds, machine)
    result = _result(examples, labels, settings.kind, choice, runs)
    if seen is not None:
        result = replace(result, seen=int(seen.sum()), accuracy_unseen=_accuracy_of(runs, test[1], ~seen))
    if not settings.control:
        return result
    return _with_control(result, examples, settings, runs, groups, machine)


def _train_and_test(
    examples: ProbeData, setting: Setting, settings: ProbeSettings, seeds: Sequence[int], machine: Machine
) -> list[ProbeRun]:
    rows = Rows.on(machine.device, examples.X, examples.y, examples.X_test)
    if settings.kind == LINEAR:
        return fit_path([setting.l2], rows, settings.max_epochs, seeds[0])
    return train_seeds(setting, seeds, rows, settings, machine.threads)


def _result(
    examples: ProbeData,
    labels: Sequence[str],
    kind: str,
    choice: Choice,
    runs: Sequence[ProbeRun],
) -> ProbeResult:
    """Everything about the task itself; the control task comes after it."""
    y, y_test = examples.y, examples.y_test
    tested = Accuracy.of(runs, y_test)
    confusion = confusion_matrix(y_test, [run.predicted for run in runs], len(labels))
    return ProbeResult(
        kind=kind,
        accuracy=tested.mean,
        accuracy_std=tested.std,
        accuracies=tested.runs,
        macro_f1=float(np.mean([macro_f1(run.predicted, y_test) for run in runs])),
        auroc=_auroc(runs, y_test, labels),
        seeds=[run.seed for run in runs],
        epochs=[run.epochs for run in runs],
        converged=[run.converged for run in runs],
        widths=runs[0].setting.widths,
        l2=runs[0].setting.l2,
        selection=choice.rule,
        grid=[trial.to_json() for trial in choice.trials],
        train=len(y),
        test=len(y_test),
        features=examples.X.shape[1],
        majority=majority_baseline(y, y_test, labels),
        labels=list(labels),
        per_label=per_label(confusion, y, y_test, labels),
        confusion=confusion.tolist(),
        control=None,
        warnings=[*describe(examples, labels), *_describe_runs(examples, runs)],
    )


def _accuracy_of(
    runs: Sequence[ProbeRun], y_test: NDArray[np.int64], rows: NDArray[np.bool_]
) -> float | None:
    """Return the mean accuracy over some of the test rows; None if there are none."""
    if not rows.any():
        return None
    return float(np.mean([accuracy(run.predicted[rows], np.asarray(y_test)[rows]) for run in runs]))


def _auroc(runs: Sequence[ProbeRun], y_test: NDArray[np.int64], labels: Sequence[str]) -> float | None:
    """The runs' mean; None unless there are two labels, and both in either part."""
    scores = [run.scores for run in runs if run.scores is not None]
    if len(labels) != 2 or not scores or len(np.unique(y_test)) < 2:
        return None
    return float(np.mean([auroc(found, y_test == 1) for found in scores]))


def _describe_runs(examples: ProbeData, runs: Sequence[ProbeRun]) -> list[str]:
    """A warning if nothing was learnt: the accuracy is then that of a constant answer."""
    if any(len(np.unique(run.predicted)) > 1 for run in runs):
        return []
    spread, size = examples.X.std(axis=0).mean(), np.abs(examples.X).mean()
    return [
        "every final run answers one label throughout: nothing was learnt from features whose standard "
        f"deviation is {spread:.2g} at a mean magnitude of {size:.2g}"
    ]


def _with_control(
    result: ProbeResult,
    examples: ProbeData,
    settings: ProbeSettings,
    runs: Sequence[ProbeRun],
    groups: Groups | None,
    machine: Machine,
) -> ProbeResult:
    """Train the chosen setting on the control task, from the first seed."""
    first = runs[0]
    y, y_test = control_labels(examples.y, len(examples.y_test), groups, first.seed)
    if len(np.unique(y)) == 1:
        left_out = "control task: one label was drawn for all, so it is left out"
        return replace(result, warnings=[*result.warnings, left_out])
    task = replace(examples, y=y, y_test=y_test)
    (run,) = _train_and_test(task, first.setting, settings, [first.seed], machine)
    found = accuracy(run.predicted, y_test)
    return replace(result, control=Control(found, run.epochs, run.converged, result.accuracy - found))
