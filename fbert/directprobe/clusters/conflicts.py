"""Which clusters of different labels have hulls that meet.

Balls and the planes that are kept (`glance`, `planes`) part most clusters before anything is asked here. What
they leave of one label is looked at together, as one crowd, for a few rounds: the hyperplane that comes of it
clears many at once, and what is left is split until a pair is alone and solved to a proof.

The supports of solved pairs are kept under what does not change while a cluster grows: its root, the first
of its rows, which stays first as long as the cluster takes in smaller ones. A support that was kept is only
where the next program starts from, so it may be out of date, or of another cluster, and do no harm.

Example: clusters {4, 7} of label a and {2, 5} of label b were solved, and their supports kept under (4, 2).
Merged with {9}, the first is {4, 7, 9}, of root 4, and the program against {2, 5} starts from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fbert.directprobe.arrays import Flags, Floats, Ints
from fbert.directprobe.clusters.planes import Planes
from fbert.directprobe.solver.hull import OVERLAPPING, UNDECIDED, rounding, screen, solve
from fbert.directprobe.solver.kernel import Cloud
from fbert.directprobe.solver.points import PointSet, lengths_of, reach_of
from fbert.directprobe.solver.support import Support

GLANCE = 8  # rounds spent on a crowd of clusters before it is split
WORTH = 16  # a plane costs one product with all points of two labels, the search some with fewer
REMEMBERED = 64  # clusters of so many points are large: what is known of their hull is kept


@dataclass(eq=False)
class Cluster:
    """Some points of one label.

    Attributes:
        number: its number in order of creation: that of its row for a point, above all rows for a merge.
        label: index of its label.
        rows: (m,) its points, those of the larger of the two that were merged first.
        mean: (d,) of its points, in working coordinates; None if nobody knows it yet.
        hull: its points with what is known of them, if a referee keeps them (`Referee`).
    """

    number: int
    label: int
    rows: Ints
    mean: Floats | None = None
    hull: PointSet | None = field(default=None, init=False, repr=False)

    @classmethod
    def of_point(cls, row: int, label: int, point: Floats | None = None) -> Cluster:
        """Make a point a cluster."""
        return cls(row, label, np.array([row]), point)

    @classmethod
    def whole(cls, label: int, rows: Ints) -> Cluster:
        """Take a label as one cluster, for tests before any merge.

        Its number is negative, and so that of no point or merge: an undecided verdict on it is its own, and
        is not forgotten when merges are taken back.
        """
        return cls(-1 - label, label, rows)

    @classmethod
    def of_two(cls, number: int, one: Cluster, other: Cluster, mean: Floats) -> Cluster:
        """Merge two clusters of one label."""
        first, second = (one, other) if len(one.rows) >= len(other.rows) else (other, one)
        return cls(number, one.label, np.concatenate([first.rows, second.rows]), mean)

    @property
    def root(self) -> int:
        """Its first row, which it keeps while it takes in smaller clusters; proofs are kept under it."""
        return int(self.rows[0])


@dataclass(frozen=True)
class Conflict:
    """Two clusters whose hulls meet, and the points that prove it, whatever else joins the clusters."""

    one: Cluster
    other: Cluster
    rows_one: Ints
    rows_other: Ints


@dataclass
class Referee:
    """Decides whether hulls meet, with as few programs as it can.

    Attributes:
        cloud: the points.
        apart: (L, L) whether two whole labels are known to be separable, so that no part of them needs a
            test.
        undecided: pairs of cluster numbers that rounding did not let us decide; they do not count as
            conflicts.
    """

    cloud: Cloud
    apart: Flags
    undecided: set[tuple[int, int]] = field(default_factory=set)
    _supports: dict[tuple[int, int], Support] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lengths = lengths_of(self.cloud.given)
        reach = reach_of(self.cloud, float(self._lengths.max()))
        self.error = rounding(len(self.cloud.centre), reach)

    def against(
        self, cluster: Cluster, crowd: list[Cluster], planes: Planes | None = None
    ) -> Iterator[Conflict]:
        """Yield the conflicts of one cluster with a crowd of one label; keep what may be of use again."""
        if crowd:
            yield from self._among(cluster, self._hull(cluster), crowd, planes)

    def forget_from(self, number: int) -> None:
        """Forget the undecided verdicts on clusters that were taken back: those from this number on."""
        self.undecided = {pair for pair in self.undecided if max(pair) < number}

    def meets(self, cluster: Cluster, crowd: list[Cluster]) -> bool:
        """Return whether a cluster is in conflict with any of a crowd of one other label."""
        return next(self.against(cluster, crowd), None) is not None

    def _among(
        self, cluster: Cluster, hull: PointSet, crowd: list[Cluster], planes: Planes | None
    ) -> Iterator[Conflict]:
        """Yield the conflicts of one cluster with a crowd of one label: cleared at a glance, or split."""
        while crowd:
            if len(crowd) == 1:
                yield from self._pair(cluster, hull, crowd[0], planes)
                return
            owner = np.repeat(np.arange(len(crowd)), [len(c.rows) for c in crowd])
            union = self._union(crowd)
            normal, cleared, involved = _cleared(hull, union, owner, len(crowd))
            if cleared.any():
                _keep_plane(planes, cluster, crowd[0].label, normal, len(union))
            near = [c for c, out, near in zip(crowd, cleared, involved, strict=True) if near and not out]
            rest = [c for c, out, near in zip(crowd, cleared, involved, strict=True) if not near and not out]
            if not rest:
                near, rest = near[: len(near) // 2], near[len(near) // 2 :]
            yield from self._among(cluster, hull, near, planes)
            crowd = rest

    def _hull(self, cluster: Cluster) -> PointSet:
        """Return the points of a cluster with what is known of them, which large clusters keep."""
        if cluster.hull is not None:
            return cluster.hull
        if cluster.mean is None:
            found = PointSet.of(self.cloud, cluster.rows)
        else:
            found = self._known(cluster.rows, cluster.mean)
        if len(cluster.rows) >= REMEMBERED:
            cluster.hull = found
        return found

    def _union(self, crowd: list[Cluster]) -> PointSet:
        """Return the points of a crowd, cluster after cluster."""
        means = [self._hull(c).mean if c.mean is None else c.mean for c in crowd]
        mean = np.average(means, axis=0, weights=[len(c.rows) for c in crowd])
        return self._known(np.concatenate([c.rows for c in crowd]), mean)

    def _known(self, rows: Ints, mean: Floats) -> PointSet:
        """Return points of which the mean is known, so that none has to be read."""
        return PointSet(self.cloud, rows, mean, reach_of(self.cloud, float(self._lengths[rows].max())))

    def _pair(
        self, cluster: Cluster, hull: PointSet, other: Cluster, planes: Planes | None
    ) -> Iterator[Conflict]:
        """Yield the conflict of two clusters, if there is one."""
        key = (cluster.root, other.root)
        found = solve(hull, self._hull(other), np.inf, self._start(key, cluster, other))
        support = Support(
            cluster.rows[found.rows_a], found.weights_a, other.rows[found.rows_b], found.weights_b
        )
        _keep(self._supports, key, support, len(self.cloud.given))
        if found.status == OVERLAPPING:
            yield Conflict(cluster, other, cluster.rows[found.rows_a], other.rows[found.rows_b])
        elif found.status == UNDECIDED:
            self.undecided.add((cluster.number, other.number))
        else:
            _keep_plane(planes, cluster, other.label, found.normal, len(other.rows))

    def _start(self, key: tuple[int, int], one: Cluster, other: Cluster) -> Support | None:
        """Return where the last program of what these two have grown from ended, or of the other order."""
        if (known := self._supports.get(key)) is not None:
            return _within(known, one, other)
        if (known := self._supports.get((key[1], key[0]))) is not None:
            turned = Support(known.rows_b, known.weights_b, known.rows_a, known.weights_a)
            return _within(turned, one, other)
        return None


def _keep_plane(planes: Planes | None, cluster: Cluster, other: int, normal: Floats, against: int) -> None:
    """Keep a plane that parts a cluster from some of another label, if that costs no more than finding it."""
    if planes is not None and planes.n_points <= WORTH * (len(cluster.rows) + against):
        planes.add(normal if cluster.label < other else -normal)


def _keep(memory: dict[tuple[int, int], Any], key: tuple[int, int], proof: Any, at_most: int) -> None:
    """Remember a proof; the one kept least lately goes, so that memory grows as that of the points does."""
    memory.pop(key, None)
    memory[key] = proof
    if len(memory) > at_most:
        del memory[next(iter(memory))]


def _within(support: Support, one: Cluster, other: Cluster) -> Support | None:
    """Return a support in positions within two clusters, less the points of a merge that was taken back."""
    a, weights_a = _positions(one.rows, support.rows_a, support.weights_a)
    b, weights_b = _positions(other.rows, support.rows_b, support.weights_b)
    return Support(a, weights_a, b, weights_b) if len(a) and len(b) else None


def _positions(rows: Ints, wanted: Ints, weights: Floats) -> tuple[Ints, Floats]:
    """Return where those of the wanted rows that are there stand among the rows, and their weights."""
    order = np.argsort(rows)
    found = order[np.minimum(np.searchsorted(rows, wanted, sorter=order), len(rows) - 1)]
    there = rows[found] == wanted
    return found[there], weights[there] / (weights[there].sum() or 1.0)


def _cleared(hull: PointSet, union: PointSet, owner: Ints, count: int) -> tuple[Floats, Flags, Flags]:
    """Look at a hull and a crowd for a few rounds.

    Args:
        hull: the cluster.
        union: all m points of the crowd, cluster after cluster.
        owner: (m,) which cluster each belongs to.
        count: number of clusters in the crowd.

    Returns:
        The normal of the best hyperplane, and two (count,) masks: the clusters it proves to be clear of the
        hull, and those that hold the points nearest to it.
    """
    normal, error, rows = screen(hull, union, GLANCE)
    foremost = np.full(count, -np.inf)
    np.maximum.at(foremost, owner, union.scores(normal))
    cleared = foremost < float(hull.scores(normal).min()) - error
    involved = np.zeros(count, dtype=bool)
    involved[owner[rows]] = True
    return normal, cleared, involved
