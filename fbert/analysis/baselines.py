"""What to hold a geometry against: labels dealt out at random, and two halves of the same set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fbert.analysis.geometry import describe_geometry
from fbert.analysis.sampling import second_half
from fbert.analysis.similarity import spatial_similarity
from fbert.directprobe.pairs import pairwise_distances
from fbert.directprobe.solver.hull import SEPARABLE
from fbert.records.geometry import Halves


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
    return sum(found.status == SEPARABLE for found in verdicts.values())


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
