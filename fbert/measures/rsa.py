"""Representational similarity analysis (Kriegeskorte, Mur & Bandettini, 2008).

Which examples are alike in one state, and are the same ones alike in the other? In each state, the
dissimilarity of two examples is 1 - Pearson's r of their vectors; Spearman's correlation of the two lists of
dissimilarities is the value. The mean over examples is taken off first: where all vectors point the same way,
as an encoder's do, all would else be about equally alike.

Pearson's r takes the mean over coordinates off each vector. That singles out one direction of the space, so a
rotation changes the value.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import pdist
from scipy.stats import rankdata

from fbert.measures.measure import Comparison, Invariance, Points, centred


def dissimilarity_correlation(before: Points, after: Points) -> float | None:
    """Return Spearman's correlation of the two states' dissimilarities: 1 where they have the same order.

    Args:
        before: (n, d).
        after: (n, e).

    Returns:
        The value; None for fewer than three points, points whose dissimilarities do not vary, or vectors that
        have no variance over coordinates, as in one dimension.

    Raises:
        InputError: the rows are not as many.
    """
    sides = centred(before, after)
    if len(before) < 3 or any(_is_flat(points) for points in sides):
        return None
    ranks = [rankdata(pdist(points, "correlation")) for points in sides]
    if any(np.ptp(of_side) == 0 for of_side in ranks):
        return None
    return float(np.corrcoef(*ranks)[0, 1])


def _is_flat(points: Points) -> bool:
    """Tell whether some vector has the same value in all coordinates, so that it has no correlation."""
    return bool((np.ptp(points, axis=1) == 0).any())


RSA = Comparison(
    "rsa",
    frozenset({Invariance.SCALE, Invariance.TRANSLATION, Invariance.ORDER}),
    dissimilarity_correlation,
)
