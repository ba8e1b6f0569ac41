"""Two point sets: are their hulls disjoint, how far are they apart, and what proves it.

The three verdicts are those of docs/method.md, DirectProbe; `kernel` says why its bounds are bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fbert.directprobe.arrays import Floats, Ints
from fbert.directprobe.solver.kernel import Answers, Limits, Programs, nearest
from fbert.directprobe.solver.points import (
    FAR,
    Frame,
    PointSet,
    as_given,
    checked,
    checked_gap,
    points_of,
    sets_of,
)
from fbert.directprobe.solver.refine import TINY, Bounds, Precision, refine
from fbert.directprobe.solver.support import Support, carried_by, support_of
from fbert.errors import InputError

SEPARABLE, OVERLAPPING, UNDECIDED = "separable", "overlapping", "undecided"
COMMON = 1e-10  # two points closer than this, relative to the extent of the sets, are one
GRAM = 1e-7  # below this, relative to the extent of the sets, the Gram matrix knows no distance
NOTHING = 1e-8  # what a glance at a crowd takes for distance 0 (working coordinates are at most one)
CLOSE = 1e-3  # the compiled method goes on to this relative gap, whatever larger one is asked for
BATCH = 20  # points of either side that join the working set in a round
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
    def support(self) -> Support:
        """The points that carry the answer, with their weights."""
        return Support(self.rows_a, self.weights_a, self.rows_b, self.weights_b)

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
    return _both(A, B, gap, None if warm_start_from is None else warm_start_from.support)


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
    extent = float(extent_of(A.radius, B.radius, A.mean - B.mean))
    if max(A.reach, B.reach) > FAR * extent:  # rounding there would cost digits
        near_a, near_b = (PointSet.whole(points_of(of.cloud, of.rows) - centre) for of in (A, B))
        found = _solve(near_a, near_b, extent, gap, start)
        offset = found.offset + float(found.normal @ centre)
        return replace(found, offset=offset, point_a=found.point_a + centre, point_b=found.point_b + centre)
    return _solve(A, B, extent, gap, start)


def meeting_at(A: PointSet, B: PointSet, row_a: int, row_b: int) -> HullDistance:
    """Return the answer for two sets of which a point of A equals one of B."""
    one = np.ones(1)
    at = Support(np.array([row_a]), one, np.array([row_b]), one)
    nothing = Bounds(at, np.zeros_like(A.mean), 0.0, -np.inf)
    return _judged(A, B, nothing, error=0.0, extent=1.0)


def refined(A: PointSet, B: PointSet, known: Bounds, extent: float, gap: float) -> HullDistance:
    """Return the answer for two sets from what the compiled method knows, finished on the points themselves.

    For pairs of which `is_close` says that it ended for want of digits.
    """
    error = float(rounding(len(A.mean), max(A.reach, B.reach)))
    steps = 4 * (len(A.mean) + 2)
    bounds = refine(A, B, known, Precision(gap, COMMON * extent, error, steps))
    return _judged(A, B, bounds, error, extent)


def screen(A: PointSet, B: PointSet, rounds: int) -> tuple[Floats, float, Ints]:
    """Look for a hyperplane for a few rounds.

    Returns:
        The best normal found (d,), of unit length; the margin a point needs to count as on its side; and the
        rows of B nearest to A.
    """
    reach = max(A.reach, B.reach)
    error = float(rounding(len(A.mean), reach))
    limits = Limits(CLOSE, error, NOTHING, True, BATCH, rounds)
    found, _ = _nearest(A, B, None, float(lift_of(reach)), limits)
    return found.normal / max(float(np.linalg.norm(found.normal)), TINY), error, found.support.rows_b


def answers_for(p: int, d: int) -> Answers:
    """Return room for the answers of p pairs of sets of d coordinates."""
    return Answers(np.zeros(p), np.zeros(p), *(np.zeros((p, d)) for _ in range(3)))


def limits_of(gap: float, error: float, zero: float) -> Limits:
    """Return when the compiled method ends; an infinite gap between the bounds asks for verdicts."""
    return Limits(min(gap, CLOSE), error, zero, bool(np.isinf(gap)), BATCH, ROUNDS)


def extent_of(radius_a: Any, radius_b: Any, apart: Floats) -> Any:
    """Return the extent of two sets from their radii and the difference of their means (d,), or of many."""
    return np.maximum(np.maximum(radius_a, radius_b), np.linalg.norm(apart, axis=-1))


def lift_of(size: Any) -> Any:
    """Return the lift for two sets of which no point is further from the origin, by much, or for many."""
    square = np.square(size)
    return np.where(square > 0, square, 1.0)


def is_close(lower: Any, upper: Any, error: Any, gap: float) -> Any:
    """Return whether bounds prove two sets, or many, to be apart and are close enough."""
    return (lower > error) & (lower >= max(1 - gap, 0.0) * upper)


def status_of(lower: float, upper: float, error: float, extent: float) -> str:
    """Return what bounds prove; a hyperplane comes first, being proof whatever the points say."""
    if lower > error:
        return SEPARABLE
    return OVERLAPPING if upper <= COMMON * extent else UNDECIDED


def rounding(d: int, reach: Any) -> Any:
    """Bound the rounding error of the scalar products of a unit vector with points of norm `reach`.

    A product of d terms is off by d eps at most; there is one for either set, and a factor of two in hand.
    The 64 is for what else is rounded, where d is small.
    """
    return 4 * (d + 64) * np.finfo(float).eps * reach


def _solve(A: PointSet, B: PointSet, extent: float, gap: float, start: Support | None) -> HullDistance:
    """Run the compiled method; where its Gram matrix runs out of digits, finish on the points themselves."""
    error = float(rounding(len(A.mean), max(A.reach, B.reach)))
    limits = limits_of(gap, error, GRAM * extent)
    bounds, upper = _nearest(A, B, start, float(lift_of(max(A.size, B.size))), limits)
    if is_close(bounds.lower, upper, error, gap):
        return _judged(A, B, bounds, error, extent)
    return refined(A, B, bounds, extent, gap)


def _nearest(
    A: PointSet, B: PointSet, start: Support | None, lift: float, limits: Limits
) -> tuple[Bounds, float]:
    """Run the compiled method for a pair; return what it found, and the distance of the points."""
    answers = answers_for(1, len(A.mean))
    one, zero = np.zeros(1, np.int64), np.zeros((1, 2), np.int64)
    programs = Programs(one, zero, *(np.array([value]) for value in (lift, limits.error, limits.zero)))
    carried = nearest(sets_of([A]), sets_of([B]), programs, carried_by(start), limits, answers)
    middle, lower = float(answers.middle[0]), float(answers.lower[0])
    bounds = Bounds(support_of(carried, 0), answers.normals[0], middle, lower)
    return bounds, float(np.linalg.norm(answers.points_a[0] - answers.points_b[0]))


def _judged(A: PointSet, B: PointSet, found: Bounds, error: float, extent: float) -> HullDistance:
    """State what the bounds prove."""
    support, lower = found.support, found.lower
    a, b = support.weights_a @ A.at(support.rows_a), support.weights_b @ B.at(support.rows_b)
    upper = float(np.linalg.norm(a - b))
    length = max(float(np.linalg.norm(found.normal)), TINY)
    status = status_of(lower, upper, error, extent)
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
