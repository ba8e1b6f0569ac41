"""The last digits of a nearest point: the same active-set method, on the points instead of their Gram matrix.

A Gram matrix squares the condition of the problem: it cannot tell a distance below about 1e-8 of the extent of the
sets from none. Orthogonal least squares on the few active points can, and only they are needed here.
"""

from __future__ import annotations

import numpy as np

from fbert.directprobe.support import Support

STEPS = 50


def refine(
    A: np.ndarray,
    B: np.ndarray,
    support: Support,
    normal: np.ndarray,
    lower: float,
    gap: float,
    common: float,
    error: float,
) -> tuple[Support, np.ndarray, float]:
    """Improve a nearest point until it is common, or its hyperplane is proof, or nothing more can be gained.

    Args:
        A, B: (n_a, d), (n_b, d) points.
        support: where to start.
        normal, lower: the best hyperplane so far and its bound.
        gap: relative gap at which the bounds are close enough.
        common: two points this close are one.
        error: a lower bound counts only above this.

    Returns:
        The support reached, with the best hyperplane (its normal, of any length) and its lower bound.
    """
    for _ in range(STEPS):
        support, w = _corrected(A, B, support)
        upper = float(np.linalg.norm(w))
        if upper == 0.0:
            break
        scores_a, scores_b = A @ w, B @ w
        bound = float(scores_a.min() - scores_b.max()) / upper
        if bound > lower:
            normal, lower = w, bound
        if upper <= common or (lower > error and lower >= (1 - gap) * upper):
            break
        grown = _with_worst(support, scores_a, scores_b)
        if len(grown.rows_a) + len(grown.rows_b) == len(support.rows_a) + len(support.rows_b):
            break
        support = grown
    return support, normal, lower


def _corrected(A: np.ndarray, B: np.ndarray, support: Support) -> tuple[Support, np.ndarray]:
    """Move to the nearest points of the active points' hulls, dropping those whose weight vanishes on the way."""
    while True:
        Z, x = support.signed(A, B), np.concatenate([support.weights_a, support.weights_b])
        k = len(support.rows_a)
        change = _affine_change(Z, k, x @ Z)
        shrinking = (x + change <= 0) & (change < 0)
        if not shrinking.any():
            return _weighted(support, x + change), (x + change) @ Z
        room = np.where(shrinking, -x / np.where(shrinking, change, 1.0), np.inf)
        moved = x + min(1.0, float(room.min())) * change
        moved[int(room.argmin())] = 0.0
        support = _weighted(support, moved)


def _affine_change(Z: np.ndarray, k: int, w: np.ndarray) -> np.ndarray:
    """Return the change of the weights, zero in sum for the first k and for the rest, that shortens w most."""
    edges = np.concatenate([Z[1:k] - Z[0], Z[k + 1 :] - Z[k]])
    free = np.linalg.lstsq(edges.T, -w, rcond=None)[0] if len(edges) else np.empty(0)
    a, b = free[: k - 1], free[k - 1 :]
    return np.concatenate([[-a.sum()], a, [-b.sum()], b])


def _weighted(support: Support, x: np.ndarray) -> Support:
    """Return the support with new weights, without the points that lost theirs."""
    a, b = np.split(np.maximum(x, 0.0), [len(support.rows_a)])
    return Support(support.rows_a[a > 0], a[a > 0] / a.sum(), support.rows_b[b > 0], b[b > 0] / b.sum())


def _with_worst(support: Support, scores_a: np.ndarray, scores_b: np.ndarray) -> Support:
    """Add the foremost point of either side, with weight zero, unless it is there."""
    i, j = int(scores_a.argmin()), int(scores_b.argmax())
    rows_a, rows_b = support.rows_a, support.rows_b
    weights_a, weights_b = support.weights_a, support.weights_b
    if i not in rows_a:
        rows_a, weights_a = np.append(rows_a, i), np.append(weights_a, 0.0)
    if j not in rows_b:
        rows_b, weights_b = np.append(rows_b, j), np.append(weights_b, 0.0)
    return Support(rows_a, weights_a, rows_b, weights_b)
