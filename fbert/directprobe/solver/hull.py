"""Two point sets: are their hulls disjoint, how far are they apart, and what proves it.

The three verdicts are those of docs/method.md, DirectProbe; `kernel` says why its bounds are bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fbert.directprobe.arrays import Floats, Ints
from fbert.directprobe.solver.kernel import Found, Limits, Start, nearest
from fbert.directprobe.solver.points import FAR, Frame, PointSet, as_given, checked, checked_gap, points_of
from fbert.directprobe.solver.refine import TINY, Bounds, Precision, refine
from fbert.directprobe.solver.support import Support
from fbert.errors import InputError

SEPARABLE, OVERLAPPING, UNDECIDED = "separable", "overlapping", "undecided"
COMMON = 1e-10  # two points closer than this, relative to the extent of the sets, are one
GRAM = 1e-7  # below this, relative to the extent of the sets, the Gram matrix knows no distance
NOTHING = 1e-8  # what a glance at a crowd takes for distance 0 (working coordinates are at most one)
CLOSE = 1e-3  # the compiled method goes on to this relative gap, whatever larger one is asked for
BATCH = 20  # points of either side that join the working set in a round
FIRST = 40  # points of either side that it begins with: those foremost along the line of the means
ROUNDS = 1000


@dataclass(frozen=True)
class HullDistance:
    """The distance of two convex hulls, with its proof.

    Attributes:
        status: "separable" (the hyperplane proves it), "overlapping" (the common point proves it) or
            "undecided": rounding hides the answer, and neither should be assumed.
        lower: certified lower bound; 0 unless separable.
        upper: distance of the two nearest points found; 0 if overlapping.
        normal: (d,) unit vector from B to A. If separable, normal @ a - normal @ b >= lower for all points.
        offset: the hyperplane normal @ x = offset lies midway between the sets.
        rows_a, weights_a: the support in A: rows of A and their positive weights, which sum to one.
        rows_b, weights_b: the same for B.
        point_a, point_b: (d,) the two convex combinations: the nearest points, or the common point twice.
        residual: distance of point_a and point_b, relative to the extent of the two sets.
    """

    status: str
    lower: float
    upper: float
    normal: Floats
    offset: float
    rows_a: Ints
    weights_a: Floats
    rows_b: Ints
    weights_b: Floats
    point_a: Floats
    point_b: Floats
    residual: float

    @property
    def separable(self) -> bool:
        """Whether the sets are proven to be strictly separable."""
        return self.status == SEPARABLE

    @property
    def distance(self) -> float:
        """The distance to report: that of the nearest points found, 0 if the hulls overlap."""
        return self.upper

    @property
    def margin(self) -> float:
        """Distance of either set from the hyperplane, at least."""
        return self.lower / 2


def separate(A: Any, B: Any) -> HullDistance:
    """Decide whether two finite sets are strictly separable, and prove it.

    Args:
        A: (n_a, d) points.
        B: (n_b, d) points.

    Returns:
        The verdict with its witness. The bounds are proven but need not be close: see `hull_distance`.

    Raises:
        InputError: a set is empty, holds NaN or infinite values, or the dimensions differ.
    """
    return _both(A, B, gap=np.inf)


def hull_distance(
    A: Any, B: Any, *, gap: float = 1e-3, warm_start_from: HullDistance | None = None
) -> HullDistance:
    """Compute the distance of the convex hulls of two finite sets.

    Args:
        A: (n_a, d) points.
        B: (n_b, d) points.
        gap: how far the bounds may differ, relative to the upper one.
        warm_start_from: the result for an earlier version of the same rows.

    Returns:
        The distance with its bounds, nearest points and support.

    Raises:
        InputError: a set is empty, holds NaN or infinite values, or the dimensions differ.
    """
    start = None
    if warm_start_from is not None:
        w = warm_start_from
        start = Support(w.rows_a, w.weights_a, w.rows_b, w.weights_b)
    return _both(A, B, gap, start)


def _both(A: Any, B: Any, gap: float, start: Support | None = None) -> HullDistance:
    """Check the sets, move them into one frame, solve, and move the answer back."""
    A, B, gap = checked(A, "A"), checked(B, "B"), checked_gap(gap)
    if A.shape[1] != B.shape[1]:
        raise InputError(f"A has {A.shape[1]} coordinates and B has {B.shape[1]}")
    both = np.concatenate([A, B], dtype=np.float64)
    frame = Frame.around(both)
    cloud, rows = as_given(frame.inside(both)), np.arange(len(both))
    found = solve(PointSet.of(cloud, rows[: len(A)]), PointSet.of(cloud, rows[len(A) :]), gap, start)
    return in_frame(found, frame)


def in_frame(found: HullDistance, frame: Frame) -> HullDistance:
    """Return an answer given in working coordinates in those of the user."""
    return replace(
        found,
        lower=found.lower * frame.unit,
        upper=found.upper * frame.unit,
        offset=float(found.normal @ frame.centre) + found.offset * frame.unit,
        point_a=frame.outside(found.point_a),
        point_b=frame.outside(found.point_b),
    )


def solve(A: PointSet, B: PointSet, gap: float, start: Support | None = None) -> HullDistance:
    """Find the distance of two hulls in working coordinates; an infinite gap asks for the verdict only."""
    centre = (A.mean + B.mean) / 2
    extent = max(A.radius, B.radius, float(np.linalg.norm(A.mean - B.mean)))
    if max(A.reach, B.reach) > FAR * extent:  # rounding there would cost digits
        first = start or _first_guess(A, B)
        near_a, near_b = (PointSet.whole(points_of(of.cloud, of.rows) - centre) for of in (A, B))
        found = _solve(near_a, near_b, extent, gap, first)
        offset = found.offset + float(found.normal @ centre)
        return replace(found, offset=offset, point_a=found.point_a + centre, point_b=found.point_b + centre)
    return _solve(A, B, extent, gap, start or _first_guess(A, B))


def meeting_at(A: PointSet, B: PointSet, row_a: int, row_b: int) -> HullDistance:
    """Return the answer for two sets of which a point of A equals one of B."""
    one = np.ones(1)
    at = Support(np.array([row_a]), one, np.array([row_b]), one)
    nothing = Bounds(at, np.zeros_like(A.mean), 0.0, -np.inf)
    return _judged(A, B, nothing, error=0.0, extent=1.0)


def screen(A: PointSet, B: PointSet, rounds: int) -> tuple[Floats, float, Ints]:
    """Look for a hyperplane for a few rounds.

    Returns:
        The best normal found (d,), of unit length; the margin a point needs to count as on its side; and the
        rows of B nearest to A.
    """
    reach = max(A.reach, B.reach)
    error = rounding(len(A.mean), reach)
    limits = Limits(CLOSE, error, NOTHING, True, BATCH, rounds)
    found = _nearest(A, B, _first_guess(A, B), reach, limits)
    return found.normal / max(float(np.linalg.norm(found.normal)), TINY), error, found.rows[~found.in_a]


def rounding(d: int, reach: float) -> float:
    """Bound the rounding error of the scalar products of a unit vector with points of norm `reach`.

    A product of d terms is off by d eps at most; there is one for either set, and a factor of two in hand.
    The 64 is for what else is rounded, where d is small.
    """
    return float(4 * (d + 64) * np.finfo(float).eps * reach)


def _solve(A: PointSet, B: PointSet, extent: float, gap: float, support: Support) -> HullDistance:
    """Run the compiled method; where its Gram matrix runs out of digits, finish on the points themselves."""
    error = rounding(len(A.mean), max(A.reach, B.reach))
    limits = Limits(min(gap, CLOSE), error, GRAM * extent, bool(np.isinf(gap)), BATCH, ROUNDS)
    found = _nearest(A, B, support, max(A.size, B.size), limits)
    bounds = Bounds(_support_of(found), found.normal, found.middle, found.lower)
    if found.lower <= error or found.lower < (1 - gap) * found.upper:
        steps = 4 * (len(A.mean) + 2)
        bounds = refine(A, B, bounds, Precision(gap, COMMON * extent, error, steps))
    return _judged(A, B, bounds, error, extent)


def _nearest(A: PointSet, B: PointSet, support: Support, size: float, limits: Limits) -> Found:
    """Run the compiled method from a support."""
    weights = np.concatenate([support.weights_a, support.weights_b])
    return nearest(A.side, B.side, Start(support.rows_a, support.rows_b, weights), size**2 or 1.0, limits)


def _support_of(found: Found) -> Support:
    a, b = found.in_a, ~found.in_a
    return Support(found.rows[a], found.weights[a], found.rows[b], found.weights[b])


def _first_guess(A: PointSet, B: PointSet) -> Support:
    """Start from the foremost point of either set along the line of the means, with the next ones at hand."""
    direction = A.mean - B.mean
    rows_a, rows_b = _foremost(A.scores(direction)), _foremost(B.scores(-direction))
    return Support(rows_a, _first_of(len(rows_a)), rows_b, _first_of(len(rows_b)))


def _foremost(scores: Floats) -> Ints:
    """Return where the lowest few scores are, in order."""
    some = np.argpartition(scores, FIRST)[:FIRST] if len(scores) > FIRST else np.arange(len(scores))
    return some[np.argsort(scores[some], kind="stable")]


def _first_of(size: int) -> Floats:
    """Return weights of which the first has it all."""
    weights = np.zeros(size)
    weights[0] = 1.0
    return weights


def _judged(A: PointSet, B: PointSet, found: Bounds, error: float, extent: float) -> HullDistance:
    """State what the bounds prove; a hyperplane comes first, being proof whatever the points say."""
    support, lower = found.support, found.lower
    a, b = support.weights_a @ A.at(support.rows_a), support.weights_b @ B.at(support.rows_b)
    upper = float(np.linalg.norm(a - b))
    length = max(float(np.linalg.norm(found.normal)), TINY)
    status = UNDECIDED
    if lower > error:
        status = SEPARABLE
    elif upper <= COMMON * extent:
        status = OVERLAPPING
    return HullDistance(
        status,
        lower=lower - error if status == SEPARABLE else 0.0,
        upper=0.0 if status == OVERLAPPING else upper,
        normal=found.normal / length,
        offset=found.middle / length,
        rows_a=support.rows_a,
        weights_a=support.weights_a,
        rows_b=support.rows_b,
        weights_b=support.weights_b,
        point_a=a,
        point_b=b,
        residual=upper / extent if extent > 0 else 0.0,
    )
