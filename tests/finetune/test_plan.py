"""The course of a run follows from settings and seed."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbert.errors import InputError
from fbert.finetune import FinetuneSettings
from fbert.finetune.plan import BUCKET, Plan, shuffled_batches

LENGTHS = st.lists(st.integers(3, 60), min_size=1, max_size=200).map(tuple)


@settings(max_examples=40, derandomize=True)
@given(LENGTHS, st.integers(1, 40), st.integers(0, 5))
def test_every_sentence_comes_once_an_epoch(lengths, batch_size, seed):
    plan = Plan(FinetuneSettings(epochs=2, batch_size=batch_size), lengths, seed)
    for epoch in range(2):
        drawn = [plan.batch(epoch * plan.per_epoch + place) for place in range(plan.per_epoch)]
        assert sorted(np.concatenate(drawn).tolist()) == list(range(len(lengths)))
        assert all(len(batch) <= batch_size for batch in drawn)


@pytest.mark.parametrize(("at_once", "sizes"), [(None, [8]), (3, [3, 3, 2]), (8, [8]), (50, [8])])
def test_parts_of_a_batch_are_no_larger_than_asked_for(at_once, sizes):
    plan = Plan(FinetuneSettings(batch_size=8, micro_batch_size=at_once), tuple(range(3, 103)), 0)
    parts = plan.parts(1)
    assert [len(part) for part in parts] == sizes
    np.testing.assert_array_equal(np.concatenate(parts), plan.batch(1))


def test_epochs_and_seeds_differ_and_repeat():
    lengths = tuple(range(3, 103))
    first, again, other_epoch, other_seed = (
        np.concatenate(shuffled_batches(lengths, 8, seed, epoch))
        for seed, epoch in ((0, 0), (0, 0), (0, 1), (1, 0))
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other_epoch)
    assert not np.array_equal(first, other_seed)


def test_batches_have_similar_lengths_without_an_order():
    lengths = tuple(np.random.default_rng(0).integers(3, 60, size=8 * BUCKET).tolist())
    found = shuffled_batches(lengths, 8, 0, 0)
    spreads = [np.ptp([lengths[index] for index in batch]) for batch in found]
    means = [np.mean([lengths[index] for index in batch]) for batch in found]
    assert max(spreads) <= 10
    assert means != sorted(means)


def test_the_learning_rate_rises_over_a_tenth_and_falls():
    plan = Plan(FinetuneSettings(epochs=1, batch_size=1, learning_rate=1.0), (5,) * 100, 0)
    rates = [plan.learning_rate(update) for update in range(100)]
    np.testing.assert_allclose(rates[:10], np.arange(1, 11) / 10)
    np.testing.assert_allclose(rates[10:], np.arange(90, 0, -1) / 90)


def test_without_warmup_it_only_falls():
    plan = Plan(FinetuneSettings(epochs=1, batch_size=1, warmup=0), (5,) * 4, 0)
    np.testing.assert_allclose(
        [plan.learning_rate(update) for update in range(4)], 3e-4 * np.array([4, 3, 2, 1]) / 4
    )


@settings(max_examples=40, derandomize=True)
@given(LENGTHS, st.integers(2, 25), st.integers(1, 4))
def test_snapshots_are_evenly_spaced_from_start_to_end(lengths, snapshots, epochs):
    plan = Plan(FinetuneSettings(epochs=epochs, snapshots=snapshots), lengths, 0)
    spaced = sorted(plan.snapshots)
    assert (spaced[0], spaced[-1]) == (0, plan.updates)
    assert len(spaced) == min(snapshots, plan.updates + 1)
    assert np.ptp(np.diff(spaced)) <= 1
    assert plan.saves >= plan.snapshots | {plan.per_epoch, plan.updates}


def test_a_study_speaks_in_plain_values():
    found = FinetuneSettings.from_study({"epochs": 3, "snapshots": 20})
    assert found == FinetuneSettings(epochs=3, snapshots=20)
    default = FinetuneSettings.from_study({})
    assert (default.epochs, default.batch_size, default.learning_rate, default.warmup) == (10, 32, 3e-4, 0.1)
    assert (default.freeze, default.lora, default.snapshots) == (0, None, 0)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"epoch": 3}, "unknown key 'epoch'; valid are: epochs, batch_size"),
        ({"epochs": 0}, "epochs (0) and batch_size (32) must be at least 1"),
        ({"batch_size": 0}, "batch_size (0) must be at least 1"),
        ({"micro_batch_size": 0}, "micro_batch_size is a number of sentences, not 0"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0, not 0.0"),
        ({"learning_rate": float("nan")}, "learning_rate must be above 0, not nan"),
        ({"warmup": 1}, "warmup is a share of the updates: at least 0 and below 1, not 1"),
        ({"snapshots": 1}, "snapshots must be 0, or at least 2 (start and end), not 1"),
    ],
)
def test_impossible_settings_are_refused_by_key(keys, message):
    with pytest.raises(InputError, match=re.escape(message)):
        FinetuneSettings.from_study(keys)
