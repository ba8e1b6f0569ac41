"""What to hold a geometry against: labels dealt out at random, and two halves of the same set."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.analysis.geometry import describe_geometry
from fbert.analysis.sampling import second_half
from fbert.analysis.similarity import distance_vector, spatial_similarity
from fbert.directprobe import pairwise_distances
from fbert.directprobe.hull import SEPARABLE


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
) -> dict[str, Any]:
    """Compare two halves of one set: how alike would training and test set be if nothing drifted?

    Args:
        X: (n, d) vectors.
        y: (n,) indices into `labels`.
        labels: label names.
        gap: relative gap between lower and upper bound of a distance.
        seed: of the division, in which each label is halved.

    Returns:
        `similarity`, None if undefined, over `pairs` label pairs that both halves have, and whether both are
        `linear`.
    """
    second = second_half(y, seed)
    halves = [describe_geometry(X[rows], y[rows], labels, gap) for rows in (~second, second)]
    found = spatial_similarity(*map(distance_vector, halves))
    return {
        "similarity": found.r,
        "pairs": found.pairs,
        "linear": all(half["linear"] for half in halves),
    }
