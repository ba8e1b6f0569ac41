"""Which hull is nearest to a point."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from joblib import effective_n_jobs
from threadpoolctl import threadpool_limits

from fbert.directprobe.arrays import Floats, Ints
from fbert.directprobe.solver.hull import solve
from fbert.directprobe.solver.points import PointSet

GAP = 1e-6


def nearest_hulls(hulls: Sequence[PointSet], points: Floats, n_jobs: int | None) -> Ints:
    """Return the number of the nearest hull for each of (m, d) points; of those equally near, the first."""
    means = np.stack([hull.mean for hull in hulls])
    radii = np.array([hull.radius for hull in hulls])

    def one(point: Floats) -> int:
        return _nearest(hulls, PointSet.whole(point[None]), np.linalg.norm(means - point, axis=1) - radii)

    with threadpool_limits(1, "blas"), ThreadPoolExecutor(effective_n_jobs(n_jobs)) as pool:
        return np.array(list(pool.map(one, points)), dtype=np.int64)


def hull_distances(hulls: Sequence[PointSet], points: Floats, n_jobs: int | None) -> Floats:
    """Return the (m, K) distances of (m, d) points to K hulls."""

    def one(point: Floats) -> list[float]:
        return [solve(PointSet.whole(point[None]), hull, GAP).upper for hull in hulls]

    with threadpool_limits(1, "blas"), ThreadPoolExecutor(effective_n_jobs(n_jobs)) as pool:
        return np.array(list(pool.map(one, points)))


def _nearest(hulls: Sequence[PointSet], point: PointSet, at_least: Floats) -> int:
    """Try hulls in the order of a lower bound of their distance, until it exceeds the best distance found."""
    best, found = np.inf, len(hulls)
    for number in np.argsort(at_least, kind="stable"):
        if at_least[number] > best * (1 + GAP):
            break
        distance = solve(point, hulls[number], GAP).upper
        close = abs(distance - best) <= 2 * GAP * best
        if (number < found) if close else (distance < best):
            best, found = min(best, distance), int(number)
    return found
