"""Verdicts and distances, each certificate checked from scratch."""

import numpy as np
import pytest
from directprobe_oracle import overlap
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.spatial import ConvexHull

from fbert.directprobe import DirectProbe, hull_distance, pairwise_distances, separate
from fbert.directprobe.solver.hull import answers_for
from fbert.directprobe.solver.kernel import Limits, Programs, nearest
from fbert.directprobe.solver.points import PointSet, sets_of
from fbert.directprobe.solver.support import Support, carried_by
from fbert.errors import InputError

QUICK = settings(max_examples=40, deadline=None, derandomize=True)


def check(A, B, found, tolerance=1e-9):
    """Raise unless the certificate proves what it says; `tolerance` is relative to the extent of the sets."""
    A, B = np.asarray(A, dtype=np.float64), np.asarray(B, dtype=np.float64)
    extent = max(np.ptp(np.concatenate([A, B]), axis=0).max(), 1e-300)
    # Points far from the origin for their size cannot be written down any better than this.
    tolerance += 1e-15 * max(np.abs(A).max(), np.abs(B).max()) / extent if extent > 1e-300 else 0.0
    for rows, weights, points, at in (
        (found.rows_a, found.weights_a, A, found.point_a),
        (found.rows_b, found.weights_b, B, found.point_b),
    ):
        assert (weights >= 0).all()
        assert len(np.unique(rows)) == len(rows)
        np.testing.assert_allclose(weights.sum(), 1, rtol=1e-9)
        np.testing.assert_allclose(
            weights @ (points[rows] - points[0]) + points[0], at, atol=tolerance * extent
        )
    apart = np.linalg.norm((found.point_a - found.point_b) / extent) * extent
    if found.status == "separable":
        np.testing.assert_allclose(np.linalg.norm(found.normal), 1, rtol=1e-12)
        margin = ((A - found.point_a) @ found.normal).min() - ((B - found.point_a) @ found.normal).max()
        assert 0 < found.lower <= margin + tolerance * extent
        assert found.lower <= found.upper
        np.testing.assert_allclose(found.upper, apart, atol=tolerance * extent)
        np.testing.assert_array_less(
            found.offset - tolerance * (extent + abs(found.offset)), A @ found.normal
        )
    else:
        assert found.status == "overlapping"
        assert found.lower == found.upper == found.distance == 0
        assert apart <= tolerance * extent
        assert len(found.rows_a) + len(found.rows_b) <= A.shape[1] + 2


def heaps(seed, shift, d=5, n=40):
    random = np.random.default_rng(seed)
    A, B = random.normal(size=(n, d)), random.normal(size=(n, d))
    B[:, 0] += shift
    return A, B


@pytest.mark.parametrize("shift", [0, 2, 4, 8])
@pytest.mark.parametrize("d", [1, 2, 7, 30])
def test_verdict_is_that_of_a_linear_program(shift, d):
    A, B = heaps(d, shift, d)
    found = hull_distance(A, B)
    check(A, B, found)
    check(A, B, separate(A, B))
    assert (found.status == "overlapping") == (separate(A, B).status == "overlapping") == overlap(A, B)


@pytest.mark.parametrize("gap", [1e-1, 1e-3, 1e-6])
def test_bounds_agree_to_the_gap(gap):
    A, B = heaps(3, 9)
    found = hull_distance(A, B, gap=gap)
    check(A, B, found)
    assert found.lower >= (1 - gap) * found.upper


def test_distance_is_that_of_a_general_solver():
    A, B = heaps(5, 7, d=3, n=12)
    rows = len(A) + len(B)
    side = np.arange(rows) < len(A)
    Z = np.concatenate([A, -B])
    sums = [{"type": "eq", "fun": lambda x, s=s: x[s].sum() - 1} for s in (side, ~side)]
    start = np.where(side, 1 / len(A), 1 / len(B))
    found = minimize(
        lambda x: ((x @ Z) ** 2).sum(), start, bounds=[(0, 1)] * rows, constraints=sums, tol=1e-12
    )
    np.testing.assert_allclose(hull_distance(A, B, gap=1e-6).distance, np.sqrt(found.fun), rtol=1e-5)


DEGENERATE = {
    "one point each": ([[0.0, 0]], [[3.0, 4]], 5),
    "the same point": ([[1.0, 2]], [[1.0, 2]], 0),
    "one coordinate": ([[0.0], [1]], [[3.0], [7]], 2),
    "touching in one coordinate": ([[0.0], [1]], [[1.0], [2]], 0),
    "point inside": ([[0.0], [1]], [[0.5]], 0),
    "crossing segments": ([[0.0, 0], [1, 1]], [[0.0, 1], [1, 0]], 0),
    "crossing segments in space": ([[0.0, 0, 0], [2, 2, 0]], [[0.0, 2, 1], [2, 0, 1]], 1),
    "parallel segments": ([[0.0, 0], [1, 0]], [[0.0, 2], [1, 2]], 2),
    "one line": ([[0.0, 0], [1, 1], [2, 2]], [[3.0, 3], [4, 4]], np.sqrt(2)),
    "one line, meeting": ([[0.0, 0], [2, 2]], [[1.0, 1], [4, 4]], 0),
    "fewer points than dimensions": (np.eye(9)[:3], -np.eye(9)[:2], np.sqrt(4 / 3)),
    "all equal": ([[1.0, 1]] * 4, [[1.0, 1]] * 3, 0),
    "far away and close together": ([[1e6, 1e6]], [[1e6, 1e6 + 1e-3], [1e6 + 1e-3, 1e6]], 1e-3 / np.sqrt(2)),
    "tiny": ([[1e-200]], [[3e-200]], 2e-200),
    "huge": ([[1e200]], [[3e200]], 2e200),
    "nearly touching": ([[0.0], [1]], [[1 + 1e-8], [2]], 1e-8),
    "nearly touching in the plane": ([[0.0, 0], [1, 1]], [[0.5, 0.5 + 1e-8], [0, 1]], 1e-8 / np.sqrt(2)),
}


@pytest.mark.parametrize("case", DEGENERATE)
def test_degenerate_sets(case):
    A, B, distance = DEGENERATE[case]
    found = hull_distance(A, B)
    check(A, B, found)
    np.testing.assert_allclose(found.distance, distance, rtol=2e-3)


def test_float16_is_taken_at_its_word():
    A, B = np.array([[0.1, 0], [0.2, 0]], np.float16), np.array([[0.3, 0]], np.float16)
    np.testing.assert_allclose(hull_distance(A, B).distance, float(B[0, 0]) - float(A[1, 0]), rtol=1e-9)


def test_a_set_that_rounding_cannot_place_is_undecided_or_proven():
    A, B = [[0.0], [1.0]], [[1.0 + 2e-15], [2.0]]
    found = separate(A, B)
    assert found.status in {"undecided", "overlapping"}
    assert found.residual < 1e-14


grids = st.integers(1, 3).flatmap(
    lambda d: st.tuples(*[st.lists(st.tuples(*[st.integers(-3, 3)] * d), min_size=1, max_size=8)] * 2)
)


@given(grids)
@QUICK
def test_points_on_a_grid(sets):
    A, B = (np.array(s, dtype=np.float64) for s in sets)
    found = hull_distance(A, B)
    check(A, B, found)
    assert (found.status == "overlapping") == overlap(A, B)


@given(grids, st.integers(0, 100), st.sampled_from([1e-6, 1.0, 1e6]), st.floats(-1e3, 1e3))
@QUICK
def test_moving_turning_scaling_and_reordering_change_nothing(sets, seed, scale, shift):
    A, B = (np.array(s, dtype=np.float64) for s in sets)
    random = np.random.default_rng(seed)
    turn = np.linalg.qr(random.normal(size=(A.shape[1],) * 2))[0]
    moved = [random.permutation(s @ turn * scale + shift * scale) for s in (A, B)]
    before, after = hull_distance(A, B), hull_distance(*moved)
    assert before.status == after.status
    np.testing.assert_allclose(after.distance, before.distance * scale, rtol=2e-3)


@given(grids, st.integers(0, 100))
@QUICK
def test_an_interior_point_changes_nothing(sets, seed):
    A, B = (np.array(s, dtype=np.float64) for s in sets)
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(A)))
    before, after = hull_distance(A, B), hull_distance(np.vstack([A, weights @ A]), B)
    np.testing.assert_allclose(after.distance, before.distance, rtol=2e-3, atol=1e-9)


def test_corners_are_enough():
    A, B = heaps(8, 6, d=2, n=60)
    corners = [s[ConvexHull(s).vertices] for s in (A, B)]
    np.testing.assert_allclose(hull_distance(*corners).distance, hull_distance(A, B).distance, rtol=2e-3)


def test_warm_start_gives_the_same_answer():
    A, B = heaps(4, 8, d=20, n=100)
    cold = hull_distance(A, B)
    moved = A + 1e-3 * np.random.default_rng(0).normal(size=A.shape)
    warm = hull_distance(moved, B, warm_start_from=cold)
    check(moved, B, warm)
    np.testing.assert_allclose(warm.distance, hull_distance(moved, B).distance, rtol=2e-3)


def test_all_pairs_are_those_taken_one_by_one():
    random = np.random.default_rng(1)
    y = np.repeat(["a", "b", "c"], 30)
    X = random.normal(size=(90, 4)) + 4 * np.eye(4)[np.repeat([0, 1, 2], 30)]
    found, supports = pairwise_distances(X, y, n_jobs=2)
    again, _ = pairwise_distances(X, y, warm_start_from=type(supports).from_arrays(supports.to_arrays()))
    for (a, b), one in found.items():
        alone = hull_distance(X[y == a], X[y == b])
        check(X[y == a], X[y == b], one)
        assert one.status == alone.status == again[a, b].status
        np.testing.assert_allclose([one.distance, again[a, b].distance], alone.distance, rtol=2e-3)


@pytest.mark.parametrize(
    ("A", "B", "message"),
    [
        ([[np.nan, 0]], [[0, 0]], "A has NaN or infinite values in row 0"),
        ([[0, 0]], [[1, 0], [np.inf, 0]], "B has NaN or infinite values in row 1"),
        (np.empty((0, 2)), [[0, 0]], "A holds no points"),
        ([[0, 0]], [[0, 0, 0]], "A has 2 coordinates and B has 3"),
        ([0, 1], [[0]], "A must have two dimensions"),
        ([["x"]], [[0]], "A must be a matrix of numbers"),
    ],
)
def test_sets_that_cannot_be_used(A, B, message):
    with pytest.raises(InputError, match=message):
        separate(A, B)


@pytest.mark.parametrize("gap", [-1.0, 0.0, 2.0, float("nan")])
def test_a_gap_that_means_nothing_is_refused(gap):
    A, B = np.zeros((1, 2)), np.ones((1, 2))
    with pytest.raises(InputError, match="gap is a share between 0 and 1"):
        hull_distance(A, B, gap=gap)
    with pytest.raises(InputError, match="gap is a share"):
        DirectProbe(gap).fit(np.concatenate([A, B]), [0, 1])


@pytest.mark.parametrize(("rounds", "lower", "upper"), [(1, 8 / np.sqrt(10), np.sqrt(10)), (2, 3, 3)])
def test_the_example_of_the_kernel(rounds, lower, upper):
    A, B, first = np.array([[0.0, 0], [0, 2]]), np.array([[3.0, 1]]), np.array([0])
    limits = Limits(gap=1e-3, error=0.0, zero=0.0, verdict_only=False, batch=1, rounds=rounds)
    sets, answers = [sets_of([PointSet.whole(points)]) for points in (A, B)], answers_for(1, 2)
    programs = Programs(first, np.zeros((1, 2), np.int64), np.ones(1), np.zeros(1), np.zeros(1))
    nearest(*sets, programs, carried_by(Support(first, np.ones(1), first, np.ones(1))), limits, answers)
    found = float(answers.lower[0]), np.linalg.norm(answers.points_a - answers.points_b)
    np.testing.assert_allclose(found, (lower, upper))
