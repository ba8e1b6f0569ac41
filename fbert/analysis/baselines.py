"""What to hold a geometry against: random labels, two halves of a set, two sets cut to one size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fbert.analysis.geometry import describe_geometry
from fbert.analysis.sampling import second_half, turns
from fbert.analysis.similarity import spatial_similarity
from fbert.directprobe.pairs import pairwise_distances
from fbert.directprobe.solver.hull import SEPARABLE
from fbert.records.geometry import Geometry, Halves, Matched
from fbert.store.read import Labelled


def permuted_separability(X: NDArray[np.floating], y: NDArray[np.integer], seed: int) -> int:
    """Count the label pairs that are separable after the labels were permuted over the points.

    Few points in many dimensions are separable whatever they are called; a share of separable pairs means
    something only beside this one.

    Args:
        X: (n, d) vectors.
        y: (n,) label indices.
        seed: of the permutation.
    """
    permuted = np.random.default_rng(seed).permutation(y)
    # An infinite gap asks for verdicts alone.
    verdicts, _ = pairwise_distances(X, permuted, gap=np.inf)
    return int((verdicts.status == SEPARABLE).sum())


def halves_similarity(
    X: NDArray[np.floating], y: NDArray[np.integer], labels: tuple[str, ...], gap: float, seed: int
) -> Halves:
    """Compare two halves of one set: how alike would training and test set be if nothing drifted?

    Args:
        X: (n, d) vectors.
        y: (n,) indices into `labels`.
        labels: label names.
        gap: relative gap between lower and upper bound of a distance.
        seed: of the division, in which each label is halved.
    """
    second = second_half(y, seed)
    halves = [describe_geometry(X[rows], y[rows], labels, gap) for rows in (~second, second)]
    found = spatial_similarity(*(half.distance_vector for half in halves))
    return Halves(found.r, found.pairs, all(half.at_least for half in halves))


def size_matched_similarity(
    train: Labelled, test: Labelled, whole: tuple[Geometry, Geometry], gap: float, seed: int
) -> Matched:
    """Compare training and test set, each cut to as many points of a label as the smaller of the two has.

    Args:
        train: the training set.
        test: the test set, with the same label names.
        whole: the geometries of the two, which hold for one of which nothing is cut.
        gap: relative gap between lower and upper bound of a distance.
        seed: of the choice of points.
    """
    k = len(train.labels)
    sizes = np.minimum(*(np.bincount(part.y, minlength=k) for part in (train, test)))
    if not sizes.any():
        return Matched(None, 0, 0)
    kept = [turns(part.y, seed) < sizes[part.y] for part in (train, test)]
    cut = [
        known if rows.all() else describe_geometry(part.X[rows], part.y[rows], part.labels, gap)
        for part, rows, known in zip((train, test), kept, whole, strict=True)
    ]
    found = spatial_similarity(*(part.distance_vector for part in cut))
    return Matched(found.r, found.pairs, int(sizes.sum()))
