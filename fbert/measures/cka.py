"""Linear centred kernel alignment (Kornblith et al., ICML 2019), without its bias.

The usual estimator grows towards 1 where dimensions are many and examples few, whatever they are: two random
sets of 100 points in 1,000 dimensions have a CKA of 0.9. So each HSIC here is the unbiased one of Song et al.
(JMLR 2012), as Murphy et al. (2024, *Correcting biased centered kernel alignment measures*) advise; the same
two sets then have 0, give or take chance, and values below 0 occur.

With K = X X' and L = Y Y', their diagonals set to 0, and n points, n (n - 3) times it is

    tr(K L) + sum(K) sum(L) / ((n - 1) (n - 2)) - 2 sum(K L) / (n - 2)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fbert.measures.measure import ALL, Comparison, Points, centred


def debiased_cka(before: Points, after: Points) -> float | None:
    """Return linear CKA: 1 for equal shapes, about 0 for unrelated ones.

    Args:
        before: (n, d).
        after: (n, e).

    Returns:
        The value; None for fewer than four points, or where the estimator finds no variance in one side.

    Raises:
        InputError: the rows are not as many.
    """
    left, right = (_kernel(points) for points in centred(before, after))
    if len(left) < 4:
        return None
    own = _hsic(left, left) * _hsic(right, right)
    return float(_hsic(left, right) / np.sqrt(own)) if own > 0 else None


def _kernel(points: Points) -> NDArray[np.float64]:
    """Return (n, n) inner products with a diagonal of zeros; scaled, so that no product is too large."""
    size = np.abs(points).max(initial=0.0)
    scaled = points / size if size else points
    kernel = scaled @ scaled.T
    np.fill_diagonal(kernel, 0)
    return kernel


def _hsic(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Return the unbiased estimate, but for the factor n (n - 3) that a ratio does not have."""
    n = len(left)
    sums = left.sum(axis=0), right.sum(axis=0)
    whole = sums[0].sum() * sums[1].sum() / ((n - 1) * (n - 2))
    # Both are symmetric: the trace of a product is the sum over elements, its sum the product of the sums.
    return float((left * right).sum() + whole - 2 * sums[0] @ sums[1] / (n - 2))


CKA = Comparison("cka", ALL, debiased_cka)
