"""Training to scikit-learn's stopping rule, many perceptrons at a time, on any number of threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fbert.errors import InputError
from fbert.probe.perceptrons import Shape, Stack
from fbert.probe.settings import ProbeSettings, Setting


@dataclass(frozen=True)
class Machine:
    """What trains: a device, and on a CPU the number of groups trained at a time."""

    device: torch.device
    threads: int

    @classmethod
    def of(cls, device: str, threads: int) -> Machine:
        """Take `auto` for a GPU where there is one."""
        found = "cuda" if torch.cuda.is_available() else "cpu"
        return cls(torch.device(found if device == "auto" else device), threads)


@dataclass(frozen=True)
class Rows:
    """What a training sees, on the device it runs on.

    Attributes:
        X: (n, d) float32 features.
        y: (n,) classes, 0 to c - 1.
        labels: (c,) label of each class: the labels that occur in training, in order.
        X_eval: (m, d) float32 features of the rows that are scored.
    """

    X: Tensor
    y: Tensor
    labels: NDArray[np.int64]
    X_eval: Tensor

    @classmethod
    def on(cls, device: torch.device, X: NDArray[Any], y: NDArray[Any], X_eval: NDArray[Any]) -> Rows:
        """Take features, labels and features to score to a device."""
        labels, classes = np.unique(y, return_inverse=True)
        return cls(_tensor(X, device), _tensor(classes, device), labels, _tensor(X_eval, device))


@dataclass(eq=False)
class ProbeRun:
    """One perceptron in training, or a linear probe.

    Attributes:
        setting: its widths and L2 weight.
        seed: of its initial weights and batches.
        epochs: passes made so far.
        converged: whether the loss stopped improving; it then trains no further.
        predicted: (m,) labels it gave to the scored rows when it was last asked.
        scores: (m,) of two labels how much it was for the second one; None where there are more.
    """

    setting: Setting
    seed: int
    epochs: int = 0
    converged: bool = False
    predicted: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    scores: NDArray[np.floating[Any]] | None = None
    _best_loss: float = np.inf
    _stalled: int = 0

    def record(self, loss: float, settings: ProbeSettings) -> None:
        """Count an epoch and apply scikit-learn's stopping rule.

        Raises:
            InputError: the loss is not finite.
        """
        if not np.isfinite(loss):
            raise InputError(
                f"probe {self.setting}: the loss overflowed in epoch {self.epochs + 1}; "
                "features of such a magnitude need scaling, or the learning rate is too high"
            )
        self.epochs += 1
        self._stalled = self._stalled + 1 if loss > self._best_loss - settings.tolerance else 0
        self._best_loss = min(loss, self._best_loss)
        self.converged = self._stalled > settings.patience


class Group:
    """Runs of one width pair that train as one stack and leave it when they have converged.

    Attributes:
        active: the runs still in training.
    """

    def __init__(self, runs: Sequence[ProbeRun], rows: Rows, settings: ProbeSettings) -> None:
        self.active = list(runs)
        self._rows = rows
        self._settings = settings
        self._epochs = 0
        shape = Shape(rows.X.shape[1], runs[0].setting.widths, len(rows.labels))
        l2, seeds = [run.setting.l2 for run in runs], [run.seed for run in runs]
        self._stack = Stack(shape, l2, seeds, rows.X.device)

    @property
    def cost(self) -> int:
        """Parameters in training, to which the work of an epoch is proportional."""
        return len(self.active) * self._stack.shape.parameters

    def advance(self, until: int) -> None:
        """Train until every run has converged or made `until` epochs; each run then has its predictions."""
        while self.active and self._epochs < until:
            self._train_epoch()
            if any(run.converged for run in self.active):
                self._predict()
                self.keep([run for run in self.active if not run.converged])
        self._predict()

    def keep(self, runs: Sequence[ProbeRun]) -> None:
        """Train only these on."""
        members = [member for member, run in enumerate(self.active) if run in runs]
        if len(members) < len(self.active):
            self.active = [self.active[member] for member in members]
            self._stack.keep(members)

    def _train_epoch(self) -> None:
        rows, settings = self._rows, self._settings
        losses = self._stack.train_epoch(rows.X, rows.y, settings.batch_size, settings.learning_rate)
        self._epochs += 1
        for run, loss in zip(self.active, losses, strict=True):
            run.record(float(loss), settings)

    def _predict(self) -> None:
        if self.active:
            predicted, scores = self._stack.predict(self._rows.X_eval)
            for member, run in enumerate(self.active):
                run.predicted = self._rows.labels[predicted[member]]
                run.scores = None if scores is None else scores[member]


def advance_all(groups: Sequence[Group], until: int, threads: int) -> None:
    """Let every group train until epoch `until`, `threads` groups at a time.

    A group is always computed by one thread, so the result does not depend on how many there are.
    """
    longest_first = sorted(groups, key=lambda group: -group.cost)
    # A penalty shrinks the weights of silent units to below 1e-38, where a product takes a processor many
    # times as long. They become 0 instead, in the threads of this pool.
    with (
        one_thread_each(),
        ThreadPoolExecutor(threads, initializer=torch.set_flush_denormal, initargs=(True,)) as pool,
    ):
        for _ in pool.map(lambda group: group.advance(until), longest_first):
            pass


def train_seeds(
    setting: Setting, seeds: Sequence[int], rows: Rows, settings: ProbeSettings, threads: int
) -> list[ProbeRun]:
    """Train one setting from several seeds to the end: as one group on a GPU, as a group each on a CPU."""
    runs = [ProbeRun(setting, seed) for seed in seeds]
    members = [[run] for run in runs] if rows.X.device.type == "cpu" else [runs]
    advance_all([Group(group, rows, settings) for group in members], settings.max_epochs, threads)
    return runs


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let torch compute every operation on a single thread, so that sums are taken in one order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _tensor(array: NDArray[Any], device: torch.device) -> Tensor:
    return torch.from_numpy(array).to(device)
