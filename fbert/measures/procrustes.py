"""The orthogonal Procrustes distance of two shapes (Williams et al. and Ding et al., both NeurIPS 2021).

Both sides are centred and brought to Frobenius norm 1; the distance is what is left between them under the
best rotation or reflection Q, the Frobenius norm of X - Y Q. Since X and Y have norm 1 and Q keeps norms, its
square is 2 - 2 tr(X' Y Q), and the largest trace that an orthogonal Q gives is the sum of the singular values
of X' Y (Schönemann 1966). Where dimensions differ, the smaller side is thought to have zeros for the rest,
which add nothing to that sum. It is a metric, from 0 for equal shapes to the square root of 2.

Some call the square by this name, and SciPy's `procrustes` also chooses the scale anew.
"""

from __future__ import annotations

import numpy as np

from fbert.measures.measure import ALL, Comparison, Points, centred


def procrustes_distance(before: Points, after: Points) -> float | None:
    """Return how far two states are apart at best, of norm 1 each.

    Args:
        before: (n, d).
        after: (n, e).

    Returns:
        The distance, 0 to 1.414; None where the points of one side are all equal.

    Raises:
        InputError: the rows are not as many.
    """
    left, right = centred(before, after)
    norms = np.linalg.norm(left), np.linalg.norm(right)
    if not all(norms):
        return None
    shared = np.linalg.svd((left / norms[0]).T @ (right / norms[1]), compute_uv=False).sum()
    return float(np.sqrt(max(2 - 2 * shared, 0.0)))


PROCRUSTES = Comparison("procrustes", ALL, procrustes_distance)
