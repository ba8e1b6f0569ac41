"""What a probe is asked to do: the keys of a study's `probe` section (docs/method.md, Classifier probe)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import isfinite
from typing import Any

from fbert.errors import InputError

PERCEPTRON, LINEAR = "perceptron", "linear"


@dataclass(frozen=True)
class Setting:
    """One point of the grid: widths of two hidden layers, none if linear, and weight of the L2 penalty."""

    widths: tuple[int, ...]
    l2: float

    def __str__(self) -> str:
        return f"{'x'.join(map(str, self.widths)) or LINEAR} with L2 weight {self.l2:g}"


@dataclass(frozen=True)
class ProbeSettings:
    """The grid and how it is searched; what is not said here is as in scikit-learn's `MLPClassifier`.

    Attributes:
        kind: `perceptron` or `linear`, which has neither widths nor, with its one minimum, several runs.
        widths: every ordered pair is tried for the two hidden layers.
        l2: weights of the penalty (`alpha`).
        max_epochs: most passes over the training set (`max_iter`), of a linear probe most steps.
        batch_size: rows a batch, the whole set if that is smaller.
        learning_rate: Adam's (`learning_rate_init`).
        tolerance: improvement of the loss that counts (`tol`).
        patience: epochs without improvement that are put up with (`n_iter_no_change`).
        held_out: share of the training set on which the settings are compared.
        exhaustive: train every setting to its end instead of stopping hopeless ones early.
        runs: trainings of the best setting on the whole training set, from different seeds.
        control: whether the best setting is also trained on a control task.
        memory_mb: most megabytes (10^6 bytes) that the probe's arrays may take.
    """

    kind: str = PERCEPTRON
    widths: Sequence[int] = (32, 64, 128, 256)
    l2: Sequence[float] = (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
    max_epochs: int = 1000
    batch_size: int = 200
    learning_rate: float = 1e-3
    tolerance: float = 1e-4
    patience: int = 10
    held_out: float = 0.2
    exhaustive: bool = False
    runs: int = 5
    control: bool = True
    memory_mb: int = 2000

    def __post_init__(self) -> None:
        """Refuse impossible values.

        Raises:
            InputError: names the key, what was found and what is expected.
        """
        for key, check in _CHECKS.items():
            check(key, getattr(self, key))

    @property
    def grid(self) -> list[Setting]:
        """All settings: pairs of widths in the order given, and for each pair all L2 weights."""
        if self.kind == LINEAR:
            return [Setting((), l2) for l2 in self.l2]
        return [Setting((a, b), l2) for a, b in product(self.widths, repeat=2) for l2 in self.l2]


def run_seeds(seed: int, runs: int) -> list[int]:
    """Return the seed of each of several runs, the first that of the study; after the largest comes 0."""
    return [(seed + run) % 2**32 for run in range(runs)]


def _check_list(key: str, values: Any, check: Callable[[str, Any], None]) -> None:
    if isinstance(values, str) or not isinstance(values, Sequence) or not values:
        raise _wrong(key, values, "a list with at least one number")
    for value in values:
        check(key, value)
    if len(set(values)) < len(values):
        raise _wrong(key, list(values), "every value once")


def _check_kind(key: str, value: Any) -> None:
    if value not in (PERCEPTRON, LINEAR):
        raise _wrong(key, value, f"{PERCEPTRON} or {LINEAR}")


def _check_count(key: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _wrong(key, value, "a whole number of at least 1")


def _check_positive(key: str, value: Any) -> None:
    _check_number(key, value)
    if value <= 0:
        raise _wrong(key, value, "a number above 0")


def _check_not_negative(key: str, value: Any) -> None:
    _check_number(key, value)
    if value < 0:
        raise _wrong(key, value, "a number of at least 0")


def _check_share(key: str, value: Any) -> None:
    _check_number(key, value)
    if not 0 < value < 1:
        raise _wrong(key, value, "a number between 0 and 1, both excluded")


def _check_switch(key: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise _wrong(key, value, "true or false")


def _check_number(key: str, value: Any) -> None:
    if isinstance(value, str):
        raise _wrong(key, value, "a number (YAML reads 1e-7 as text: write 1.0e-7)")
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise _wrong(key, value, "a finite number")


def _wrong(key: str, value: Any, expected: str) -> InputError:
    return InputError(f"probe, key `{key}`: found {value!r}, expected {expected}")


_CHECKS: dict[str, Callable[[str, Any], None]] = {
    "kind": _check_kind,
    "widths": lambda key, value: _check_list(key, value, _check_count),
    "l2": lambda key, value: _check_list(key, value, _check_not_negative),
    "max_epochs": _check_count,
    "batch_size": _check_count,
    "learning_rate": _check_positive,
    "tolerance": _check_not_negative,
    "patience": _check_count,
    "held_out": _check_share,
    "exhaustive": _check_switch,
    "runs": _check_count,
    "control": _check_switch,
    "memory_mb": _check_count,
}
