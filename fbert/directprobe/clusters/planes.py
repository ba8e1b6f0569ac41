"""Hyperplanes between two labels, kept with where every cluster lies along each.

A hull that has grown a little is still parted from most others by the plane that parted it before. Along the
normal of a plane, all that counts of a cluster is its foremost point, and that of a merge is the foremost of
both. So a plane that was paid for with one product of all points is asked again for any two clusters, however
large, by one sum.

Example, on a line: a at 1, 4 and 9, b at 5 and 7, and the normal that points to a. The least products of a's
points are 1, 4 and 9, those of b's turned round are -5 and -7. Point 9 is clear of either point of b, since
9 - 5 and 9 - 7 are above zero; the merge of 4 and 9 has 4, and is clear of none, as 4 - 5 is below.
"""

from __future__ import annotations

import numpy as np

from fbert.directprobe.arrays import Floats, Ints
from fbert.directprobe.clusters.linkage import Linkage, foremost_of_merges
from fbert.directprobe.solver.kernel import compiled


class Planes:
    """The planes kept between the clusters of two labels; that which was of use least lately makes room."""

    def __init__(self, upper: Linkage, lower: Linkage, error: float, room: int) -> None:
        """Begin with none.

        Args:
            upper: the clusters of the label that normals point to.
            lower: those of the other.
            error: what rounding may add to the products of either side.
            room: how many planes are kept.
        """
        self._sides = (upper, lower)
        self._ends = (upper.ends(room), lower.ends(room))
        self._error = error
        self.n_points = upper.n_points + lower.n_points
        self._used = np.zeros(room, dtype=np.int64)
        self._clock = 0

    def add(self, normal: Floats) -> None:
        """Keep the plane with this normal (d,), which points from the lower label to the upper one."""
        k = int(self._used.argmin())
        self._clock += 1
        self._used[k] = self._clock
        for linkage, ends, sign in zip(self._sides, self._ends, (1.0, -1.0), strict=True):
            m = linkage.n_points
            ends[k, :m] = linkage.points.scores(sign * normal)
            foremost_of_merges(ends[k], linkage.parts, m, linkage.count)

    def unparted(self, of_lower: bool, place: int, candidates: Ints) -> Ints:
        """Return those of one label's clusters that no plane parts from a cluster of the other label.

        Args:
            of_lower: whether the candidates are of the lower label.
            place: of the cluster, in the linkage of its label.
            candidates: places in the linkage of the other.
        """
        ends, others = self._ends if of_lower else self._ends[::-1]
        order = np.argsort(-self._used)
        self._clock += 1
        return _unparted(ends[:, place], others, candidates, self._error, order, self._used, self._clock)


@compiled
def _unparted(
    ends: Floats, others: Floats, candidates: Ints, error: float, order: Ints, used: Ints, now: int
) -> Ints:
    """Return the candidates that no plane parts, and note when a plane was of use."""
    left, count = candidates.copy(), candidates.shape[0]
    for k in order:
        kept = 0
        for t in range(count):
            if ends[k] + others[k, left[t]] <= error:
                left[kept] = left[t]
                kept += 1
        if kept < count:
            used[k] = now
        count = kept
        if count == 0:
            break
    return left[:count]
