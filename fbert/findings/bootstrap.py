"""Intervals over labels and seeds by the bootstrap."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

DRAWS = 2000
LEVEL = 0.95
MIN_UNITS = 3  # fewer units are not drawn; nor do so few seeds make an interval where units do not

Weights = NDArray[np.float64]
# From the weights of units (k,) and of seeds (s,) to the effect; NaN where it is undefined.
Statistic = Callable[[Weights, Weights], float]


class Interval(NamedTuple):
    """An effect and the bounds of its interval."""

    effect: float
    low: float
    high: float


def bootstrap(statistic: Statistic, units: int, seeds: int) -> Interval | None:
    """Estimate an effect with its interval, over units (labels) and seeds.

    What labels leave open and what seeds leave open are asked apart, since labels are the same with every
    seed, and seeds are few. Over units it is the percentile interval of the bootstrap (Efron & Tibshirani
    1993, chapter 13), at a level expanded as Student's t asks for so many units (Hesterberg 2015, section
    4.3); over seeds it is Student's. The distances of their ends from the effect are joined by squares, as
    those of independent errors are (Zou & Donner 2008). To draw both together, as is often done, takes the
    spread of two or three seeds for all the spread there is (`bench/verdicts.py` has what either covers).

    One seed leaves the interval over units alone, fewer than MIN_UNITS units leave it over seeds alone.

    Args:
        statistic: the effect under weights, which say how often each unit and each seed was drawn.
        units: number of units.
        seeds: number of seeds.

    Returns:
        The effect with its interval, None if it is undefined: too few of both, no effect in most draws, or
        with one of the seeds.
    """
    if units == 0 or max(units, seeds) < MIN_UNITS:
        return None
    effect = statistic(np.ones(units), np.ones(seeds))
    below, above = _over_units(statistic, units, seeds, effect)
    either = _over_seeds(statistic, units, seeds)
    ends = effect - np.hypot(below, either), effect + np.hypot(above, either)
    return Interval(float(effect), *map(float, ends)) if np.isfinite(ends).all() else None


def _over_units(statistic: Statistic, units: int, seeds: int, effect: float) -> tuple[float, float]:
    """Return how far below and above the effect units alone could put it; NaN if they leave it undefined."""
    if units < MIN_UNITS:
        return 0.0, 0.0
    random = np.random.default_rng(0)
    drawn = np.array([statistic(_draw(units, random), np.ones(seeds)) for _ in range(DRAWS)])
    defined = drawn[np.isfinite(drawn)]
    if len(defined) < DRAWS / 2:
        return np.nan, np.nan
    tail = expanded_tail(units)
    low, high = np.quantile(defined, [tail, 1 - tail])
    return max(effect - low, 0.0), max(high - effect, 0.0)


def _over_seeds(statistic: Statistic, units: int, seeds: int) -> float:
    """Return how far from the effect seeds alone could put it; NaN if one of them leaves it undefined."""
    if seeds < 2:
        return 0.0
    alone = [statistic(np.ones(units), one) for one in np.eye(seeds)]
    student = float(stdtrit(seeds - 1, (1 + LEVEL) / 2))
    return student * float(np.std(alone, ddof=1) / np.sqrt(seeds))


def expanded_tail(units: int) -> float:
    """Return the share of draws to leave out on either side, so that few units are not taken for many.

    Percentiles of the bootstrap are too narrow by the factor sqrt((k - 1) / k), and as wide as the normal
    distribution where Student's with k - 1 degrees is right. Example: 2.5% with many units, 1.5% with 17.
    """
    return float(ndtr(-np.sqrt(units / (units - 1)) * stdtrit(units - 1, (1 + LEVEL) / 2)))


def _draw(count: int, random: np.random.Generator) -> Weights:
    """Return how often each of `count` is drawn in `count` draws."""
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
