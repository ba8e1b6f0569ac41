"""Intervals over labels and seeds by the bootstrap."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
LEVEL = 0.95
MIN_UNITS = 3  # fewer units are not drawn; nor are so few seeds where units are not

Weights = NDArray[np.float64]
# From the weights of units (k,) and of seeds (s,) to the effect; NaN where it is undefined.
Statistic = Callable[[Weights, Weights], float]


class Interval(NamedTuple):
    """An effect and the bounds of its interval."""

    effect: float
    low: float
    high: float


def bootstrap(statistic: Statistic, units: int, seeds: int) -> Interval | None:
    """Estimate an effect and its percentile interval (Efron & Tibshirani 1993, chapter 13).

    Units (labels) and seeds are drawn with replacement, independently of each other. One seed stays as it is,
    and the interval is then over units alone; fewer than MIN_UNITS units stay as they are likewise.

    Args:
        statistic: the effect under weights, which say how often each unit and each seed was drawn.
        units: number of units.
        seeds: number of seeds.

    Returns:
        The effect with its interval, None if it is undefined: too few of both, or no effect in most draws.
    """
    if units == 0 or max(units, seeds) < MIN_UNITS:
        return None
    effect = statistic(np.ones(units), np.ones(seeds))
    random = np.random.default_rng(0)
    drawn = np.array([statistic(_draw(units, random, MIN_UNITS), _draw(seeds, random)) for _ in range(DRAWS)])
    defined = drawn[np.isfinite(drawn)]
    if not np.isfinite(effect) or len(defined) < DRAWS / 2:
        return None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(effect), float(low), float(high))


def _draw(count: int, random: np.random.Generator, at_least: int = 1) -> Weights:
    """Return how often each of `count` is drawn in `count` draws; once each if they are too few to draw."""
    if count < at_least:
        return np.ones(count)
    return np.bincount(random.integers(count, size=count), minlength=count).astype(float)


def weighted_mean(values: NDArray[np.float64], weights: Weights) -> float:
    """Return the mean of the finite values; NaN if they weigh nothing."""
    finite = np.isfinite(values)
    total = weights[finite].sum()
    return float(values[finite] @ weights[finite] / total) if total else np.nan


def weighted_correlation(x: NDArray[np.float64], y: NDArray[np.float64], weights: Weights) -> float:
    """Return Pearson's r under weights; NaN if fewer than three values count or one side does not vary."""
    counted = weights > 0
    if counted.sum() < 3 or not np.ptp(x[counted]) or not np.ptp(y[counted]):
        return np.nan
    weights = weights / weights.sum()
    x, y = x - weights @ x, y - weights @ y
    return float(weights @ (x * y) / np.sqrt((weights @ x**2) * (weights @ y**2)))


def if_finite(value: float) -> float | None:
    """Return a number that JSON can hold, None for one that is undefined."""
    return value if np.isfinite(value) else None
