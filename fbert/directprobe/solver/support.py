"""The few points that carry an answer: enough to prove it, and to start the next one from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fbert.directprobe.arrays import Floats, Ints
from fbert.directprobe.solver.kernel import Carried


@dataclass(frozen=True)
class Support:
    """Rows of two sets with positive weights that sum to one on either side.

    Attributes:
        rows_a, weights_a: (k_a,) rows of A and their weights.
        rows_b, weights_b: (k_b,) the same for B.
    """

    rows_a: Ints
    weights_a: Floats
    rows_b: Ints
    weights_b: Floats


def support_of(carried: Carried, i: int) -> Support:
    """Return what carries one of many answers."""
    part = slice(carried.first[i], carried.last[i])
    places, weights, a = carried.places[part], carried.weights[part], carried.in_a[part]
    return Support(places[a], weights[a], places[~a], weights[~a])


def carried_by(support: Support | None) -> Carried:
    """Return a support as what carries the only one of many answers, or nothing."""
    support = support or NOTHING
    places = np.concatenate([support.rows_a, support.rows_b])
    weights = np.concatenate([support.weights_a, support.weights_b])
    in_a = np.arange(len(places)) < len(support.rows_a)
    return Carried(np.zeros(1, np.int64), np.array([len(places)]), places, in_a, weights)


NOTHING = Support(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64), np.empty(0))
