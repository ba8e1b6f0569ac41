"""Equal points with different labels: they lie in both hulls, and nothing can part them.

They are found by their bytes: what a solver says of them would hang on rounding.

Example: rows 0 to 3 are (0, 1), (0, 2), (0, 1) and (3, 1), with the labels a, a, b and b. Rows 0 and 2 are
equal and differ in label: both are shared points, and their pair of labels overlaps there.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from fbert.directprobe.arrays import Flags, Floats, Ints

Pair = tuple[int, int]


def shared_points(points: Floats, y: Ints) -> Flags:
    """Return (n,) which points equal a point of another label."""
    return _of_several_labels(_groups(points), y)


def shared_rows(points: Floats, y: Ints) -> dict[Pair, Pair]:
    """Return, for each pair of labels a < b that share a point, a row of a and a row of b where it is."""
    group = _groups(points)
    found: dict[Pair, Pair] = {}
    rows = np.flatnonzero(_of_several_labels(group, y))
    for members in np.split(rows[np.argsort(group[rows], kind="stable")], _starts(np.sort(group[rows]))):
        first = {int(y[row]): int(row) for row in members[::-1]}
        for a, b in combinations(sorted(first), 2):
            found.setdefault((a, b), (first[a], first[b]))
    return found


def _of_several_labels(group: Ints, y: Ints) -> Flags:
    """Return (n,) which points are in a group with points of another label."""
    k = int(y.max()) + 1
    # group * k + y numbers the pairs of a group and a label: each pair that occurs is counted once
    labels_of_group = np.bincount(np.unique(group * k + y) // k)
    return labels_of_group[group] > 1


def _starts(group: Ints) -> Ints:
    """Return where a sorted array changes its value."""
    return np.flatnonzero(np.diff(group)) + 1


def _groups(points: Floats) -> Ints:
    """Number the different points: (n,), equal numbers for equal bytes.

    Only points that agree in their first coordinate, which few do, are compared as a whole. In the example
    above the first coordinates give the groups 0, 0, 0, 1; the first three rows are compared again and get
    the numbers 2, 3, 2, above all that were given.
    """
    _, group, counts = np.unique(points[:, 0], return_inverse=True, return_counts=True)
    again = counts[group] > 1
    whole = points[again] + 0.0  # which makes 0.0 of -0.0
    # A row as one value of as many bytes: sorting those is faster than sorting rows coordinate by coordinate.
    keys = whole.view(np.dtype((np.void, points.shape[1] * points.itemsize)))
    group[again] = len(counts) + np.unique(keys.ravel(), return_inverse=True)[1]
    return group
