"""What a geometry is held against: permuted labels and halves of one set."""

import numpy as np
import pytest

from fbert.analysis.baselines import halves_similarity, permuted_separability, size_matched_similarity
from fbert.analysis.geometry import describe_geometry
from fbert.analysis.sampling import balanced_rows, second_half
from fbert.analysis.similarity import spatial_similarity
from fbert.store.read import Labelled

LABELS = ("a", "b", "c", "d")


def heaps(n: int, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Four heaps of points in the plane, at distances that all differ."""
    y = np.arange(n) % 4
    centres = np.array([[0.0, 0], [10, 0], [0, 25], [60, 60]])
    return centres[y] + np.random.default_rng(1).normal(0, spread, (n, 2)), y


def test_labels_in_heaps_are_separable_and_permuted_ones_are_not():
    X, y = heaps(200, 0.5)
    assert describe_geometry(X, y, LABELS, 1e-3).separable_pairs == 6
    assert permuted_separability(X, y, seed=0) == 0


def test_few_points_in_many_dimensions_are_separable_for_no_reason():
    y = np.arange(20) % 4
    assert permuted_separability(np.random.default_rng(0).normal(size=(20, 50)), y, seed=0) == 6


def test_equal_points_of_two_labels_are_no_doubt_but_an_overlap():
    X, y = np.zeros((8, 3)), np.arange(8) % 4
    assert permuted_separability(X, y, seed=0) == 0
    described = describe_geometry(X, y, LABELS, 1e-3)
    assert (described.separable_pairs, described.undecided) == (0, 0)


def test_halves_of_heaps_are_alike():
    found = halves_similarity(*heaps(200, 0.5), LABELS, 1e-3, seed=0)
    assert found.linear and found.pairs == 6
    assert found.similarity > 0.99


def test_halves_of_labels_too_small_have_no_similarity():
    assert halves_similarity(*heaps(40, 0.5), LABELS, 1e-3, seed=0).similarity is None


@pytest.mark.parametrize("seed", range(5))
def test_each_label_is_halved(seed):
    y = np.random.default_rng(seed).integers(0, 5, 101)
    second = second_half(y, seed)
    for label in range(5):
        assert (y[second] == label).sum() == (y == label).sum() // 2


def test_clusters_are_counted_by_label():
    X = np.array([[0.0], [1], [2], [3], [4]])
    described = describe_geometry(X, np.array([0, 1, 0, 1, 1]), ("a", "b"), 1e-3)
    assert described.clusters_by_label == {"a": 2, "b": 2}
    assert (described.pairs, described.separable_pairs) == (1, 0)


def test_labels_take_turns_until_enough_are_chosen():
    y = np.array([0] * 50 + [1] * 3 + [2] * 20)
    assert np.bincount(y[balanced_rows(y, 15, seed=0)]).tolist() == [6, 3, 6]
    assert balanced_rows(y, 100, seed=0).tolist() == list(range(73))


def matched(train, test):
    whole = tuple(describe_geometry(*part, 1e-3) for part in (train, test))
    return size_matched_similarity(train, test, whole, 1e-3, seed=0)


def test_sets_cut_to_one_size_are_nested_in_the_given_ones_and_compare_like_with_like():
    """Hulls of few points lie inside those of many, so their distances are larger."""
    train, test = Labelled(*heaps(800, 1.5), LABELS), Labelled(*heaps(40, 1.5), LABELS)
    found = matched(train, test)
    assert (found.n, found.pairs) == (40, 6)
    rows = np.isin(np.arange(800), balanced_rows(train.y, 40, seed=0))
    cut, whole = (
        describe_geometry(X, y, LABELS, 1e-3) for X, y in ((train.X[rows], train.y[rows]), train[:2])
    )
    other = describe_geometry(*test[:2], LABELS, 1e-3)
    expected = spatial_similarity(cut.distance_vector, other.distance_vector)
    assert found.similarity == pytest.approx(expected.r)
    for pair, distance in whole.distance_vector.items():
        assert distance < cut.distance_vector[pair]


def test_labels_of_one_set_alone_are_left_out_of_equal_sizes():
    X, y = heaps(80, 0.5)
    without = y != 3
    found = matched(Labelled(X, y, LABELS), Labelled(X[without], y[without], LABELS))
    assert (found.n, found.pairs) == (60, 3)
    apart = y == 3
    nothing = Labelled(X[apart], y[apart], LABELS), Labelled(X[without], y[without], LABELS)
    assert matched(*nothing).n == 0
