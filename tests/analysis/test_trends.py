"""Minimum distances and what changes in them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbert.analysis.trends import distance_change, extreme_labels, minimum_distances

BEFORE = {("a", "b"): 1.0, ("a", "c"): 2.0, ("b", "c"): 5.0}


def test_minimum_distances_by_hand():
    assert minimum_distances(BEFORE) == {"a": 1.0, "b": 1.0, "c": 2.0}


def test_changes_by_hand():
    after = {("a", "b"): 3.0, ("a", "c"): 1.5, ("b", "c"): 5.0}  # minimum distances 1.5, 3, 1.5
    change = distance_change(BEFORE, after)
    assert (change.increased, change.decreased) == (2, 1)
    assert change.mean == pytest.approx((0.5 + 2.0 - 0.5) / 3)


def test_only_labels_of_both_sides_count():
    assert distance_change(BEFORE, {("c", "d"): 3.0}) == (1, 0, 1.0)
    assert distance_change(BEFORE, {("d", "e"): 3.0}) == (0, 0, None)


def test_extremes_by_hand():
    change = np.array([3.0, -1, np.nan, 0, 5, 2, 1])
    most, least = extreme_labels(change, list("abcdefg"), count=2)
    assert (most, least) == (["e", "a"], ["b", "d"])


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([np.nan, -1.0, 0.0, 0.5, 2.0]), min_size=1, max_size=9))
def test_extremes_never_overlap_and_leave_none_out(values):
    names = [str(i) for i in range(len(values))]
    most, least = extreme_labels(np.array(values), names)
    assert not set(most) & set(least)
    assert len(most) + len(least) == min(6, int(np.isfinite(values).sum()))
    changes = dict(zip(names, values, strict=True))
    assert all(changes[a] >= changes[b] for a in most for b in least)
