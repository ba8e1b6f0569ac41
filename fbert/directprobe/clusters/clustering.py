"""From labelled points to clusters: the shortcuts that spare most of the merging, and then the merging.

There are three; the last two stand on this, that a cluster lies in the hull of its label's points:

- A point that equals one of another label can join nothing, as any hull that held it would meet the other
  point. It is frozen: a cluster of its own that only stands in the way.
- If the hull of a label's other points meets no other label's, nor a frozen point of one, none of its
  clusters can meet anything: no merge of it will ever be refused, and it refuses none. It is settled as one
  cluster.
- What is left are the restless labels. Two of them that do not meet each other need no tests against each
  other.

Example, on a line: a at 0 and 1, b at 4, c at 5, b at 6, and d at 9. The hull of b, from 4 to 6, holds c,
so b and c are restless; a and d are settled, and never looked at again.
"""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from fbert.directprobe.arrays import Flags, Ints
from fbert.directprobe.clusters.conflicts import Cluster, Referee
from fbert.directprobe.clusters.equal import shared_points
from fbert.directprobe.clusters.merging import Merger
from fbert.directprobe.solver.kernel import Cloud
from fbert.directprobe.solver.many import Progress


def clusters_of(cloud: Cloud, y: Ints, apart: Flags, progress: Progress | None) -> tuple[list[Ints], int]:
    """Partition labelled points into clusters whose hulls do not meet (docs/method.md, DirectProbe).

    Args:
        cloud: the (n, d) points.
        y: (n,) label indices.
        apart: (L, L) whether two labels are known to be separable.
        progress: called as progress("merges", done, total), or nothing.

    Returns:
        The rows of each cluster, ordered by label and first row, and the number of undecided verdicts.
    """
    frozen = shared_points(cloud.given, y)
    referee = Referee(cloud, apart | np.eye(len(apart), dtype=bool))
    with threadpool_limits(1, "blas"):
        whole = _whole_labels(y, frozen)
        alone = [Cluster.of_point(int(row), int(y[row])) for row in np.flatnonzero(frozen)]
        referee.apart = _without_conflict(referee, whole, alone)
        restless = np.logical_not(referee.apart.all(axis=1))
        settled = [cluster.rows for cluster in whole if not restless[cluster.label]]
        if restless.any():
            rows = np.flatnonzero(restless[y])
            merged = Merger(cloud, y, rows, frozen, referee).run(progress)
        else:
            merged = []
    left = [np.array([i]) for i in np.flatnonzero(frozen & ~restless[y])]
    found = [np.sort(rows) for rows in [*settled, *merged, *left]]
    return sorted(found, key=lambda rows: (y[rows[0]], rows[0])), len(referee.undecided)


def _whole_labels(y: Ints, frozen: Flags) -> list[Cluster]:
    """Return one cluster per label, of the points that may merge."""
    members = [(label, np.flatnonzero((y == label) & ~frozen)) for label in range(int(y.max()) + 1)]
    return [Cluster.whole(label, rows) for label, rows in members if len(rows)]


def _without_conflict(referee: Referee, whole: list[Cluster], alone: list[Cluster]) -> Flags:
    """Return (L, L) which labels' clusters cannot meet, whatever is merged."""
    apart = referee.apart.copy()
    for one in whole:
        for label in np.flatnonzero(~referee.apart[one.label]):
            later = [other for other in whole if other.label == label and label > one.label]
            apart[one.label, label] = not referee.meets(one, later + [c for c in alone if c.label == label])
    return apart & apart.T
