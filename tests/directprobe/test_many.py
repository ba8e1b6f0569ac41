"""Many pairs at once: each gets what it gets alone, whatever else is in its bundle."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbert.directprobe import Supports, pairwise_distances
from fbert.directprobe.solver import many
from fbert.directprobe.solver.distances import HullDistances
from fbert.directprobe.solver.hull import HullDistance, extent_of, solve
from fbert.directprobe.solver.many import solve_pairs
from fbert.directprobe.solver.points import FAR, PointSet, framed
from fbert.errors import InputError

COLUMNS = ("status", "lower", "upper", "offset", "residual", "normals", "points_a", "points_b")


def labelled(seed, d=6, k=7, n=150, apart=1.5, dtype=np.float32):
    """Labels of very different sizes, of which some meet; two of them far from the others, side by side."""
    random = np.random.default_rng(seed)
    y = random.choice(k, n, p=np.arange(1, k + 1) / (k * (k + 1) / 2))
    y[:k] = np.arange(k)
    X = random.normal(size=(n, d)) + apart * random.normal(size=(k, d))[y]
    X[y < 2] = 1e3 + X[y < 2]
    return X.astype(dtype), y


def labels_of(X, y):
    cloud = framed(X)[2]
    return [PointSet.of(cloud, np.flatnonzero(y == label)) for label in np.unique(y)]


@given(st.integers(0, 1000), st.sampled_from([1e-3, 1e-6, np.inf]), st.sampled_from([1, 60, 10_000]))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_a_pair_is_solved_as_it_is_alone(seed, gap, bundle):
    sets = labels_of(*labelled(seed))
    pairs = list(combinations(range(len(sets)), 2))
    extent = extent_of(sets[0].radius, sets[1].radius, sets[0].mean - sets[1].mean)
    assert sets[1].reach > FAR * extent, "the first pair is one that is moved to the origin"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many, "BUNDLE", bundle)
        found = solve_pairs(sets, pairs, gap, n_jobs=1 + seed % 3)
    for a, b in pairs:
        alone, one = solve(sets[a], sets[b], gap), found[a, b]
        assert one.status == alone.status
        np.testing.assert_allclose([one.lower, one.upper], [alone.lower, alone.upper], rtol=1e-12, atol=1e-13)
        np.testing.assert_array_equal(one.rows_a, alone.rows_a)
        np.testing.assert_array_equal(one.weights_b, alone.weights_b)
        for name in ("normal", "point_a", "point_b"):
            scale = np.abs(getattr(alone, name)).max()
            np.testing.assert_allclose(getattr(one, name), getattr(alone, name), atol=1e-12 * scale)


def test_neither_threads_nor_bundles_change_a_bit(monkeypatch):
    sets = labels_of(*labelled(1, n=400))
    pairs = list(combinations(range(len(sets)), 2))
    found = solve_pairs(sets, pairs, 1e-3, n_jobs=1)
    monkeypatch.setattr(many, "BUNDLE", 100)
    again = solve_pairs(sets, pairs, 1e-3, n_jobs=3)
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(found, name), getattr(again, name))
    for pair in pairs:
        np.testing.assert_array_equal(found[pair].rows_b, again[pair].rows_b)


def test_distances_are_a_mapping_from_pairs_of_names():
    X, y = labelled(2)
    names = np.array(list("abcdefg"))
    found, _ = pairwise_distances(X, names[y])
    assert isinstance(found, HullDistances)
    assert list(found) == list(combinations("abcdefg", 2)) and len(found) == 21
    assert all(isinstance(one, HullDistance) for one in found.values())
    assert [one.status for one in found.values()] == found.status.tolist()
    assert ("a", "z") not in found and ("b", "a") not in found
    with pytest.raises(KeyError):
        found["a", "z"]


def test_one_label_has_no_pairs():
    found, supports = pairwise_distances(np.eye(3), ["a"] * 3)
    assert len(found) == 0 and found.status.shape == (0,)
    again, _ = pairwise_distances(np.eye(3), ["a"] * 3, warm_start_from=supports)
    assert len(again) == 0


def test_answers_stay_though_the_points_are_changed_in_place():
    X, y = labelled(3)
    found, _ = pairwise_distances(X, y)
    before = found[5, 6].point_a.copy()
    X *= 2
    np.testing.assert_array_equal(found[5, 6].point_a, before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_start_of_which_some_is_missing_gives_the_same_answers(dtype):
    X, y = labelled(4, n=300, dtype=dtype)
    cold, supports = pairwise_distances(X, y)
    arrays = supports.to_arrays()
    # the last pairs were not there before, and of the first one only its second label was
    some, end = len(supports.pairs) - 4, supports.start[-5]
    first = np.arange(end) < supports.start[1]
    kept = ~(first & arrays["in_first"][:end])
    start = np.concatenate([[0], np.cumsum(kept)])[supports.start[: some + 1]]
    part = {name: arrays[name][:end][kept] for name in ("rows", "in_first", "weights")}
    given = Supports.from_arrays({"pairs": supports.pairs[:some], "start": start} | part)
    warm, _ = pairwise_distances(X, y, warm_start_from=given)
    assert (warm.status == cold.status).all()
    np.testing.assert_allclose(warm.upper, cold.upper, rtol=2e-3, atol=1e-9)


def test_a_start_with_rows_that_are_not_there_is_refused():
    X, y = labelled(5)
    arrays = pairwise_distances(X, y)[1].to_arrays()
    for row in (-1, len(X)):
        rows = np.append(arrays["rows"][:-1], row)
        with pytest.raises(InputError, match="belongs to other rows"):
            pairwise_distances(X, y, warm_start_from=Supports.from_arrays(arrays | {"rows": rows}))
