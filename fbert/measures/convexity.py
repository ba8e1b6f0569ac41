"""Graph convexity of labels (Tětková et al., *On convex decision regions in deep network representations*,
Nature Communications 16, 2025).

A region is convex if the way between any two of its points stays inside. Points are joined to their ten
nearest neighbours, in either direction, by edges as long as they are far; the way between two points is a
shortest path of that graph. The value of a pair is the share of the points between its ends that carry their
label: 1 where an edge joins the ends, 0 where there is no path.

**Decision**: a label's value is the mean over its pairs and the set's the mean over its labels, so that every
label weighs the same. Example: `a a b a` on a line, with edges between neighbours alone. The three pairs of
`a` have 1 (an edge), 0 (a `b` between) and 1/2 (an `a` and a `b`), so `a` has 1/2; `b` has no pair.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial.distance import pdist, squareform

from fbert.analysis.sampling import balanced_rows
from fbert.measures.measure import ALL, Description, Labels, Points

NEIGHBOURS = 10
SOURCES = 200
"""Paths begin at so many points at most; each goes to all others of its label."""


def graph_convexity(points: Points, labels: Labels, neighbours: int = NEIGHBOURS) -> float | None:
    """Return the share of the points between two of one label that carry it too, 0 to 1.

    Args:
        points: (n, d).
        labels: (n,) label indices.
        neighbours: that each point is joined to.

    Returns:
        The mean over labels; None if no label has two points.
    """
    sources = balanced_rows(labels, SOURCES, seed=0)
    ends = labels[sources, None] == labels
    ends[np.arange(len(sources)), sources] = False
    counted = ends.any(axis=1)
    if not counted.any():
        return None
    sources, ends = sources[counted], ends[counted]
    values = _path_values(_neighbour_graph(points, neighbours), labels, sources)
    of_label = (labels[sources] == label for label in np.unique(labels[sources]))
    return float(np.mean([values[rows][ends[rows]].mean() for rows in of_label]))


def _neighbour_graph(points: Points, neighbours: int) -> csr_array:
    """Return (n, n) the distances of each point to its nearest; equal points have an edge of length 0."""
    far = squareform(pdist(points))
    np.fill_diagonal(far, np.inf)
    count = min(neighbours, len(points) - 1)
    nearest = np.argsort(far, axis=1, kind="stable")[:, :count]
    starts = np.arange(len(points) + 1) * count
    return csr_array((np.take_along_axis(far, nearest, axis=1).ravel(), nearest.ravel(), starts), far.shape)


def _path_values(graph: csr_array, labels: Labels, sources: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (s, n) the share of the points between a source and each point that carry the source's label.

    A path is known by each point's predecessor. What is on it is added up by doubling: with the sums over a
    point's next 1, 2, 4, ... predecessors goes a pointer to the one behind these, whose own sum is the rest.
    Pointers end at the source, which counts as nothing and points to itself.
    """
    far, before = dijkstra(graph, directed=False, indices=sources, return_predecessors=True)
    own = np.arange(len(sources))
    # What has no predecessor is the source itself, or is not reached.
    pointer = np.where(before < 0, sources[:, None], before)
    inside = np.ones(far.shape)
    inside[own, sources] = 0
    alike = inside * (labels == labels[sources, None])
    inside, alike = (np.take_along_axis(of_point, pointer, axis=1) for of_point in (inside, alike))
    while (pointer != sources[:, None]).any():
        inside += np.take_along_axis(inside, pointer, axis=1)
        alike += np.take_along_axis(alike, pointer, axis=1)
        pointer = np.take_along_axis(pointer, pointer, axis=1)
    shares = np.divide(alike, inside, out=np.ones(far.shape), where=inside > 0)
    return np.where(np.isfinite(far), shares, 0.0)


CONVEXITY = Description("convexity", ALL, graph_convexity)
