"""Centroids and their plane against the same by hand and by scikit-learn."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from fbert.analysis.centroids import label_centroids, principal_plane


def test_centroids_by_hand():
    X = np.array([[0, 0], [2, 4], [1, 1]], dtype=np.float32)
    found = label_centroids(X, np.array([2, 2, 0]), 3)
    np.testing.assert_array_equal(found, [[1, 1], [np.nan, np.nan], [1, 2]])


def test_centroids_of_large_coordinates_keep_their_digits():
    X = np.full((30_000, 1), 1e6, dtype=np.float32)
    X[::2] += 1
    assert label_centroids(X, np.zeros(30_000, dtype=int), 1)[0, 0] == 1e6 + 0.5


@pytest.mark.parametrize("shape", [(3, 2), (5, 40), (60, 7)])
def test_the_plane_is_that_of_scikit_learn_up_to_signs(shape):
    points = np.random.default_rng(0).normal(size=shape)
    expected = PCA(2, svd_solver="full").fit(points)
    plane = principal_plane(points)
    np.testing.assert_allclose(np.abs(plane.points), np.abs(expected.transform(points)), atol=1e-9)
    np.testing.assert_allclose(plane.explained, expected.explained_variance_ratio_, atol=1e-9)


def test_other_points_are_projected_onto_the_plane_as_scikit_learn_does():
    points, others = np.random.default_rng(2).normal(size=(2, 6, 4)).astype(np.float32)
    plane = principal_plane(points.astype(np.float64))
    expected = PCA(2, svd_solver="full").fit(points.astype(np.float64)).transform(others)
    np.testing.assert_allclose(np.abs(plane.project(others)), np.abs(expected), atol=1e-9)
    np.testing.assert_allclose(plane.project(points), plane.points, atol=1e-12)
    assert plane.project(others.reshape(2, 3, 4)).shape == (2, 3, 2)


def test_the_plane_does_not_depend_on_where_the_points_lie():
    points = np.random.default_rng(1).normal(size=(6, 4))
    np.testing.assert_allclose(
        principal_plane(points + 100).points, principal_plane(points).points, atol=1e-9
    )


@pytest.mark.parametrize("points", [np.eye(2), np.ones((4, 3))], ids=["two points", "equal points"])
def test_there_is_no_plane_for(points):
    assert principal_plane(points) is None
