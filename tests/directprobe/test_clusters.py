"""The partition: the algorithm as docs/method.md writes it, and what must not change it."""

import numpy as np
import pytest
from directprobe_oracle import clusters, overlap, same_partition
from hypothesis import given, settings
from hypothesis import strategies as st

from fbert.directprobe import DirectProbe
from fbert.directprobe.clusters.conflicts import Cluster
from fbert.directprobe.clusters.equal import shared_points, shared_rows
from fbert.directprobe.clusters.glance import Glance
from fbert.directprobe.clusters.linkage import Linkage
from fbert.directprobe.solver.hull import separate
from fbert.directprobe.solver.points import PointSet

QUICK = settings(max_examples=30, deadline=None, derandomize=True)


def found(X, y, **settings):
    return DirectProbe(**settings).fit(X, y).labels_


def rings(seed, n=24, d=2):
    """Labels that curl around each other."""
    random = np.random.default_rng(seed)
    angle = random.uniform(0, 2 * np.pi, n)
    y = np.arange(n) % 3
    X = np.zeros((n, d))
    X[:, 0], X[:, 1] = (1 + y) * np.cos(angle), (1 + y) * np.sin(angle)
    return X + 0.05 * random.normal(size=(n, d)), y


@pytest.mark.parametrize("seed", range(6))
def test_curled_labels_against_the_oracle(seed):
    X, y = rings(seed)
    assert same_partition(found(X, y), clusters(X, y))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("d", [1, 3, 6])
def test_mixed_labels_against_the_oracle(seed, d):
    random = np.random.default_rng(seed)
    X, y = random.normal(size=(26, d)), random.integers(0, 3, 26)
    assert same_partition(found(X, y), clusters(X, y))


labelled_grids = st.integers(1, 3).flatmap(
    lambda d: st.lists(
        st.tuples(st.tuples(*[st.integers(-2, 2)] * d), st.sampled_from("abc")), min_size=1, max_size=13
    )
)


@given(labelled_grids)
@QUICK
def test_ties_and_equal_points_against_the_oracle(rows):
    X, y = np.array([x for x, _ in rows], dtype=np.float64), np.array([label for _, label in rows])
    assert same_partition(found(X, y), clusters(X, y))


@pytest.mark.parametrize("n_jobs", [2, 3])
def test_threads_change_nothing(n_jobs):
    X, y = rings(11, 200, 5)
    one, many = DirectProbe().fit(X, y), DirectProbe(n_jobs=n_jobs).fit(X, y)
    np.testing.assert_array_equal(one.labels_, many.labels_)
    np.testing.assert_array_equal(one.distance_vector(), many.distance_vector())


@pytest.mark.parametrize("seed", range(3))
def test_moving_turning_scaling_and_reordering_change_nothing(seed):
    X, y = rings(seed, 60, 3)
    random = np.random.default_rng(seed)
    order = random.permutation(len(X))
    turn = np.linalg.qr(random.normal(size=(3, 3)))[0]
    before = found(X, y)
    assert same_partition(before[order], found((X @ turn * 1e3 + 1e4)[order], y[order]))


def test_no_two_clusters_of_different_labels_meet():
    X, y = rings(2, 150, 3)
    cluster = found(X, y)
    label = {k: y[cluster == k][0] for k in np.unique(cluster)}
    for a in label:
        assert len(np.unique(y[cluster == a])) == 1
        for b in label:
            if a < b and label[a] != label[b]:
                assert not overlap(X[cluster == a], X[cluster == b])


def test_equal_points_of_different_labels_stay_alone():
    X = np.array([[0.0, 0], [0, 0], [0, 0], [1, 0], [1, 1], [9, 9]])
    cluster = found(X, ["a", "a", "b", "a", "a", "b"])
    assert same_partition(cluster, [0, 1, 2, 3, 3, 4])


def test_clusters_that_still_stand_may_no_longer_be_those_of_the_rule():
    """Why a warm start cannot begin from a partition: the example of decision 0016."""
    X, y = np.array([[0.0, 0], [2, 0], [1, 1.75], [1, 0.6]]), ["a", "a", "a", "b"]
    assert same_partition(found(X, y), [0, 0, 1, 2])
    X[2] = 0.9, 1.7
    assert not separate(X[:3], X[3:]).separable
    assert separate(X[:2], X[3:]).separable  # the old clusters are apart, and could not grow
    assert same_partition(found(X, y), [0, 1, 0, 2])


def linkage_of(points):
    """The linkage of points of one label, none frozen."""
    whole = PointSet.whole(points)
    return Linkage(whole, np.arange(len(points)), np.zeros(len(points), bool), Glance.over(whole))


@pytest.mark.parametrize("seed", range(3))
def test_undone_merges_leave_no_trace(seed):
    points = np.random.default_rng(seed).integers(0, 4, (30, 2)).astype(np.float64)
    tried, straight = (linkage_of(points) for _ in range(2))
    for step in range(20):
        ahead = []
        for k in range(3):
            ahead.append(tried.closest())
            tried.merge(ahead[-1], 100 + step + k)
        for _ in range(3):
            tried.undo()
        assert tried.closest() == straight.closest() == ahead[0]
        for linkage in (tried, straight):
            linkage.merge(linkage.closest(), 100 + step)


def test_the_example_of_merging():
    X = np.array([[0.0], [1], [4], [5.5], [9.5], [7]])
    assert same_partition(found(X, list("aaaaab")), [0, 0, 0, 0, 1, 2])


def test_the_example_of_linkage():
    linkage = linkage_of(np.array([[0.0], [1], [3]]))
    first = linkage.closest()
    assert (first.low, first.high, first.distance) == (0, 1, 1.0)
    linkage.merge(first, 3)
    then = linkage.closest()
    assert (then.low, then.high, then.distance) == (2, 3, 6.25)


def test_the_example_of_shared_points():
    points, y = np.array([[0.0, 1], [0, 2], [0, 1], [3, 1]]), np.array([0, 0, 1, 1])
    assert shared_points(points, y).tolist() == [True, False, True, False]
    assert shared_rows(points, y) == {(0, 1): (0, 2)}


def test_a_whole_label_has_the_number_of_no_point_or_merge():
    numbers = [Cluster.whole(label, np.array([label])).number for label in range(3)]
    assert len(set(numbers)) == 3
    assert max(numbers) < 0
