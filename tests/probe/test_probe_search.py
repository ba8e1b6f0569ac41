"""The choice of a setting: divided fairly, searched cheaply, and as good as the exhaustive search."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from probe_data import blobs, digits, names

from fbert.errors import InputError
from fbert.probe import ProbeSettings, run_probe
from fbert.probe.data import hold_out

GRID = {"widths": [8, 16, 32], "l2": [1e-4, 1e-2, 1.0], "runs": 2, "max_epochs": 120}


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=20, max_size=300), st.floats(0.1, 0.5), st.integers(0, 9))
def test_held_out_part_is_stratified_and_leaves_every_label_in_training(y, share, seed):
    y = np.array(y)
    kept, held = hold_out(y, share, seed)
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, held])), np.arange(len(y)))
    np.testing.assert_array_equal(np.unique(y[kept]), np.unique(y))
    assert len(held) == min(round(share * len(y)), len(y) - len(np.unique(y)))
    free, taken = np.bincount(y) - 1, np.bincount(y[held], minlength=y.max() + 1)
    assert (np.abs(taken - len(held) / (len(y) - len(np.unique(y))) * free)[np.bincount(y) > 0] <= 1).all()


def test_held_out_part_depends_on_the_seed_alone():
    y = np.arange(100) % 7
    np.testing.assert_array_equal(hold_out(y, 0.2, 1)[1], hold_out(y, 0.2, 1)[1])
    assert set(hold_out(y, 0.2, 1)[1]) != set(hold_out(y, 0.2, 2)[1])


def test_nothing_to_hold_out_is_refused():
    with pytest.raises(InputError, match=r"key `held_out`: 0\.2 of 4 training examples"):
        hold_out(np.arange(4), 0.2, 0)


def test_every_setting_is_tried_and_the_best_is_chosen():
    train, test = blobs(300), blobs(100, draw=1)
    result = run_probe(train, test, names(4), ProbeSettings(**GRID), seed=0)
    grid = {(*trial["widths"], trial["l2"]): trial for trial in result.grid}
    assert len(grid) == 27
    finalists = [trial for trial in result.grid if trial["finalist"]]
    # 240 rows are two updates an epoch, so that the first 50 updates take 25 epochs.
    assert sorted({trial["epochs"] for trial in result.grid}) == [25, 100]
    assert (len(finalists), {trial["epochs"] for trial in finalists}) == (5, {100})
    chosen = grid[(*result.widths, result.l2)]
    assert chosen["finalist"]
    assert chosen["held_out_accuracy"] == max(trial["held_out_accuracy"] for trial in finalists)


def test_the_rule_tells_of_the_comparisons_that_were_held():
    """Of 4 settings one is left after the first comparison, at 25 epochs."""
    settings = ProbeSettings(widths=[8, 16], l2=[1e-4], max_epochs=120, runs=2)
    result = run_probe(blobs(300), blobs(100, draw=1), names(4), settings, seed=0)
    assert {trial["epochs"] for trial in result.grid} == {25}
    assert result.selection.endswith("stronger L2 penalty); the best after 25 epochs is chosen")


def test_search_ends_at_the_most_epochs_asked_for():
    settings = ProbeSettings(**GRID | {"max_epochs": 5})
    result = run_probe(blobs(300), blobs(100, draw=1), names(4), settings, seed=0)
    assert {trial["epochs"] for trial in result.grid} == {5}
    assert result.selection.endswith("the best after 5 epochs is chosen")


def test_grid_of_one_setting_needs_no_search():
    settings = ProbeSettings(widths=[8], l2=[0.1], runs=1, max_epochs=20)
    result = run_probe(blobs(300), blobs(100, draw=1), names(4), settings, seed=0)
    assert [(trial["epochs"], trial["finalist"]) for trial in result.grid] == [(20, True)]
    assert result.epochs == [20]


def test_exhaustive_search_stops_no_setting():
    settings = ProbeSettings(**GRID | {"max_epochs": 60}, exhaustive=True)
    result = run_probe(blobs(300), blobs(100, draw=1), names(4), settings, seed=0)
    assert all(trial["finalist"] and (trial["converged"] or trial["epochs"] == 60) for trial in result.grid)
    assert result.selection.endswith("; the best after 60 epochs is chosen")


@pytest.mark.hard
def test_early_stopping_costs_no_accuracy():
    """Over five seeds the chosen settings do as well as those of the exhaustive search, within the noise."""
    (X, y), test = digits()
    train = X[:500], y[:500]
    grid = ProbeSettings(**GRID), ProbeSettings(**GRID, exhaustive=True)
    found = [[run_probe(train, test, names(10), s, seed).accuracy for seed in range(5)] for s in grid]
    noise = np.hypot(*(np.std(accuracies) for accuracies in found)) / np.sqrt(5)
    assert np.mean(found[0]) > np.mean(found[1]) - max(0.5, 2 * noise)


def test_ties_go_to_narrower_layers_then_to_the_stronger_penalty():
    train, test = blobs(300, spread=0.01), blobs(100, spread=0.01, draw=1)
    settings = ProbeSettings(**GRID | {"max_epochs": 60}, exhaustive=True)
    result = run_probe(train, test, names(4), settings, seed=0)
    perfect = [trial for trial in result.grid if trial["held_out_accuracy"] == 100.0]
    narrowest = min(sum(trial["widths"]) for trial in perfect)
    tied = [trial for trial in perfect if sum(trial["widths"]) == narrowest]
    assert len(perfect) > 20
    assert (sum(result.widths), result.l2) == (narrowest, max(trial["l2"] for trial in tied))
