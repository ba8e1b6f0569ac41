"""Points that lie in a plane but for rounding, as an encoder's last normalisation leaves them."""

import numpy as np
import pytest

from fbert.directprobe import DirectProbe
from fbert.directprobe.pairs import pairwise_distances
from fbert.directprobe.solver.points import Frame, precision_of


def normalised(n, d, seed, dtype=np.float32):
    """Points after a layer norm, computed in that precision, and labels at random."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, d)).astype(dtype)
    X = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
    weights, offsets = (random.normal(size=d).astype(dtype) for _ in range(2))
    return X * weights + offsets, random.integers(2, size=n)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("d", [4, 16])
def test_what_rounding_alone_tells_apart_meets(d, seed):
    X, y = normalised(60 * d, d, seed)
    (found,) = pairwise_distances(X, y)[0].values()
    assert found.status == "overlapping"
    probe = DirectProbe().fit(X, y)
    assert probe.n_undecided_ == 0
    assert not probe.is_linear_


@pytest.mark.parametrize("seed", range(3))
def test_clusters_are_those_in_coordinates_of_the_plane(seed):
    """The same points, given in the plane's own d - 1 coordinates in double precision."""
    X, y = normalised(300, 5, seed)
    centred = X.astype(float) - X.mean(axis=0)
    inner = centred @ np.linalg.svd(centred, full_matrices=False)[2][:4].T
    assert list(DirectProbe().fit(X, y).labels_) == list(DirectProbe().fit(inner, y).labels_)


def test_distances_are_those_of_the_points_as_they_were():
    X, y = normalised(40, 30, 0)
    X[y == 1] += 10  # apart, along the plane and off it
    flat, exact = (pairwise_distances(points, y)[0][0, 1] for points in (X, X.astype(float)))
    assert flat.separable
    assert flat.upper == pytest.approx(exact.upper, rel=2e-3)
    scores = X.astype(float) @ flat.normal
    assert abs(scores[y == 0].min() - scores[y == 1].max()) >= flat.lower * (1 - 1e-6)


def test_a_direction_that_is_narrow_and_real_is_kept():
    random = np.random.default_rng(0)
    X = random.normal(size=(500, 6)).astype(np.float32)
    X[:, 0] *= 1e-3
    assert len(Frame.around(X.astype(float), precision_of(X)).flat) == 0


def test_new_points_in_the_plane_are_in_it_and_others_are_not():
    X, y = normalised(200, 6, 0)
    probe = DirectProbe(min_cluster_size=1).fit(X, y)
    own = probe.hull_distances(X[:20])[np.arange(20), probe.labels_[:20]]
    assert own.max() < 1e-9
    off = X[:20].astype(float) + probe._frame.flat[0]
    assert probe.hull_distances(off).min() == pytest.approx(1, rel=1e-3)


def test_double_precision_is_taken_at_its_word():
    X, y = normalised(100, 5, 0)
    assert precision_of(X) > 0
    assert precision_of(X.astype(float)) == precision_of([[1.0]]) == precision_of(y) == 0


def test_equal_points_stay_equal_and_a_single_place_is_no_plane():
    X, _ = normalised(50, 7, 1)
    X = np.concatenate([X, X[:9]])
    Z = Frame.around(X.astype(float), precision_of(X)).flattened(X.astype(float))
    assert (Z[50:] == Z[:9]).all()
    one = np.full((5, 3), 0.1, dtype=np.float32)
    assert len(Frame.around(one.astype(float), precision_of(one)).flat) == 0


@pytest.mark.parametrize("seed", range(20))
def test_more_active_points_than_a_simplex_has_are_no_error(seed):
    """In few dimensions a first solution may lean on more than d + 2 points."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(3000, 3)) * [1, 1, 1e-6]
    found = pairwise_distances(X, np.arange(3000) % 2)[0][0, 1]
    assert found.status in ("overlapping", "undecided")
