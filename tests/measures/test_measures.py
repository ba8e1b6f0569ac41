"""Every measure against an independent implementation, on made-up and on real vectors, and by hand."""

import measures_oracle as oracle
import numpy as np
import pytest

from fbert.errors import InputError
from fbert.measures.convexity import graph_convexity
from fbert.measures.dimension import intrinsic_dimension
from fbert.measures.known import COMPARISONS, DESCRIPTIONS

compared = pytest.mark.parametrize("measure", COMPARISONS, ids=lambda measure: measure.name)
described = pytest.mark.parametrize("measure", DESCRIPTIONS, ids=lambda measure: measure.name)


def points(n, d, seed):
    return np.random.default_rng(seed).normal(size=(n, d))


@compared
@pytest.mark.parametrize(("d", "e"), [(5, 5), (3, 8), (40, 6)])
def test_comparisons_agree_with_the_oracle_on_random_points(measure, d, e):
    before = points(30, d, 0)
    after = before @ points(d, e, 1) + points(30, e, 2) + 3
    assert measure.of(before, after) == pytest.approx(getattr(oracle, measure.name)(before, after), abs=1e-9)


@compared
@pytest.mark.parametrize("layers", [(0, 1), (1, 2), (0, 2)])
def test_comparisons_agree_with_the_oracle_on_the_demo_encoder(measure, layers, real):
    before, after = (real[0][layer] for layer in layers)
    expected = getattr(oracle, measure.name)(before, after)
    assert 0.01 < expected < 0.99
    assert measure.of(before, after) == pytest.approx(expected, abs=1e-6)


@described
@pytest.mark.parametrize("d", [2, 7])
def test_descriptions_agree_with_the_oracle_on_random_points(measure, d):
    made, y = points(80, d, 3) + 0.5, np.arange(80) % 3
    assert measure.of(made, y) == pytest.approx(getattr(oracle, measure.name)(made, y), abs=1e-9)


@described
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_descriptions_agree_with_the_oracle_on_the_demo_encoder(measure, layer, real):
    vectors, y = real[0][layer], real[1]
    expected = getattr(oracle, measure.name)(vectors, y)
    assert measure.of(vectors, y) == pytest.approx(expected, abs=1e-6)


def test_convexity_agrees_with_the_oracle_where_the_graph_falls_apart():
    """Two islands: pairs between them have no path, and the path of others may be long."""
    made = np.concatenate([points(40, 2, 4), points(40, 2, 5) + 100])
    y = np.arange(80) % 4
    found = graph_convexity(made, y, neighbours=2)
    assert found == pytest.approx(oracle.convexity(made, y, neighbours=2), abs=1e-12)
    assert 0.1 < found < 0.5


def test_convexity_by_hand():
    """The example of its module: a a b a on a line, each joined to the next; a fifth point makes no tie."""
    line = np.array([[0.0], [1.0], [2.1], [3.3]])
    assert graph_convexity(line, np.array([0, 0, 1, 0]), neighbours=1) == pytest.approx(0.5)
    assert graph_convexity(line, np.array([0, 0, 0, 0]), neighbours=1) == 1
    assert graph_convexity(line, np.array([0, 1, 2, 3]), neighbours=1) is None
    assert graph_convexity(line, np.array([0, 1, 1, 0]), neighbours=1) == pytest.approx((0 + 1) / 2)


def test_equal_points_are_joined_by_an_edge_of_no_length():
    """Four times one point, four times another: within each all is direct, between them there is no path."""
    made = np.repeat([[0.0, 0.0], [1.0, 1.0]], 4, axis=0)
    assert graph_convexity(made, np.repeat([0, 1], 4), neighbours=3) == 1
    assert graph_convexity(made, np.zeros(8, dtype=int), neighbours=3) == pytest.approx(12 / 28)
    assert graph_convexity(made, np.zeros(8, dtype=int), neighbours=4) == 1


def test_paths_begin_at_a_sample_where_points_are_many():
    """Another order of the rows draws others, and so makes another value, but little of it."""
    made, y = points(600, 3, 6), np.arange(600) % 2
    order = np.random.default_rng(7).permutation(600)
    found, others = graph_convexity(made, y), graph_convexity(made[order], y[order])
    assert found == graph_convexity(made, y) != others
    assert found == pytest.approx(others, abs=0.02)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_intrinsic_dimension_of_a_surface_is_its_own_in_whatever_space(d):
    surface = np.random.default_rng(7).uniform(size=(2000, d)) @ np.linalg.qr(points(20, 20, 8))[0][:d]
    assert intrinsic_dimension(surface) == pytest.approx(d, rel=0.15)
    assert intrinsic_dimension(np.repeat(surface, 2, axis=0)) == intrinsic_dimension(surface)


def test_cka_of_unrelated_points_is_about_zero_where_dimensions_are_many():
    """The usual, biased estimator has about 0.9 here."""
    before, after = points(100, 1000, 9), points(100, 1000, 10)
    kernels = [P @ P.T for P in (before - before.mean(axis=0), after - after.mean(axis=0))]
    biased = np.vdot(*kernels) / np.prod([np.linalg.norm(kernel) for kernel in kernels])
    assert biased > 0.85
    assert abs(COMPARISONS[0].of(before, after)) < 0.05


@compared
def test_equal_points_are_as_alike_as_can_be(measure):
    made = points(40, 6, 11)
    assert measure.of(made, made) == pytest.approx(0 if measure.name == "procrustes" else 1, abs=1e-7)


@compared
def test_what_cannot_be_compared(measure):
    made = points(10, 4, 12)
    with pytest.raises(InputError, match="10 points cannot be compared with 9"):
        measure.of(made, made[:9])
    assert measure.of(made, np.ones((10, 4))) is None
    assert measure.of(made[:1], made[:1]) is None


@described
def test_what_cannot_be_described(measure):
    assert measure.of(np.zeros((1, 4)), np.array([0])) is None
    assert measure.of(np.zeros((0, 4)), np.array([], dtype=int)) is None
