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
from fbert.directprobe.solver.kernel import compiled

TIE = 1e-12  # centres whose squared distances differ by less than this, relatively, are equally close
SAME = 1e-28  # a squared distance below this (coordinates are about one) is none
BLOCK = 32  # coordinates summed up between two looks at whether a centre can still be the nearest


@compiled
def _nearest_among(centres: Floats, candidates: Ints, centre: Floats, barred: Flags) -> tuple[int, float]:
    """Return the place of the nearest candidate (the first of equally close ones, or -1), its distance."""
    best, found = np.inf, -1
    for c in candidates:
        if barred[c]:
            continue
        total, start, limit = 0.0, 0, best * (1.0 - TIE)
        while start < centre.shape[0] and total < limit:
            stop = min(start + BLOCK, centre.shape[0])
            for j in range(start, stop):
                difference = centres[c, j] - centre[j]
                total += difference * difference
            start = stop
        if total < SAME:
            total = 0.0
        if total < limit:
            best, found = total, c
    return found, best


@compiled
def _neighbours_below(centres: Floats, n: int, barred: Flags, neighbour: Ints, distance: Floats) -> None:
    """Write for each of the first n clusters the nearest of those before it."""
    everyone = np.arange(n)
    for i in range(n):
        neighbour[i], distance[i] = _nearest_among(centres, everyone[:i], centres[i], barred)


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
    """

    def __init__(self, points: Floats, numbers: Ints) -> None:
        """Start with one cluster per point: (m, d) working coordinates, (m,) increasing numbers."""
        m = len(points)
        self.centres = np.zeros((max(2 * m - 1, 1), points.shape[1]))
        self.centres[:m] = points
        self.sizes = np.ones(len(self.centres), dtype=np.int64)
        self.numbers = np.zeros(len(self.centres), dtype=np.int64)
        self.numbers[:m] = numbers
        self.active = np.arange(len(self.centres)) < m
        self.count = m
        self.refused: dict[int, set[int]] = {}
        self._nobody = np.zeros(len(self.centres), dtype=bool)
        self._neighbour = np.full(len(self.centres), -1, dtype=np.int64)
        self._distance = np.full(len(self.centres), np.inf)
        self._history: list[tuple[int, int, dict[int, tuple[int, float]]]] = []
        self._looked: dict[int, tuple[int, float]] = {}
        _neighbours_below(self.centres, m, self._nobody, self._neighbour, self._distance)

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
        self.numbers[new] = number
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

    def undo(self) -> None:
        """Take the last merge back, and all that was looked up since."""
        self.count -= 1
        new = self.count
        self.active[new] = False
        self._distance[new] = np.inf
        for other in self.refused.pop(new, set()):
            self.refused[other].discard(new)
        for i, (neighbour, distance) in self._looked.items():
            if i != new:
                self._neighbour[i], self._distance[i] = neighbour, distance
        a, b, self._looked = self._history.pop()
        self.active[a] = self.active[b] = True

    def refuse(self, merge: Merge) -> None:
        """Drop a pair for good."""
        self._refuse(merge.a, merge.b)

    def _refuse(self, a: int, b: int) -> None:
        self.refused.setdefault(a, set()).add(b)
        self.refused.setdefault(b, set()).add(a)

    def _retire(self, place: int) -> None:
        self.active[place] = False
        self._distance[place] = np.inf

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
        self._neighbour[i], self._distance[i] = _nearest_among(
            self.centres, candidates, self.centres[i], barred
        )

    def _merge(self, i: int) -> Merge:
        j = int(self._neighbour[i])
        return Merge(float(self._distance[i]), int(self.numbers[j]), int(self.numbers[i]), j, int(i))
