"""The last digits of a nearest point: the same active-set method, on the points instead of their Gram matrix.

A Gram matrix squares the condition of the problem: it cannot tell a distance below about 1e-8 of the extent
of the sets from none. An orthogonal factor of the active points can; it is updated as they come and go. The
normal is made orthogonal to all differences of active points on its own, since the difference of two nearest
points that nearly agree is mostly rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr, qr_delete, qr_insert
from scipy.linalg.lapack import dtrtrs

from fbert.directprobe.arrays import Floats
from fbert.directprobe.solver.points import PointSet
from fbert.directprobe.solver.support import Support

PATIENCE = 30  # steps in which the gap must shrink: rounding may leave nothing to gain
SHRUNK = 0.999  # what a gap that shrank is at most, as a share of the least one before
AHEAD = 100  # a point lies ahead if it does so by more than the rounding error over this
PASSES = 3  # of orthogonalisation; each removes what rounding left in the one before
TINY = np.finfo(float).tiny
SPANNED = 1e-6  # what is left of a unit vector that the active points span
DEPENDENT = 1e-12  # a point this close to the span of the active ones adds nothing
_ONES = np.ones(2)


@dataclass(frozen=True)
class Bounds:
    """What is known of the distance of two hulls.

    Attributes:
        support: the nearest points found.
        normal: (d,) normal of the best hyperplane, of any length.
        middle: its product with the points midway between the sets.
        lower: the lower bound it gives, negative if it does not separate.
    """

    support: Support
    normal: Floats
    middle: float
    lower: float


@dataclass(frozen=True)
class Precision:
    """When to stop.

    Attributes:
        gap: relative gap at which the bounds are close enough.
        common: two points this close are one.
        error: a lower bound counts only above this.
        steps: give up after so many.
    """

    gap: float
    common: float
    error: float
    steps: int


def refine(A: PointSet, B: PointSet, known: Bounds, precision: Precision) -> Bounds:
    """Improve a nearest point until it is common, or its hyperplane is proof, or nothing more can be gained.

    Args:
        A: one set.
        B: the other.
        known: where to start.
        precision: when to stop.

    Returns:
        The support reached and the best hyperplane.
    """
    active = _Active(A, B, known.support)
    normal, middle, lower = known.normal, known.middle, known.lower
    least, idle = np.inf, 0
    for _ in range(precision.steps):
        w = active.minimise()
        upper = float(np.linalg.norm(w))
        if upper <= precision.common:
            break
        direction = active.orthogonal(w)
        scores_a, scores_b = A.scores(direction), B.scores(-direction)
        bound = float(scores_a.min() + scores_b.min())
        if bound > lower:
            normal, middle, lower = direction, float(scores_a.min() - scores_b.min()) / 2, bound
        if lower > precision.error and lower >= (1 - precision.gap) * upper:
            break
        idle = idle + 1 if upper - lower > SHRUNK * least else 0
        least = min(least, upper - lower)
        if idle > PATIENCE or not active.enter(scores_a, scores_b, precision.error):
            break
    return Bounds(active.support(), normal, middle, lower)


class _Active:
    """The active points, the weights they carry and their orthogonal factor.

    Each is a column (z, s, 0) for A or (-z, 0, s) for B, with a constant s that stands for "the weights of
    either side sum to one". Their matrix is q @ r.
    """

    q: Floats
    r: Floats

    def __init__(self, A: PointSet, B: PointSet, support: Support) -> None:
        self.sets = (A, B)
        self.side = np.repeat([0, 1], [len(support.rows_a), len(support.rows_b)])
        self.rows = np.concatenate([support.rows_a, support.rows_b])
        self.weights = np.concatenate([support.weights_a, support.weights_b])
        self.scale = float(np.abs(A.at(support.rows_a)).max() + np.abs(B.at(support.rows_b)).max()) or 1.0
        columns = self._columns()
        while columns.shape[1] > columns.shape[0]:
            self._drop_one(columns)
            columns = self._columns()
        self.q, self.r = qr(columns, mode="economic", check_finite=False)

    def _columns(self) -> Floats:
        columns = np.zeros((len(self.rows), len(self.sets[0].mean) + 2))
        for side, points in enumerate(self.sets):
            here = self.side == side
            columns[here, :-2] = (1 - 2 * side) * points.at(self.rows[here])
            columns[here, side - 2] = self.scale
        return columns.T

    def _drop_one(self, columns: Floats) -> None:
        """Drop a point of more than d + 2 without moving either combination (Caratheodory).

        So many columns depend on one another: along a vector that they map to nothing, weights may change
        until the first is zero.
        """
        along = np.linalg.svd(columns)[2][-1]
        along = along if (along > 0).any() else -along
        room = np.full(len(along), np.inf)
        room[along > 0] = self.weights[along > 0] / along[along > 0]
        place = int(room.argmin())
        self.weights = np.maximum(self.weights - room[place] * along, 0.0)
        self._remove(place)

    def minimise(self) -> Floats:
        """Go to the nearest points of the active points' hulls; return their difference (d,)."""
        while True:
            target = self._affine_minimiser()
            falling = target <= 0
            if not falling.any():
                self.weights = target
                return self._difference()
            room = np.full(len(target), np.inf)
            room[falling] = self.weights[falling] / (self.weights - target + TINY)[falling]
            self.weights = self.weights + float(room.min()) * (target - self.weights)
            self._leave(int(room.argmin()))

    def orthogonal(self, w: Floats) -> Floats:
        """Return w with length one, turned so that it scores all active points of a side the same."""
        products = self.r.T @ (self.q[:-2].T @ w)
        level = np.array([products[self.side == side].mean() for side in (0, 1)])
        u: Floats = np.concatenate([w, -level / self.scale]) / np.linalg.norm(w)
        for _ in range(PASSES):
            u -= self.q @ (self.q.T @ u)
            length = np.linalg.norm(u[:-2])
            if length <= SPANNED:
                return w / np.linalg.norm(w)
            u /= length
        return u[:-2]

    def enter(self, scores_a: Floats, scores_b: Floats, error: float) -> bool:
        """Let the point in that lies furthest before the active ones of its side; False if none does."""
        scores = (scores_a, scores_b)
        foremost = [int(s.argmin()) for s in scores]
        ahead = [float(s[self.rows[self.side == i]].mean() - s[foremost[i]]) for i, s in enumerate(scores)]
        side = int(np.argmax(ahead))
        column = self._column(foremost[side], side)
        away = column - self.q @ (self.q.T @ column)
        if ahead[side] <= error / AHEAD or np.linalg.norm(away) <= DEPENDENT * self.scale:
            return False
        self._factor(*qr_insert(self.q, self.r, column, len(self.rows), which="col", check_finite=False))
        self.rows, self.side = np.append(self.rows, foremost[side]), np.append(self.side, side)
        self.weights = np.append(self.weights, 0.0)
        return True

    def support(self) -> Support:
        """Return the active points with their weights, which sum to one exactly as far as rounding allows."""
        a, b = self.side == 0, self.side == 1
        w = self.weights
        return Support(self.rows[a], w[a] / w[a].sum(), self.rows[b], w[b] / w[b].sum())

    def _affine_minimiser(self) -> Floats:
        """Return the weights that sum to one on either side and are stationary, whatever their sign."""
        sides = np.empty((len(self.side), 2), order="F")
        sides[:, 0], sides[:, 1] = self.side == 0, self.side == 1
        y = _triangular(self.r, sides, transposed=True)
        levels = np.linalg.solve(y.T @ y, _ONES)
        weights: Floats = _triangular(self.r, y @ levels)
        return weights

    def _leave(self, place: int) -> None:
        self._factor(*qr_delete(self.q, self.r, place, which="col", check_finite=False))
        self._remove(place)

    def _remove(self, place: int) -> None:
        self.rows, self.side, self.weights = (
            np.concatenate((of[:place], of[place + 1 :])) for of in (self.rows, self.side, self.weights)
        )

    def _factor(self, q: Floats, r: Floats) -> None:
        """Keep the economic factor; from a square one SciPy makes a full one."""
        self.q, self.r = q[:, : r.shape[1]], r[: r.shape[1]]

    def _column(self, row: int, side: int) -> Floats:
        point = self.sets[side].at(np.array([row]))[0]
        ends = [0.0, 0.0]
        ends[side] = self.scale
        return np.concatenate([-point if side else point, ends])

    def _difference(self) -> Floats:
        lifted: Floats = self.q @ (self.r @ self.weights)
        return lifted[:-2]


def _triangular(r: Floats, right: Floats, transposed: bool = False) -> Floats:
    """Solve r x = right for an upper triangle, or with its transpose.

    By LAPACK itself: SciPy's function around it takes several times as long for so few points.
    """
    found: Floats
    found, fault = dtrtrs(r, right, trans=int(transposed))
    if fault:
        raise np.linalg.LinAlgError("active points that depend on one another")
    return found
