"""Which clusters of different labels have hulls that meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from fbert.directprobe.hull import OVERLAPPING, UNDECIDED, screen, solve
from fbert.directprobe.points import PointSet

GLANCE = 8  # rounds spent on a crowd of clusters before it is split


@dataclass(frozen=True)
class Cluster:
    """Some points of one label.

    Attributes:
        number: its number in order of creation.
        label: index of its label.
        rows: (m,) its points.
    """

    number: int
    label: int
    rows: np.ndarray


@dataclass(frozen=True)
class Conflict:
    """Two clusters whose hulls meet, and the points that prove it, whatever else joins the clusters."""

    one: Cluster
    other: Cluster
    rows_one: np.ndarray
    rows_other: np.ndarray


@dataclass
class Referee:
    """Decides whether hulls meet, with as few programs as it can.

    Attributes:
        points: (n, d) working coordinates.
        apart: (L, L) whether two whole labels are known to be separable, so that no part of them needs a
            test.
        undecided: pairs of cluster numbers that rounding did not let us decide; they do not count as
            conflicts.
    """

    points: np.ndarray
    apart: np.ndarray
    undecided: set[tuple[int, int]] = field(default_factory=set)

    def conflicts(self, changed: Iterable[Cluster], state: Iterable[Cluster]) -> Iterator[Conflict]:
        """Yield the conflicts of changed clusters with all clusters of the state, those of each pair once."""
        others: dict[int, list[Cluster]] = {}
        for cluster in state:
            others.setdefault(cluster.label, []).append(cluster)
        fresh = sorted(changed, key=lambda cluster: cluster.number)
        known = {cluster.number for cluster in fresh}
        for cluster in fresh:
            for label, crowd in others.items():
                if label != cluster.label and not self.apart[cluster.label, label]:
                    older = [c for c in crowd if c.number not in known or c.number < cluster.number]
                    yield from self._among(cluster, self._set(cluster.rows), older)

    def meets(self, cluster: Cluster, crowd: list[Cluster]) -> bool:
        """Return whether a cluster is in conflict with any of a crowd of one other label."""
        return next(self._among(cluster, self._set(cluster.rows), crowd), None) is not None

    def _among(self, cluster: Cluster, hull: PointSet, crowd: list[Cluster]) -> Iterator[Conflict]:
        """Yield the conflicts of one cluster with a crowd of one label: cleared at a glance, or split."""
        while crowd:
            if len(crowd) == 1:
                yield from self._pair(cluster, hull, crowd[0])
                return
            owner = np.repeat(np.arange(len(crowd)), [len(c.rows) for c in crowd])
            union = self._set(np.concatenate([c.rows for c in crowd]))
            cleared, involved = _cleared(hull, union, owner, len(crowd))
            near = [c for c, out, near in zip(crowd, cleared, involved, strict=True) if near and not out]
            rest = [c for c, out, near in zip(crowd, cleared, involved, strict=True) if not near and not out]
            if not rest:
                near, rest = near[: len(near) // 2], near[len(near) // 2 :]
            yield from self._among(cluster, hull, near)
            crowd = rest

    def _pair(self, cluster: Cluster, hull: PointSet, other: Cluster) -> Iterator[Conflict]:
        """Yield the conflict of two clusters, if there is one."""
        found = solve(hull, self._set(other.rows), np.inf)
        if found.status == OVERLAPPING:
            yield Conflict(cluster, other, cluster.rows[found.rows_a], other.rows[found.rows_b])
        elif found.status == UNDECIDED:
            self.undecided.add((cluster.number, other.number))

    def _set(self, rows: np.ndarray) -> PointSet:
        return PointSet.of(self.points[rows])


def _cleared(hull: PointSet, union: PointSet, owner: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Look at a hull and a crowd for a few rounds.

    Args:
        hull: the cluster.
        union: (m, d) all points of the crowd, cluster after cluster.
        owner: (m,) which cluster each belongs to.
        count: number of clusters in the crowd.

    Returns:
        Two (count,) masks: those that the best hyperplane proves to be clear of the hull, and those that
        hold the points nearest to it.
    """
    normal, error, rows = screen(hull, union, GLANCE)
    foremost = np.full(count, -np.inf)
    np.maximum.at(foremost, owner, union.points @ normal)
    cleared = foremost < float((hull.points @ normal).min()) - error
    involved = np.zeros(count, dtype=bool)
    involved[owner[rows]] = True
    return cleared, involved
