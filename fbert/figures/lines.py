"""Lines with a band over seeds."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator


def mean_where_all(frame: pd.DataFrame, x: str, y: str, holds: pd.Series) -> pd.Series:
    """Return the mean of y over seeds at each x, NaN where something does not hold for every seed.

    Args:
        frame: a row for each x and seed.
        x: column across.
        y: column upwards.
        holds: of each row, whether it does.
    """
    return frame.groupby(x)[y].mean().where(holds.groupby(frame[x]).all())


def line_with_band(axes: Axes, frame: pd.DataFrame, x: str, y: str, **look: Any) -> tuple[float, float]:
    """Draw the mean over seeds as a line and their range as a band.

    Args:
        axes: where to.
        frame: a row for each x and seed.
        x: column across, of whole numbers.
        y: column upwards.
        look: of the line, as `Axes.plot` takes it.

    Returns:
        The line's end: the last x, and the mean of y there.
    """
    over_seeds = frame.groupby(x)[y]
    mean, low, high = over_seeds.mean(), over_seeds.min(), over_seeds.max()
    axes.plot(mean.index, mean, **look)
    if (high > low).any():
        axes.fill_between(mean.index, low, high, color=look["color"], alpha=0.18, linewidth=0)
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
    return float(mean.index[-1]), float(mean.iloc[-1])
