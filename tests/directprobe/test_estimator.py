"""DirectProbe as scikit-learn users meet it."""

import doctest

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from fbert.directprobe import DirectProbe, Supports, estimator, hull_distance
from fbert.errors import InputError


def heaps(seed=0, n=40, d=6, labels=("a", "b", "c"), apart=6.0):
    random = np.random.default_rng(seed)
    y = np.array(labels)[np.arange(n * len(labels)) % len(labels)]
    centres = apart * np.eye(d)[np.arange(n * len(labels)) % len(labels)]
    return centres + random.normal(size=(n * len(labels), d)), y


def split_label(seed=0):
    """Label a lies on both sides of label b, so that it takes two clusters; c is too small to count."""
    random = np.random.default_rng(seed)
    X = np.concatenate(
        [random.normal(size=(20, 2)) + np.array([x, 0]) for x in (-12, 0, 12)] + [[[0, 50.0]] * 3]
    )
    return X, np.repeat(["a", "b", "a", "c"], [20, 20, 20, 3])


# It asks for a TypeError where ours, a ValueError as for all input that cannot be used, names the argument.
OTHER_ERROR = {"check_dtype_object": "InputError instead of TypeError"}


@parametrize_with_checks([DirectProbe()], expected_failed_checks=lambda _: OTHER_ERROR)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_attributes_of_a_linear_space():
    X, y = heaps()
    probe = DirectProbe().fit(X, y)
    assert probe.is_linear_
    assert probe.n_clusters_ == 3
    assert probe.n_undecided_ == 0
    assert probe.n_features_in_ == X.shape[1]
    np.testing.assert_array_equal(probe.classes_, ["a", "b", "c"])
    np.testing.assert_array_equal(probe.cluster_labels_[probe.labels_], y)
    np.testing.assert_allclose(probe.centroids_, [X[y == label].mean(axis=0) for label in "abc"])
    np.testing.assert_allclose(probe.cluster_centroids_, probe.centroids_)


def test_tables_hold_the_distances_of_the_hulls():
    X, y = heaps()
    table = DirectProbe().fit(X, y).distances_
    for row in table.itertuples():
        alone = hull_distance(X[y == row.label_a], X[y == row.label_b])
        assert row.status == "separable"
        assert row.lower <= row.upper == row.distance
        np.testing.assert_allclose(row.distance, alone.distance, rtol=2e-3)


def test_a_label_of_several_clusters_takes_the_mean():
    X, y = split_label()
    probe = DirectProbe().fit(X, y)
    assert not probe.is_linear_
    assert probe.cluster_labels_.tolist() == ["a", "a", "b", "c"]
    parts = [X[probe.labels_ == k] for k in range(4)]
    mean = np.mean([hull_distance(parts[k], parts[2]).distance for k in (0, 1)])
    np.testing.assert_allclose(probe.distance_vector()["a", "b"], mean, rtol=2e-3)
    assert probe.distances_.set_index(["label_a", "label_b"]).loc[("a", "b"), "n_cluster_pairs"] == 2


def test_small_clusters_have_no_distance():
    X, y = split_label()
    probe = DirectProbe().fit(X, y)
    vector, smallest = probe.distance_vector(), probe.min_distances()
    assert np.isnan(vector["a", "c"])
    assert np.isnan(smallest["c"])
    assert smallest["a"] == smallest["b"] == vector["a", "b"]
    assert np.isfinite(DirectProbe(min_cluster_size=1).fit(X, y).distance_vector()).all()


def test_prediction_is_the_nearest_hull():
    X, y = split_label()
    probe = DirectProbe().fit(X, y)
    points = np.random.default_rng(1).uniform(-20, 20, (25, 2))
    distances = probe.hull_distances(points)
    by_hand = [[hull_distance([p], X[probe.labels_ == k]).distance for k in range(4)] for p in points]
    np.testing.assert_allclose(distances, by_hand, rtol=2e-3, atol=1e-9)
    np.testing.assert_array_equal(probe.predict(points), probe.cluster_labels_[distances.argmin(axis=1)])
    np.testing.assert_array_equal(probe.predict(X), y)
    assert probe.score(X, y) == 1


@pytest.mark.parametrize("make", [heaps, split_label])
def test_warm_start_changes_no_result(make):
    X, y = make()
    before = DirectProbe().fit(X, y)
    moved = X + 1e-3 * np.random.default_rng(5).normal(size=X.shape)
    cold = DirectProbe().fit(moved, y)
    stored = Supports.from_arrays(before.supports_.to_arrays())
    for start in (before, stored):
        warm = DirectProbe().fit(moved, y, warm_start_from=start)
        np.testing.assert_array_equal(warm.labels_, cold.labels_)
        np.testing.assert_allclose(warm.distance_vector(), cold.distance_vector(), rtol=2e-3)


def test_a_warm_start_of_other_labels_is_refused():
    X, y = heaps()
    with pytest.raises(InputError, match="other rows or labels"):
        DirectProbe().fit(X, np.roll(y, 1), warm_start_from=DirectProbe().fit(X, y))
    with pytest.raises(InputError, match="missing"):
        Supports.from_arrays({"rows": np.arange(3)})


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("labels", [(3, 1, 2), ("z", "x", "y")])
def test_types_of_points_and_labels(kind, labels):
    X, y = heaps(labels=labels)
    probe = DirectProbe().fit(X.astype(kind), y.tolist())
    assert probe.classes_.tolist() == sorted(labels)
    assert probe.n_clusters_ == 3


def test_one_label_and_one_point():
    assert DirectProbe().fit([[1.0], [2.0]], ["a", "a"]).n_clusters_ == 1
    probe = DirectProbe().fit([[1.0]], ["a"])
    assert probe.is_linear_
    assert probe.distances_.empty
    assert probe.predict([[7.0]]).tolist() == ["a"]


def test_scikit_learn_conventions():
    probe = DirectProbe(gap=1e-2, n_jobs=2)
    assert clone(probe).get_params() == probe.get_params()
    with pytest.raises(NotFittedError):
        probe.predict([[0.0]])
    X, y = heaps()
    frame = pd.DataFrame(X)
    np.testing.assert_array_equal(probe.fit(frame, y).labels_, probe.fit(X, y).labels_)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([[0.0], [np.nan]], "ab", "X has NaN or infinite values in row 1"),
        ([[0.0], [1.0]], "abc", "one label for each of the 2 points"),
        (np.empty((0, 3)), "", "X holds no points"),
        ([[0.0], [1.0]], ["a", None], "y has no label in row 1"),
        ([0.0, 1.0], "ab", "X must have two dimensions"),
    ],
)
def test_input_that_cannot_be_used(X, y, message):
    with pytest.raises(InputError, match=message):
        DirectProbe().fit(X, list(y))


def test_points_of_another_space_are_refused():
    X, y = heaps()
    with pytest.raises(InputError, match="X has 2 features"):
        DirectProbe().fit(X, y).predict([[0.0, 1.0]])


def test_missing_labels_of_pandas_are_named():
    labels = pd.Series(["a", None, "b"], dtype="string")
    with pytest.raises(InputError, match="y has no label in row 1"):
        DirectProbe().fit(np.eye(3), labels)


def test_the_example_of_the_docstring():
    found = doctest.testmod(estimator)
    assert found.attempted
    assert not found.failed
