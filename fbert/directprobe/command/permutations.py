"""Clusters of the given labels against those of shuffled ones: do the labels follow the points at all?

Labels that follow the points need few clusters, labels at random many. Their ratio judges annotations
(Mehta & Srikumar, Findings of ACL 2023): cluster reduction CRA = 1 - C / mean(C of shuffled labels).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.directprobe.estimator import DirectProbe


@dataclass(frozen=True)
class Permutations:
    """Numbers of clusters: of the labels as given, and of each shuffling by its seed."""

    clusters: int
    shuffled: dict[int, int]

    @property
    def reduction(self) -> float:
        """The share of clusters that the given labels save: CRA."""
        return 1 - self.clusters / float(np.mean(list(self.shuffled.values())))

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the largest share against a single shuffling."""
        shares = [1 - self.clusters / count for count in self.shuffled.values()]
        return min(shares), max(shares)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        low, high = self.spread
        shuffled = {str(seed): count for seed, count in self.shuffled.items()}
        return {
            "clusters": self.clusters,
            "shuffled": shuffled,
            "reduction": self.reduction,
            "least": low,
            "most": high,
        }

    def said(self) -> str:
        """Say it in a line."""
        runs = ", ".join(f"{count} (seed {seed})" for seed, count in self.shuffled.items())
        low, high = self.spread
        return (
            f"{self.clusters} clusters against {runs} with shuffled labels: CRA {self.reduction:.4f}, from "
            f"{low:.4f} to {high:.4f} by single shufflings"
        )


def against_shuffled(
    X: NDArray[Any], y: NDArray[Any], clusters: int, seeds: Sequence[int], n_jobs: int
) -> Permutations:
    """Cluster points anew with their labels shuffled.

    Args:
        X: (n, d) points.
        y: (n,) labels.
        clusters: how many clusters they have as they are.
        seeds: one for each shuffling.
        n_jobs: number of threads, as in scikit-learn.
    """
    # Nothing is measured: verdicts alone, and no cluster is large enough for a distance.
    probe = DirectProbe(np.inf, min_cluster_size=len(X) + 1, n_jobs=n_jobs)
    shuffled = {seed: probe.fit(X, np.random.default_rng(seed).permutation(y)).n_clusters_ for seed in seeds}
    return Permutations(clusters, shuffled)
