"""Points are read as they came: what is computed of them is what their working coordinates give."""

import pickle
import tracemalloc

import joblib
import numpy as np
import pytest

from fbert.directprobe import DirectProbe, pairwise_distances
from fbert.directprobe.solver.kernel import farthest, nearest, write_scores
from fbert.directprobe.solver.points import PointSet, framed, lengths_of, mean_of
from fbert.errors import InputError


def normalised(seed, n=300, d=20, dtype=np.float32):
    """Points in a plane but for rounding, as after a layer's normalisation."""
    X = np.random.default_rng(seed).normal(size=(n, d)) + 0.5
    X -= X.mean(axis=1, keepdims=True)
    return (X / X.std(axis=1, keepdims=True)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_what_is_known_of_points_is_that_of_their_working_coordinates(dtype):
    given, frame, cloud = framed(normalised(0, dtype=dtype))
    Z, w = frame.flattened(given), np.random.default_rng(1).normal(size=given.shape[1])
    assert (len(frame.flat) == 0) == (dtype == np.float64)
    assert np.shares_memory(cloud.given, given) == (dtype != np.float64)
    rows = np.array([5, 299, 0, 17, 8, 100, 101])
    some = PointSet.of(cloud, rows)
    np.testing.assert_allclose(some.scores(w), Z[rows] @ w, atol=1e-14)
    np.testing.assert_allclose(some.at(np.array([3, 1])), Z[rows[[3, 1]]], atol=1e-15)
    np.testing.assert_allclose(some.mean, Z[rows].mean(axis=0), atol=1e-15)
    # without what is flat a point is nearer, by rounding alone
    assert some.radius == pytest.approx(
        np.linalg.norm(Z[rows] - Z[rows].mean(axis=0), axis=1).max(), rel=1e-4
    )
    assert some.reach >= np.linalg.norm(Z[rows], axis=1).max() * (1 - 1e-12)
    np.testing.assert_allclose(mean_of(given, rows), given[rows].astype(float).mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(lengths_of(given), np.linalg.norm(given.astype(float), axis=1), rtol=1e-12)


@pytest.mark.parametrize("away", [0.0, 3.0, 30.0, 3000.0])
def test_single_precision_changes_no_answer(away):
    """However far from the origin, where products with points as they came would lose digits."""
    random = np.random.default_rng(2)
    y = random.integers(0, 4, 400)
    X = (random.normal(size=(400, 8)) + random.normal(size=(4, 8))[y] * 1.2 + away).astype(np.float32)
    single, double = DirectProbe().fit(X, y), DirectProbe().fit(X.astype(float), y)
    np.testing.assert_array_equal(single.labels_, double.labels_)
    points, _, cloud = framed(X)
    assert np.shares_memory(cloud.given, points) == (away < 30)
    exact = pairwise_distances(X.astype(float), y, gap=1e-6)[0]
    for pair, found in pairwise_distances(X, y)[0].items():
        assert found.status == exact[pair].status
        assert found.lower <= exact[pair].upper * (1 + 1e-6) and found.upper >= exact[pair].lower * (1 - 1e-6)


def test_a_probe_that_was_pickled_needs_nothing_compiled_anew(tmp_path):
    """The kernel is compiled for points that cannot be written, a flag that NumPy does not pickle.

    What joblib maps from a file cannot be written at all, and the kernel is not compiled for that.
    """
    X = np.random.default_rng(5).normal(size=(30, 3))
    probe = DirectProbe().fit(X, np.arange(30) % 2)
    functions = [nearest, write_scores, farthest]
    expected, compiled = probe.predict(X + 0.1), [len(of.signatures) for of in functions]
    joblib.dump(probe, tmp_path / "probe")
    for again in (pickle.loads(pickle.dumps(probe)), joblib.load(tmp_path / "probe", mmap_mode="r")):
        np.testing.assert_array_equal(again.predict(X + 0.1), expected)
        np.testing.assert_array_equal(again.hull_distances(X), probe.hull_distances(X))
    assert [len(of.signatures) for of in functions] == compiled


def test_points_that_were_changed_in_place_are_refused():
    X = np.random.default_rng(4).normal(size=(30, 3)).astype(np.float32)
    probe = DirectProbe().fit(X, np.arange(30) % 2)
    new = X[:2].copy()
    probe.predict(new)
    X *= 2
    for ask in (probe.predict, probe.hull_distances):
        with pytest.raises(InputError, match="were changed since, in place: fit it again"):
            ask(new)


def test_points_in_single_precision_are_not_copied():
    random = np.random.default_rng(3)
    y = np.arange(8000) % 4
    X = (random.normal(size=(8000, 512)) + 3 * random.normal(size=(4, 512))[y]).astype(np.float32)
    DirectProbe().fit(X[:100], y[:100])
    tracemalloc.start()
    DirectProbe().fit(X, y)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < X.nbytes / 2 + 8 * 512**2 + 4 * 1024 * 512 * 8  # a matrix of d x d and some blocks of rows
