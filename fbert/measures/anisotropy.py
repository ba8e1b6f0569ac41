"""Anisotropy: how much all vectors point the same way (Ethayarajh, EMNLP 2019).

The source draws random pairs. No draw is needed: of vectors u of length 1, the sum of all inner products is
the squared length of their sum, so the mean over pairs is (|sum u|^2 - n) / (n (n - 1)).
"""

from __future__ import annotations

import numpy as np

from fbert.measures.measure import Description, Invariance, Labels, Points


def mean_cosine(points: Points, labels: Labels | None = None) -> float | None:
    """Return the mean cosine of all pairs of vectors: 1 if all point one way, about 0 if they point anywhere.

    Args:
        points: (n, d).
        labels: of no use here.

    Returns:
        The mean; None for fewer than two points, or if one lies at the origin.
    """
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    n = len(points)
    if n < 2 or not lengths.all():
        return None
    total = (points / lengths).sum(axis=0)
    return float((total @ total - n) / (n * (n - 1)))


ANISOTROPY = Description(
    "anisotropy",
    frozenset({Invariance.ROTATION, Invariance.SCALE, Invariance.ORDER}),
    mean_cosine,
)
