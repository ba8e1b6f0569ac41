"""Centroids of labels: where they lie, how they move, and the plane that shows it best.

See docs/method.md, DirectProbe.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Plane(NamedTuple):
    """The first two principal components of points.

    Attributes:
        centre: (d,) mean of the points.
        axes: (2, d) the components, of length 1.
        points: (n, 2) coordinates of the points.
        explained: (2,) share of the variance along each axis.
    """

    centre: NDArray[np.float64]
    axes: NDArray[np.float64]
    points: NDArray[np.float64]
    explained: NDArray[np.float64]

    def project(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the (..., 2) coordinates of other (..., d) points."""
        return (points.astype(np.float64) - self.centre) @ self.axes.T


def label_centroids(X: NDArray[np.floating], y: NDArray[np.integer], n_labels: int) -> NDArray[np.float64]:
    """Return (n_labels, d): the mean of the points of each label, NaN for a label without points.

    Args:
        X: (n, d) vectors.
        y: (n,) label indices.
        n_labels: number of labels.
    """
    centroids = np.full((n_labels, X.shape[1]), np.nan)
    for label in np.unique(y):
        centroids[label] = X[y == label].mean(axis=0, dtype=np.float64)
    return centroids


def principal_plane(points: NDArray[np.float64]) -> Plane | None:
    """Return the plane of the first two principal components of points.

    A component's sign is free; its largest loading is made positive, so equal input gives equal pictures.

    Args:
        points: (n, d).

    Returns:
        The plane, None for fewer than three points or points that are all equal.
    """
    if len(points) < 3:
        return None
    centre = points.mean(axis=0)
    centred = points - centre
    _, singular, components = np.linalg.svd(centred, full_matrices=False)
    if singular[0] == 0:
        return None
    axes = components[:2]
    largest = np.abs(axes).argmax(axis=1)
    axes = axes * np.sign(axes[np.arange(2), largest])[:, None]
    return Plane(centre, axes, centred @ axes.T, singular[:2] ** 2 / (singular**2).sum())
