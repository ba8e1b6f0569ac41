"""The intrinsic dimension of points by TwoNN (Facco, d'Errico, Rodriguez & Laio, Scientific Reports 2017).

Where points are spread evenly on a d-dimensional surface, mu, the distance of a point to its second neighbour
over that to its first, has the distribution F(mu) = 1 - mu^-d, whatever the density. So -log(1 - F) over
log(mu) is a line through the origin with slope d, and d is fitted to the sorted mu of all points, F of the
i-th of n being i / n. The tenth with the largest mu is left out, as the authors do.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import pdist, squareform

from fbert.measures.measure import ALL, Description, Labels, Points

_KEPT = 0.9


def intrinsic_dimension(points: Points, labels: Labels | None = None) -> float | None:
    """Return how many dimensions the points fill, as two neighbours of each show.

    Equal points count once, since a first neighbour at distance 0 has no ratio.

    Args:
        points: (n, d).
        labels: of no use here.

    Returns:
        The dimension, not a whole number; None for fewer than three different points, or neighbours that are
        all equally far.
    """
    different = np.unique(points, axis=0)
    if len(different) < 3:
        return None
    far = squareform(pdist(different))
    np.fill_diagonal(far, np.inf)
    first, second = np.partition(far, 1, axis=1)[:, :2].T
    n, kept = len(different), int(_KEPT * len(different))
    x = np.log(np.sort(second / first)[:kept])
    y = -np.log1p(-np.arange(1, kept + 1) / n)
    return float(x @ y / (x @ x)) if x.any() else None


DIMENSION = Description("intrinsic_dimension", ALL, intrinsic_dimension)
