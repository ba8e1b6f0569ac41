"""The distances of many pairs of hulls at once, on as many threads as wanted, each pair alone on one.

The pairs go through the compiled method a bundle at a time. What it leaves open, for want of digits or since
two sets are far from the origin, is solved as `hull` solves a pair alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from joblib import effective_n_jobs
from threadpoolctl import threadpool_limits

from fbert.directprobe.arrays import Ints
from fbert.directprobe.solver.distances import HullDistances
from fbert.directprobe.solver.hull import (
    GRAM,
    OVERLAPPING,
    SEPARABLE,
    HullDistance,
    answers_for,
    extent_of,
    is_close,
    lift_of,
    limits_of,
    refined,
    rounding,
    solve,
    status_of,
)
from fbert.directprobe.solver.kernel import Carried, Programs, nearest
from fbert.directprobe.solver.points import FAR, PointSet, sets_of
from fbert.directprobe.solver.refine import TINY, Bounds
from fbert.directprobe.solver.support import Support, carried_by, support_of

Pair = tuple[int, int]
Progress = Callable[[str, int, int], None]
BUNDLE = 10_000  # points of the pairs that are solved in one call


def solve_pairs(
    sets: Sequence[PointSet],
    pairs: Sequence[Pair],
    gap: float,
    start: Carried | None = None,
    n_jobs: int | None = None,
    progress: Progress | None = None,
    known: Mapping[Pair, HullDistance] | None = None,
) -> HullDistances:
    """Solve pairs of sets of points of one cloud, the largest first, so that no thread is left with one.

    Args:
        sets: the sets.
        pairs: pairs of their numbers, in the order in which the answers are given.
        gap: how far the bounds may differ, relative to the upper one; infinite for verdicts only.
        start: where the program of each pair starts from; nothing for where there is no better place.
        n_jobs: number of threads, as in scikit-learn.
        progress: called as progress("distances", done, total), or nothing.
        known: answers for some of the pairs, which are not solved.
    """
    known = known or {}
    run = _Run(sets, pairs, gap, start)
    for i, pair in enumerate(pairs):
        if pair in known:
            run.found[i] = known[pair]
    bundles, carried = run.bundles(), []
    # One thread for each product: its rounding would depend on their number.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(effective_n_jobs(n_jobs)) as pool:
        done = 0
        for bundle, some in zip(bundles, pool.map(run.solve, bundles), strict=True):
            carried.append(some)
            done += len(bundle)
            if progress is not None:
                progress("distances", done, len(pairs) - len(known))
    return run.distances(carried)


class _Run:
    """Pairs on their way: what is known of each stands in its row. Bundles of pairs share no row."""

    def __init__(
        self, sets: Sequence[PointSet], pairs: Sequence[Pair], gap: float, start: Carried | None
    ) -> None:
        self.sets, self.gap = sets, gap
        self.pairs = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        self.radii = np.array([one.radius for one in sets])
        self.reaches = np.array([one.reach for one in sets])
        self.sizes = np.array([one.size for one in sets])
        self.counts = np.array([len(one) for one in sets])
        self.together = sets_of(sets)
        p, d = len(pairs), len(sets[0].mean)
        nowhere = np.zeros(p, np.int64)
        self.start = start or Carried(nowhere, nowhere, *carried_by(None)[2:])
        self.extent, self.error, self.upper = np.ones(p), np.zeros(p), np.zeros(p)
        self.answers = answers_for(p, d)
        self.found: dict[int, HullDistance] = {}

    def bundles(self) -> list[Ints]:
        """Return the rows of the pairs that are to be solved, in bundles of about as many points."""
        rows = np.setdiff1d(np.arange(len(self.pairs)), list(self.found))
        points = self.counts[self.pairs[rows]].sum(axis=1)
        largest_first = np.argsort(-points, kind="stable")
        bundle = np.cumsum(points[largest_first]) // BUNDLE
        return np.split(rows[largest_first], np.flatnonzero(np.diff(bundle)) + 1) if len(rows) else []

    def solve(self, rows: Ints) -> tuple[Ints, Carried]:
        """Solve the pairs of some rows; return those that the compiled method took, and their supports."""
        a, b = self.pairs[rows].T
        means, reach = self.together.means, np.maximum(self.reaches[a], self.reaches[b])
        extent = extent_of(self.radii[a], self.radii[b], means[a] - means[b])
        self.extent[rows], self.error[rows] = extent, rounding(means.shape[1], reach)
        is_near = reach <= FAR * extent
        for i in rows[~is_near].tolist():
            self.found[i] = solve(*self._sets_of(i), self.gap, self._start_of(i))
        near = rows[is_near]
        lift = lift_of(np.maximum(self.sizes[a], self.sizes[b]))[is_near]
        programs = Programs(near, self.pairs[near], lift, self.error[near], GRAM * self.extent[near])
        limits = limits_of(self.gap, error=0.0, zero=0.0)
        carried = nearest(self.together, self.together, programs, self.start, limits, self.answers)
        self._finish(near, carried)
        return near, carried

    def _finish(self, rows: Ints, carried: Carried) -> None:
        """Look at what the compiled method found, and go on where it left something open."""
        answers = self.answers
        self.upper[rows] = np.linalg.norm(answers.points_a[rows] - answers.points_b[rows], axis=1)
        done = is_close(answers.lower[rows], self.upper[rows], self.error[rows], self.gap)
        for k in np.flatnonzero(~done).tolist():
            i = int(rows[k])
            normal, middle, lower = answers.normals[i], float(answers.middle[i]), float(answers.lower[i])
            known = Bounds(support_of(carried, k), normal, middle, lower)
            self.found[i] = refined(*self._sets_of(i), known, float(self.extent[i]), self.gap)

    def distances(self, carried: list[tuple[Ints, Carried]]) -> HullDistances:
        """Return what was found."""
        answers, error, extent = self.answers, self.error, self.extent
        status = np.array(
            [status_of(*bounds) for bounds in zip(answers.lower, self.upper, error, extent, strict=True)],
            dtype="<U11",
        )
        length = np.maximum(np.linalg.norm(answers.normals, axis=1), TINY)
        answers.normals[:] /= length[:, None]
        result = HullDistances(
            range(len(self.sets)),
            self.pairs,
            status,
            lower=np.where(status == SEPARABLE, answers.lower - error, 0.0),
            upper=np.where(status == OVERLAPPING, 0.0, self.upper),
            offset=answers.middle / length,
            residual=np.divide(self.upper, extent, out=np.zeros_like(extent), where=extent > 0),
            normals=answers.normals,
            points_a=answers.points_a,
            points_b=answers.points_b,
            carried=self._supports(carried),
        )
        for i, one in self.found.items():
            result.status[i], result.lower[i], result.upper[i] = one.status, one.lower, one.upper
            result.offset[i], result.residual[i], result.normals[i] = one.offset, one.residual, one.normal
            result.points_a[i], result.points_b[i] = one.point_a, one.point_b
        return result

    def _supports(self, carried: list[tuple[Ints, Carried]]) -> Carried:
        """Return what carries the answer of each row: what came of a bundle, or of a pair on its own."""
        alone = [(np.array([i]), carried_by(one.support)) for i, one in sorted(self.found.items())]
        parts = [*carried, *alone]
        first, last = np.zeros((2, len(self.pairs)), np.int64)
        used = 0
        for rows, part in parts:
            first[rows], last[rows] = part.first + used, part.last + used
            used += len(part.places)
        if not parts:
            return self.start
        columns = zip(*(part[2:] for _, part in parts), strict=True)
        return Carried(first, last, *map(np.concatenate, columns))

    def _sets_of(self, i: int) -> tuple[PointSet, PointSet]:
        a, b = self.pairs[i].tolist()
        return self.sets[a], self.sets[b]

    def _start_of(self, i: int) -> Support | None:
        return support_of(self.start, i) if self.start.last[i] > self.start.first[i] else None
