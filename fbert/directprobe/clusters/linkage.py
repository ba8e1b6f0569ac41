"""Centroid linkage inside one label: which two clusters come next, without a distance matrix.

Every cluster remembers the nearest of the clusters created before it, so that each pair is in the care of
its later one, and the least of all remembered distances is that of the closest pair. A new cluster looks
once at all before it. The clusters before an old one only become fewer, by merges and refusals, so the
distance it remembers is a lower bound even when that neighbour is gone or refused: it needs to look again
only when it is about to be chosen. Memory is that of the centres. (Generic linkage in the manner of D.
Müllner, Modern hierarchical, agglomerative clustering algorithms, 2011.)

Example, on a line: clusters 0, 1 and 2 at 0, 1 and 3. Cluster 1 remembers 0, at the squared distance 1, and
cluster 2 remembers 1, at 4. The first two merge to cluster 3 at 0.5, which looks and remembers 2, at 6.25.
Now the least is the 4 of cluster 2, whose neighbour is gone: it looks again, finds nobody left before it,
and the closest pair is 3 with 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fbert.directprobe.arrays import Flags, Floats, Ints
from fbert.directprobe.clusters.glance import (
    DIRECTIONS,
    DISTANT,
    FIRST,
    TIE,
    Glance,
    Projections,
    balls_reached,
    nearest_among,
    neighbours_before,
)
from fbert.directprobe.solver.kernel import compiled, write_points
from fbert.directprobe.solver.points import PointSet

NEVER = np.iinfo(np.int64).max
LARGE, KEPT = 32, 8  # distances are kept for clusters of so many points, the last so many of a label
NOTHING: Floats = np.empty(0)


@compiled
def foremost_of_merges(ends: Floats, parts: Ints, first: int, last: int) -> None:
    """Write for each merge, from its two parts, the least product of its points with a normal."""
    for place in range(first, last):
        ends[place] = min(ends[parts[place, 0]], ends[parts[place, 1]])


@dataclass(frozen=True)
class Merge:
    """Two clusters of one label that may become one.

    Attributes:
        distance: squared distance of their centres.
        low, high: their numbers.
        a, b: their places in the linkage of their label.
    """

    distance: float
    low: int
    high: int
    a: int
    b: int


class Linkage:
    """The clusters of one label, with the closest two at hand.

    A cluster has a place, in order of creation within the label, and a number, in order of creation overall.
    Its ball, around its centre, holds all its points: that of a merge holds the balls of both.
    """

    def __init__(self, points: PointSet, numbers: Ints, frozen: Flags, glance: Glance) -> None:
        """Start with one cluster per point.

        Args:
            points: the m points.
            numbers: (m,) increasing.
            frozen: (m,) points that merge with nothing.
            glance: where points differ most.
        """
        m = self.n_points = len(points)
        self.points, self.glance = points, glance
        self.centres = np.zeros((max(2 * m - 1, 1), len(points.mean)))
        write_points(points.cloud, points.rows, self.centres[:m])
        self.sizes = np.ones(len(self.centres), dtype=np.int64)
        self.numbers = np.zeros(len(self.centres), dtype=np.int64)
        self.numbers[:m] = numbers
        self.active = np.zeros(len(self.centres), dtype=bool)
        self.active[:m] = ~frozen
        self.count = m
        self.radii = np.zeros(len(self.centres))
        nowhere = np.zeros((len(self.centres), DIRECTIONS), np.float32)
        self._near = Projections(nowhere[:, :FIRST].copy(), nowhere[:, FIRST:].copy())
        self._project(0, m)
        self._into = np.full(len(self.centres), NEVER)
        self.parts = np.zeros((len(self.centres), 2), dtype=np.int64)
        self._ends: list[Floats] = []
        self._bounds: dict[int, Floats] = {}
        self.refused: dict[int, set[int]] = {}
        self._nobody = np.zeros(len(self.centres), dtype=bool)
        self._nobody[:m] = frozen
        self._neighbour = np.full(len(self.centres), -1, dtype=np.int64)
        self._distance = np.full(len(self.centres), np.inf)
        self._history: list[tuple[int, int, dict[int, tuple[int, float]]]] = []
        self._looked: dict[int, tuple[int, float]] = {}
        neighbours_before(
            self.centres, self._near, m, self._nobody, glance.slack, self._neighbour, self._distance
        )

    def closest(self) -> Merge | None:
        """Return the two clusters to merge next, or None if every pair is refused."""
        while True:
            distance = self._distance[: self.count]
            least = distance.min(initial=np.inf)
            if not np.isfinite(least):
                return None
            tied = np.flatnonzero(distance <= least * (1 + TIE))
            stale = [i for i in tied.tolist() if not self._valid(i)]
            if not stale:
                return min((self._merge(i) for i in tied.tolist()), key=lambda merge: (merge.low, merge.high))
            for i in stale:
                self._look(i)

    def merge(self, merge: Merge, number: int) -> None:
        """Make one cluster of two; refusals pass on, as a hull that grows stays in conflict."""
        a, b, new = merge.a, merge.b, self.count
        self.sizes[new] = self.sizes[a] + self.sizes[b]
        self.centres[new] = (self.sizes[a] * self.centres[a] + self.sizes[b] * self.centres[b]) / self.sizes[
            new
        ]
        self._project(new, new + 1)
        self.radii[new] = self._radius(merge)
        self.numbers[new] = number
        self._into[[a, b]] = number
        self.parts[new] = a, b
        for ends in self._ends:
            np.minimum(ends[:, a], ends[:, b], out=ends[:, new])
        self._history.append((a, b, self._looked))
        self._looked = {a: self._remembered(a), b: self._remembered(b)}
        self._retire(a)
        self._retire(b)
        for other in self.refused.get(a, set()) | self.refused.get(b, set()):
            if self.active[other]:
                self._refuse(other, new)
        self.active[new] = True
        self.count += 1
        self._look(new)

    @property
    def latest(self) -> Floats:
        """The centre (d,) of the last merge."""
        centre: Floats = self.centres[self.count - 1]
        return centre

    def undo(self) -> None:
        """Take the last merge back, and all that was looked up since."""
        self.count -= 1
        new = self.count
        self.active[new] = False
        self._bounds.pop(new, None)
        self._distance[new] = np.inf
        for other in self.refused.pop(new, set()):
            self.refused[other].discard(new)
        for i, (neighbour, distance) in self._looked.items():
            if i != new:
                self._neighbour[i], self._distance[i] = neighbour, distance
        a, b, self._looked = self._history.pop()
        self.active[a] = self.active[b] = True
        self._into[[a, b]] = NEVER

    def ends(self, room: int) -> Floats:
        """Return an array (room, places) in which each merge gets the lesser of the entries of its parts."""
        self._ends.append(np.full((room, len(self.centres)), -np.inf))
        return self._ends[-1]

    def present(self, ahead: int) -> Ints:
        """Return the places of the clusters there are once those with numbers below `ahead` are made."""
        made, into = self.numbers[: self.count], self._into[: self.count]
        return np.flatnonzero((made < ahead) & (into >= ahead))

    def reached(self, other: Linkage, place: int, candidates: Ints, error: float) -> Ints:
        """Return those of some of this label's clusters whose balls meet that of another label's cluster.

        Args:
            other: the linkage of the other label.
            place: the cluster's place there.
            candidates: places here.
            error: balls this close count as meeting.
        """
        reached = balls_reached(
            self.centres,
            self._near,
            self.radii,
            candidates,
            other.centres[place],
            other._near,
            place,
            other.radii[place] + error,
            self.glance.slack,
        )
        return candidates[reached]

    def refuse(self, merge: Merge) -> None:
        """Drop a pair for good."""
        self._refuse(merge.a, merge.b)

    def _refuse(self, a: int, b: int) -> None:
        self.refused.setdefault(a, set()).add(b)
        self.refused.setdefault(b, set()).add(a)

    def _project(self, start: int, stop: int) -> None:
        """Write the projections of the centres of some places."""
        found = self.glance.of(self.centres[start:stop])
        self._near.first[start:stop], self._near.rest[start:stop] = found

    def _retire(self, place: int) -> None:
        self.active[place] = False
        self._distance[place] = np.inf

    def _radius(self, merge: Merge) -> float:
        """Return the radius of a ball around the common centre that holds those of both."""
        a, b = merge.a, merge.b
        share, apart = self.sizes[a] / (self.sizes[a] + self.sizes[b]), float(np.sqrt(merge.distance))
        return float(max(self.radii[a] + (1 - share) * apart, self.radii[b] + share * apart))

    def _valid(self, i: int) -> bool:
        neighbour = self._neighbour[i]
        return bool(self.active[neighbour]) and neighbour not in self.refused.get(i, ())

    def _remembered(self, i: int) -> tuple[int, float]:
        return int(self._neighbour[i]), float(self._distance[i])

    def _look(self, i: int) -> None:
        """Find the nearest of the active clusters before cluster i that it may merge with."""
        self._looked.setdefault(i, self._remembered(i))
        barred = self._nobody
        if refused := self.refused.get(i):
            barred = barred.copy()
            barred[list(refused)] = True
        candidates = np.flatnonzero(self.active[:i])
        self._neighbour[i], self._distance[i] = nearest_among(
            self.centres,
            self._near,
            candidates,
            self.centres[i],
            self._near,
            i,
            barred,
            self.glance.slack,
            self._bounds_of(i),
        )

    def _bounds_of(self, i: int) -> Floats:
        """Return what is known of the distances of a large cluster to those before it; none of a small one.

        A large cluster that takes in a small one hardly moves, so what was measured for it bounds the
        distances of the merge: they are less by the way that its centre went, at most. A place is given again
        after its merge was taken back, but then all later clusters are gone, and it was known to no other.
        """
        if self.sizes[i] < LARGE:
            return NOTHING
        bounds = self._bounds.pop(i, None)
        if bounds is None:
            part = max(self.parts[i].tolist(), key=lambda one: int(self.sizes[one]))
            before = self._bounds.get(part)
            bounds = np.zeros(len(self.centres))
            if before is not None:
                moved = np.linalg.norm(self.centres[i] - self.centres[part]) * (1 + DISTANT)
                np.maximum(before - moved, 0.0, out=bounds)
        self._bounds[i] = bounds
        if len(self._bounds) > KEPT:
            del self._bounds[next(iter(self._bounds))]
        return bounds

    def _merge(self, i: int) -> Merge:
        j = int(self._neighbour[i])
        return Merge(float(self._distance[i]), int(self.numbers[j]), int(self.numbers[i]), j, int(i))
