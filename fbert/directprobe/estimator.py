"""DirectProbe as an estimator: clusters, distances, prediction (docs/method.md, DirectProbe)."""

# scikit-learn comes without types:
# mypy: disallow-subclassing-any=False

from __future__ import annotations

import zlib
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from fbert.directprobe.arrays import Floats, Ints
from fbert.directprobe.clusters.clustering import clusters_of
from fbert.directprobe.pairs import Supports, solve_labels
from fbert.directprobe.prediction import hull_distances, nearest_hulls
from fbert.directprobe.solver.distances import HullDistances
from fbert.directprobe.solver.hull import OVERLAPPING, SEPARABLE, UNDECIDED
from fbert.directprobe.solver.kernel import Cloud
from fbert.directprobe.solver.many import Progress, solve_pairs
from fbert.directprobe.solver.points import PointSet, checked, checked_gap, checked_labels, framed, mean_of
from fbert.directprobe.tables import cluster_table, label_table, verdict_table
from fbert.errors import InputError


class DirectProbe(ClassifierMixin, BaseEstimator):
    """Clusters of labelled points whose convex hulls do not meet, and the distances between them.

    Points of one label are merged, closest centres first, as long as the hull of the merged points meets the
    hull of no cluster of another label (Zhou & Srikumar, DirectProbe, NAACL 2021). A space in which every
    label is one cluster is linear. Every verdict and every distance carries its proof.

    The partition is that of testing every merge in turn: of the pairs of clusters of one label, the one with
    the closest centres (means) is next; of pairs equally close (to a relative 1e-12 in the square), the one
    with the lower numbers, points being numbered by row and clusters in order of creation. A refused pair is
    never tried again. A point that equals a point of another label can merge with nothing, and stays a
    cluster of its own. The result does not depend on the number of threads.

    Vectors in less than double precision may lie in a plane but for rounding, as after a layer's
    normalisation; a direction along which they differ by rounding alone is left out of account.

    Points in single precision are not copied, so for prediction they have to stay as they are. Beside them a
    fit takes half as much memory again at most, and a matrix of d x d; where labels overlap, besides, the
    centres of their clusters, which is four times as much as the points of these labels.

    Args:
        gap: how far the lower and the upper bound of a distance may differ, relative to the upper one.
        min_cluster_size: clusters of fewer points are left out of distances (but not of prediction). The
            authors leave out those of five points or fewer.
        n_jobs: number of threads, as in scikit-learn: None is one, -1 all.
        progress: called as progress(what, done, total) now and then; total is 0 where it is not known.

    Attributes:
        classes_: (L,) the labels, sorted.
        n_features_in_: number of coordinates d.
        n_clusters_: number of clusters K.
        labels_: (n,) cluster of each point, 0 to K - 1, numbered by label and first row.
        cluster_labels_: (K,) label of each cluster.
        cluster_sizes_: (K,) number of points of each cluster.
        cluster_centroids_: (K, d) mean of the points of each cluster.
        centroids_: (L, d) mean of the points of each label.
        is_linear_: whether there are as many clusters as labels.
        n_undecided_: number of verdicts that rounding left open. None of them counts as an overlap.
        separability_: table of label pairs: label_a, label_b, and status of all points of one label against
            all of the other, before any clustering.
        distances_: table of label pairs: label_a, label_b, distance, lower, upper, status, n_cluster_pairs.
            Where a label has several clusters, the means over the pairs of its clusters; NaN and status
            "undefined" where one of the labels has no cluster large enough.
        cluster_distances_: table of the pairs of large enough clusters of different labels: cluster_a,
            cluster_b, label_a, label_b, distance, lower, upper, status.
        certificates_: `HullDistances`, a mapping from pairs of clusters (a, b) to `HullDistance`: the
            hyperplane, the nearest points and the support behind each row of cluster_distances_. Rows of a
            support count within the cluster.
        supports_: `Supports`, what `fit(..., warm_start_from=...)` starts from; `to_arrays()` gives plain
            arrays.

    Example:
        >>> import numpy as np
        >>> from fbert.directprobe import DirectProbe
        >>> X = np.array([[0.0, 0], [0, 1], [1, 0], [4, 0], [4, 1], [5, 0]])
        >>> probe = DirectProbe(min_cluster_size=1).fit(X, ["noun"] * 3 + ["verb"] * 3)
        >>> probe.is_linear_, probe.labels_.tolist()
        (True, [0, 0, 0, 1, 1, 1])
        >>> round(float(probe.distance_vector()["noun", "verb"]), 6)
        3.0
        >>> probe.predict([[0.5, 0.5]])
        array(['noun'], dtype='<U4')
    """

    supports_: Supports

    def __init__(
        self,
        gap: float = 1e-3,
        *,
        min_cluster_size: int = 6,
        n_jobs: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.gap = gap
        self.min_cluster_size = min_cluster_size
        self.n_jobs = n_jobs
        self.progress = progress

    def fit(self, X: Any, y: Any, warm_start_from: DirectProbe | Supports | None = None) -> Self:
        """Find clusters and distances.

        Args:
            X: (n, d) points, of any float type.
            y: (n,) labels, of any type that sorts.
            warm_start_from: what was found for an earlier version of the same rows with the same labels (the
                last snapshot, the layer below), as a fitted probe or its `supports_`. It saves time and
                changes no verdict; distances agree within `gap`.

        Returns:
            The fitted probe.

        Raises:
            InputError: X or y cannot be used (the message names the row), or the warm start does not fit
                them.
        """
        X, self._frame, cloud = framed(X)
        checked_gap(self.gap)
        self.classes_, index = checked_labels(y, len(X))
        self.n_features_in_ = X.shape[1]
        self._given, self._checksum = cloud.given, zlib.crc32(cloud.given.data)
        members = [np.flatnonzero(index == label) for label in range(len(self.classes_))]
        whole = self._compare_labels(cloud, index, members, warm_start_from)
        rows = self._cluster(cloud, index, whole)
        self._describe(X, index, rows)
        self._measure(cloud, rows, whole)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Give each point the label of the nearest cluster hull; of those equally near, the first.

        Args:
            X: (m, d) points.

        Returns:
            (m,) labels.

        Raises:
            InputError: X cannot be used or has another number of coordinates.
        """
        points = self._inside(X)
        labels: NDArray[Any] = self.cluster_labels_[nearest_hulls(self._hulls, points, self.n_jobs)]
        return labels

    def hull_distances(self, X: Any) -> Floats:
        """Measure how far points are from the hull of each cluster.

        Args:
            X: (m, d) points.

        Returns:
            (m, K) distances; 0 inside a hull.

        Raises:
            InputError: X cannot be used or has another number of coordinates.
        """
        points = self._inside(X)
        return hull_distances(self._hulls, points, self.n_jobs) * self._frame.unit

    def distance_vector(self) -> pd.Series:
        """Return the distance of each pair of labels, sorted by (label_a, label_b); NaN if undefined."""
        check_is_fitted(self)
        return self.distances_.set_index(["label_a", "label_b"])["distance"]

    def min_distances(self) -> pd.Series:
        """Return the distance of each label to the nearest other label, by label; NaN if undefined."""
        check_is_fitted(self)
        table = self.distances_
        both = pd.concat([table.set_index(side)["distance"] for side in ("label_a", "label_b")])
        return both.groupby(level=0).min().reindex(self.classes_).rename_axis("label")

    def _inside(self, X: Any) -> Floats:
        """Return new points in working coordinates."""
        check_is_fitted(self)
        if zlib.crc32(self._given.data) != self._checksum:
            raise InputError(
                "the points that this was fitted to were changed since, in place: fit it again, or fit a copy"
            )
        X, d = checked(X), self.n_features_in_
        if X.shape[1] != d:
            raise InputError(
                f"X has {X.shape[1]} features, but DirectProbe is expecting {d} features as input"
            )
        return self._frame.flattened(X)

    def _compare_labels(
        self,
        cloud: Cloud,
        y: Ints,
        members: list[Ints],
        warm: DirectProbe | Supports | None,
    ) -> HullDistances:
        """Solve all pairs of labels; keep what the next run can start from."""
        if isinstance(warm, DirectProbe):
            check_is_fitted(warm)
            warm = warm.supports_
        whole = solve_labels(cloud, y, members, self.gap, warm, self.n_jobs, self.progress)
        self.supports_ = Supports.of(whole, members)
        self.separability_ = verdict_table(whole, self.classes_)
        return whole

    def _cluster(self, cloud: Cloud, y: Ints, whole: HullDistances) -> list[Ints]:
        """Return the rows of each cluster."""
        if not (whole.status == OVERLAPPING).any():
            self.n_undecided_ = int((whole.status == UNDECIDED).sum())
            return [np.flatnonzero(y == label) for label in range(len(self.classes_))]
        apart = np.eye(len(self.classes_), dtype=bool)
        a, b = whole.pairs.T
        apart[a, b] = apart[b, a] = whole.status == SEPARABLE
        rows, self.n_undecided_ = clusters_of(cloud, y, apart, self.progress)
        return rows

    def _describe(self, X: Floats, y: Ints, rows: list[Ints]) -> None:
        """Set what follows from the partition alone."""
        self.n_clusters_ = len(rows)
        self.is_linear_ = len(rows) == len(self.classes_)
        self.labels_ = np.empty(len(X), dtype=np.int64)
        for number, part in enumerate(rows):
            self.labels_[part] = number
        self._cluster_label = np.array([y[part[0]] for part in rows])
        self.cluster_labels_: NDArray[Any] = self.classes_[self._cluster_label]
        self.cluster_sizes_ = np.array([len(part) for part in rows])
        self.cluster_centroids_ = np.stack([mean_of(X, part) for part in rows])
        labels = range(len(self.classes_))
        self.centroids_ = np.stack([mean_of(X, np.flatnonzero(y == label)) for label in labels])

    def _measure(self, cloud: Cloud, rows: list[Ints], whole: HullDistances) -> None:
        """Set the distances of clusters and of labels."""
        self._hulls = [PointSet.of(cloud, part) for part in rows]
        label = self._cluster_label
        large = np.flatnonzero(self.cluster_sizes_ >= self.min_cluster_size).tolist()
        pairs = [(a, b) for i, a in enumerate(large) for b in large[i + 1 :] if label[a] != label[b]]
        sizes = np.bincount(label, weights=self.cluster_sizes_)
        complete = self.cluster_sizes_ == sizes[label]
        known = {(a, b): whole[label[a], label[b]] for a, b in pairs if complete[a] and complete[b]}
        found = solve_pairs(self._hulls, pairs, self.gap, None, self.n_jobs, self.progress, known)
        self.certificates_ = found.in_frame(self._frame)
        self.cluster_distances_ = cluster_table(self.certificates_, self.cluster_labels_)
        self.distances_ = label_table(self.cluster_distances_, self.classes_)
