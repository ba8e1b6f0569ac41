"""Hostile examples and settings: defined behaviour or an error that says what to mend."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from probe_data import blobs, names

from fbert.errors import InputError
from fbert.probe import ProbeSettings, run_probe
from fbert.probe.data import ProbeData
from fbert.probe.memory import affordable_threads

QUICK = ProbeSettings(widths=[8], l2=[1e-3, 1.0], runs=2, max_epochs=12)
X, Y = blobs(120)
X_TEST, Y_TEST = blobs(60, draw=1)


def probe(X=X, y=Y, X_test=X_TEST, y_test=Y_TEST, labels=None, settings=QUICK, **more):
    return run_probe((X, y), (X_test, y_test), labels or names(4), settings, seed=0, **more)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": np.zeros(120, int)}, "all examples have the same label"),
        ({"y": Y + 1}, "training set: labels must be indices of the label names, 0 to 3"),
        ({"y_test": Y_TEST - 1}, "test set: labels must be indices"),
        ({"y": Y.astype(float)}, "training set: labels must be indices"),
        ({"y": Y[:-1]}, r"training set: found X \(120, 20\) and y \(119,\)"),
        ({"X": X[:, 0]}, r"training set: found X \(120,\)"),
        ({"X_test": X_TEST[:0], "y_test": Y_TEST[:0]}, r"test set: found X \(0, 20\)"),
        ({"X_test": X_TEST[:, :5]}, "features: found 20 in training and 5 in test"),
        ({"X": X * np.float32(1e30)}, "expected a number below 1e.15"),
        ({"settings": ProbeSettings(widths=[8], learning_rate=1e30)}, "the loss overflowed in epoch"),
    ],
)
def test_unusable_examples_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        probe(**change)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_non_finite_feature_is_named(bad):
    spoiled = X_TEST.copy()
    spoiled[7, 3] = bad
    with pytest.raises(InputError, match=f"test set, row 7, feature 3: found {bad}"):
        probe(X_test=spoiled)


def test_feature_beyond_float32_is_named():
    spoiled = X.astype(np.float64)
    spoiled[5, 2] = 1e300
    with pytest.raises(InputError, match="training set, row 5, feature 2: found inf"):
        probe(X=spoiled)


def test_labels_of_one_part_only_are_reported_and_scored_as_errors():
    y, y_test = np.where(Y == 3, 2, Y), np.where(Y_TEST == 0, 1, Y_TEST)
    result = probe(y=y, y_test=y_test)
    assert "labels only in the training set: label-0" in result.warnings
    assert "labels only in the test set, where no probe can be right: label-3" in result.warnings
    assert (result.per_label[3]["recall"], result.per_label[3]["precision"]) == (0.0, None)
    assert result.per_label[0]["recall"] is None
    assert result.accuracy <= 100 * (y_test != 3).mean()


def test_label_with_one_example_stays_in_training():
    y = np.minimum(Y, 2)
    y[0] = 3
    result = probe(y=y)
    assert result.warnings == ["labels with a single training example: label-3"]


def test_constant_features_are_borne_and_reported():
    flat = X.copy()
    flat[:, :3] = 7.0
    assert probe(X=flat).warnings == ["3 of 20 features are constant over the training set"]


def test_all_features_constant_gives_the_majority():
    flat = np.ones_like(X)
    y = np.where(np.arange(120) < 90, 0, Y)
    settings = ProbeSettings(widths=[8], l2=[0.1], runs=1, max_epochs=100)
    result = probe(X=flat, y=y, X_test=np.ones_like(X_TEST), settings=settings)
    assert result.accuracy == result.majority["accuracy"]
    assert result.warnings[-1].startswith("every final run answers one label throughout")


def test_control_task_that_draws_one_label_is_left_out():
    settings = dataclasses.replace(QUICK, control=True)
    result = probe(settings=settings, groups=(["same"] * 120, ["same"] * 60))
    assert result.control is None
    assert result.warnings == ["control task: one label was drawn for all, so it is left out"]


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=40), st.integers(1, 3))
def test_any_labels_give_a_result_or_an_input_error(y, features):
    y = np.array(y)
    X = np.random.default_rng(0).normal(size=(len(y), features))
    try:
        result = run_probe((X, y), (X, y), names(5), QUICK, seed=0)
    except InputError as error:
        assert "same label" in str(error) or "held_out" in str(error)
    else:
        assert np.sum(result.confusion) == QUICK.runs * len(y)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("widths", [], "a list with at least one number"),
        ("widths", [32, 0], "found 0, expected a whole number of at least 1"),
        ("widths", [True], "found True"),
        ("widths", [32, 32], "every value once"),
        ("widths", "32", "a list"),
        ("l2", ["1e-7"], "YAML reads 1e-7 as text: write 1.0e-7"),
        ("l2", [-1.0], "found -1.0, expected a number of at least 0"),
        ("l2", [float("nan")], "a finite number"),
        ("max_epochs", 0, "at least 1"),
        ("batch_size", 2.5, "whole number"),
        ("learning_rate", 0, "above 0"),
        ("tolerance", -1e-4, "at least 0"),
        ("patience", 0, "at least 1"),
        ("held_out", 1.0, "between 0 and 1"),
        ("exhaustive", "no", "true or false"),
        ("runs", 0, "at least 1"),
        ("control", 1, "true or false"),
        ("memory_mb", -5, "at least 1"),
    ],
)
def test_impossible_settings_are_refused_by_key(key, value, message):
    with pytest.raises(InputError, match=f"key `{key}`: .*{message}"):
        ProbeSettings(**{key: value})


def test_the_papers_grid_is_the_default():
    assert len(ProbeSettings().grid) == 128


def test_memory_bounds_the_threads_and_not_the_result():
    examples = ProbeData(X, Y, X_TEST, Y_TEST)
    assert affordable_threads(examples, ProbeSettings(memory_mb=10_000), 4) == 4
    assert affordable_threads(examples, ProbeSettings(memory_mb=120), 4) in (1, 2, 3)
    with pytest.raises(InputError, match="key `memory_mb`: 20 is too little for 120 examples of 20 features"):
        affordable_threads(examples, ProbeSettings(memory_mb=20), 4)
