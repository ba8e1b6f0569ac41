"""Measures of others beside ours, and how far they agree.

See docs/method.md, Measures beside ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fbert.analysis.similarity import label_level_similarity, label_level_similarity_to, originals
from fbert.findings.bootstrap import Weights, bootstrap, weighted_correlation
from fbert.records.geometry import GeometryRecord
from fbert.records.measures import MeasuresRecord
from fbert.records.origin import Origin, joined
from fbert.records.probe import ProbeRecord
from fbert.states import ORIGINAL, grouped
from fbert.tables.by_layer import by_layer, row_of
from fbert.tables.content import mean_if_all
from fbert.text_kind import text_kind

MIN_UNITS = 5
"""Encoders with a task; fewer say nothing of agreement."""
OURS, ACCURACY, DRIFT = "label_level_similarity_to_original", "accuracy_change", "drift"
Values = Mapping[str, float | None]
"""By column; None where a value is undefined."""


@dataclass(frozen=True)
class _State:
    """What was found of a state, a task and a layer.

    Attributes:
        origin: which these are.
        n: number of examples that the measures of others were given.
        likeness: ours and the others' comparisons with the original; None for the original itself.
        alone: what the others say of this state by itself.
        accuracy: of the probe, in per cent.
        similarity: label-level, of training and test set.
    """

    origin: Origin
    n: int
    likeness: Values
    alone: Values
    accuracy: float
    similarity: float | None

    def outcomes(self, original: _State) -> dict[str, float | None]:
        """Return what came of leaving the original: change of accuracy in points, and of similarity."""
        if self.origin.state == ORIGINAL:
            return {ACCURACY: None, DRIFT: None}
        return {
            ACCURACY: self.accuracy - original.accuracy,
            DRIFT: _difference(self.similarity, original.similarity),
        }


def beside_rows(
    probes: Sequence[ProbeRecord],
    geometries: Sequence[GeometryRecord],
    measures: Sequence[MeasuresRecord],
) -> pd.DataFrame:
    """Table 9: a row for each encoder, task, representation and layer, means over seeds.

    `label_level_similarity_to_original` is ours. What holds a state against the original is empty for the
    original itself: the likenesses, `accuracy_change` in points, and `drift`, the change of the label-level
    similarity of training and test set. A value is empty if it is undefined for one seed. `n` is the number
    of examples that the measures of others were given.

    Raises:
        InputError: a record is missing, that of an original on a layer included, or there twice.
    """
    pairs = _with_originals(_states(probes, geometries, measures))
    groups = grouped(pairs, lambda pair: tuple(row_of(pair[0].origin).values())).values()
    return by_layer(pd.DataFrame([_row(same) for same in groups]))


def agreement_rows(
    probes: Sequence[ProbeRecord],
    geometries: Sequence[GeometryRecord],
    measures: Sequence[MeasuresRecord],
) -> pd.DataFrame:
    """Table 10: Spearman's correlation of each measure with ours, with accuracy and with drift.

    It is over all states but the originals, each seed and layer by itself; of a measure of one state the
    change from the original counts. The interval is by the bootstrap over units, an encoder with a task,
    all states of one together. Where fewer than five units have both values, it is empty.

    Raises:
        InputError: as for Table 9.
    """
    pairs = _with_originals(_states(probes, geometries, measures))
    text = text_kind(any(state.origin.synthetic for state, _ in pairs))
    changed = [pair for pair in pairs if pair[0].origin.state != ORIGINAL]
    units = [(state.origin.encoder, state.origin.task) for state, _ in changed]
    values = pd.DataFrame([_changes(*pair) for pair in changed], dtype=np.float64)
    rows = [
        {"measure": measure, "against": against} | _agreement(values[measure], values[against], units)
        for measure in values
        for against in (OURS, ACCURACY, DRIFT)
        if measure not in (against, ACCURACY, DRIFT)
    ]
    columns = ["measure", "against", "correlation", "low", "high", "units", "states"]
    return pd.DataFrame(rows, columns=columns).assign(text=text)


def places_of(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the place of each value among the different ones, from 0."""
    return np.unique(values, return_inverse=True)[1]


def rank_correlation(x: NDArray[np.int64], y: NDArray[np.int64], weights: Weights) -> float:
    """Return Spearman's correlation where each pair of values counts so many times, NaN if it is undefined.

    Equal values share the mean of their ranks. Example: 3, 5, 5 with weights 2, 1, 1 have the ranks of
    3, 3, 5, 5, which are 1.5, 1.5, 3.5 and 3.5.

    Args:
        x: (n,) places of the values (`places_of`), which do not change as weights are drawn.
        y: (n,) likewise.
        weights: (n,) how many times each pair counts.
    """
    return weighted_correlation(_ranks(x, weights), _ranks(y, weights), weights)


def _states(
    probes: Sequence[ProbeRecord],
    geometries: Sequence[GeometryRecord],
    measures: Sequence[MeasuresRecord],
) -> list[_State]:
    """Join the three records of each state, task and layer."""
    original_of = originals(geometries)
    others = [found for _, found in joined(probes, measures)]
    return [
        _State(
            probe.origin,
            found.n,
            {OURS: label_level_similarity_to(original_of(geometry), geometry).r}
            | {f"{name}_to_original": value for name, value in found.to_original.items()},
            found.of_state,
            probe.probe.accuracy,
            label_level_similarity(geometry).r,
        )
        for (probe, geometry), found in zip(joined(probes, geometries), others, strict=True)
    ]


def _with_originals(states: Sequence[_State]) -> list[tuple[_State, _State]]:
    """Pair each state with the original of the same encoder, task and layer; an original with itself."""
    known = {_place(state): state for state in states if state.origin.state == ORIGINAL}
    return [(state, known[_place(state)]) for state in states]


def _place(state: _State) -> tuple[str, str, int]:
    return state.origin.encoder, state.origin.task, state.origin.layer


def _row(same: Sequence[tuple[_State, _State]]) -> dict[str, Any]:
    """Return the row of the states that differ in their seed alone."""
    first = same[0][0]
    seeds = [
        {**state.likeness, **state.alone, "label_level_similarity": state.similarity}
        | state.outcomes(original)
        for state, original in same
    ]
    means = {name: mean_if_all([values[name] for values in seeds]) for name in seeds[0]}
    about = {"n": first.n, "seeds": len(same), "text": text_kind(first.origin.synthetic)}
    return row_of(first.origin) | means | about


def _changes(state: _State, original: _State) -> dict[str, float | None]:
    """Return likenesses, changes of what is said of one state, and what came of it."""
    changes = {
        f"{name}_change": _difference(value, original.alone[name]) for name, value in state.alone.items()
    }
    return {**state.likeness, **changes, **state.outcomes(original)}


def _difference(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


def _agreement(x: pd.Series, y: pd.Series, units: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Correlate over the states that have both values, and draw the units that these belong to."""
    both = np.flatnonzero(x.notna() & y.notna())
    left, right = places_of(x.to_numpy()[both]), places_of(y.to_numpy()[both])
    numbers = {unit: number for number, unit in enumerate(dict.fromkeys(units[int(row)] for row in both))}
    of_state = np.array([numbers[units[int(row)]] for row in both], dtype=np.int64)
    count = len(numbers)
    found: dict[str, Any] = {"units": count, "states": len(both)}
    found |= {"correlation": None, "low": None, "high": None}
    if count < MIN_UNITS:
        return found

    def statistic(drawn: Weights, _: Weights) -> float:
        return rank_correlation(left, right, drawn[of_state])

    interval = bootstrap(statistic, count, seeds=1)
    if interval is None:
        return found
    found["correlation"] = round(interval.effect, 4)
    if interval.low < interval.high:  # of a perfect correlation every draw is perfect, whatever is left open
        found |= {"low": round(max(interval.low, -1.0), 4), "high": round(min(interval.high, 1.0), 4)}
    return found


def _ranks(places: NDArray[np.int64], weights: Weights) -> NDArray[np.float64]:
    """Return the rank of each value where each counts so many times, less a half."""
    counts = np.bincount(places, weights)
    return (np.cumsum(counts) - counts / 2)[places]
