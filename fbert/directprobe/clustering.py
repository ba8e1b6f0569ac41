"""From labelled points to clusters: the shortcuts that spare most of the merging, and then the merging."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from fbert.directprobe.conflicts import Cluster, Referee
from fbert.directprobe.equal import shared_points
from fbert.directprobe.merging import Merger
from fbert.directprobe.pairs import Progress


def clusters_of(
    points: np.ndarray, y: np.ndarray, apart: np.ndarray, progress: Progress | None
) -> tuple[list[np.ndarray], int]:
    """Partition labelled points into clusters whose hulls do not meet (study, section 5).

    Points equal to one of another label stay alone. If the rest of each label meets nothing, it is one
    cluster. Merging is left to the labels that do meet something, as the merges of the others can be refused
    by none.

    Args:
        points: (n, d) working coordinates.
        y: (n,) label indices.
        apart: (L, L) whether two labels are known to be separable.
        progress: called as progress("merges", done, total), or nothing.

    Returns:
        The rows of each cluster, ordered by label and first row, and the number of undecided verdicts.
    """
    frozen = shared_points(points, y)
    referee = Referee(points, apart | np.eye(len(apart), dtype=bool))
    with threadpool_limits(1, "blas"):
        whole = _whole_labels(y, frozen)
        alone = [Cluster(int(i), int(y[i]), np.array([i])) for i in np.flatnonzero(frozen)]
        referee.apart = _without_conflict(referee, whole, alone)
        restless = np.logical_not(referee.apart.all(axis=1))
        settled = [cluster.rows for cluster in whole if not restless[cluster.label]]
        if restless.any():
            rows = np.flatnonzero(restless[y])
            merged = Merger(points, y, rows, frozen, referee).run(progress)
        else:
            merged = []
    left = [np.array([i]) for i in np.flatnonzero(frozen & ~restless[y])]
    found = [np.sort(rows) for rows in [*settled, *merged, *left]]
    return sorted(found, key=lambda rows: (y[rows[0]], rows[0])), len(referee.undecided)


def _whole_labels(y: np.ndarray, frozen: np.ndarray) -> list[Cluster]:
    """Return one cluster per label, of the points that may merge."""
    members = [(label, np.flatnonzero((y == label) & ~frozen)) for label in range(int(y.max()) + 1)]
    return [Cluster(-1 - label, label, rows) for label, rows in members if len(rows)]


def _without_conflict(referee: Referee, whole: list[Cluster], alone: list[Cluster]) -> np.ndarray:
    """Return (L, L) which labels' clusters cannot meet, whatever is merged."""
    apart = referee.apart.copy()
    for one in whole:
        for label in np.flatnonzero(~referee.apart[one.label]):
            later = [other for other in whole if other.label == label and label > one.label]
            apart[one.label, label] = not referee.meets(one, later + [c for c in alone if c.label == label])
    return apart & apart.T
