"""Spatial similarity against numpy, and where it is undefined."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbert.analysis.similarity import spatial_similarity

PAIRS = [("a", "b"), ("a", "c"), ("b", "c"), ("a", "d")]
distances = st.lists(st.floats(0.01, 100), min_size=4, max_size=4)


def vector(values):
    return dict(zip(PAIRS, values, strict=True))


def test_is_pearsons_r_over_common_pairs():
    left, right = vector([1, 2, 3, 9]), vector([2, 1, 5, 0])
    del right["a", "d"]
    found = spatial_similarity(left, right)
    assert found.pairs == 3
    assert found.r == pytest.approx(np.corrcoef([1, 3, 2], [2, 5, 1])[0, 1])


@settings(max_examples=50, derandomize=True)
@given(distances, st.floats(0.1, 10), st.floats(0, 10))
def test_scaling_and_shifting_change_nothing(values, factor, shift):
    moved = [factor * value + shift for value in values]
    found = spatial_similarity(vector(values), vector(moved))
    if found.r is not None and np.ptp(values) > 1e-3:
        assert found.r == pytest.approx(1)


@pytest.mark.parametrize("values", [[1.0, 1.0, 1.0, 1.0]])
def test_constant_distances_have_no_correlation(values):
    assert spatial_similarity(vector(values), vector([1, 2, 3, 4])).r is None


def test_two_common_pairs_are_too_few():
    left = dict(list(vector([1, 2, 3, 4]).items())[:2])
    assert spatial_similarity(left, vector([1, 2, 3, 4])) == spatial_similarity(left, left)
    assert spatial_similarity(left, left).pairs == 2
