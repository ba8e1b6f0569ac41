"""What a probe reports: figures against scikit-learn's, metamorphic properties, determinism."""

import json

import numpy as np
import pytest
import torch
from probe_data import blobs, names
from sklearn.metrics import precision_recall_fscore_support

from fbert.errors import InputError
from fbert.probe import ProbeSettings, Setting, learning_curves, run_probe
from fbert.probe.control import control_labels
from fbert.probe.measures import confusion_matrix, per_label
from fbert.probe.training import advance_all

QUICK = ProbeSettings(widths=[8, 16], l2=[1e-3, 1.0], runs=3, max_epochs=30)
TRAIN, TEST = blobs(300), blobs(150, draw=1)


def quick(train=TRAIN, test=TEST, labels=None, settings=QUICK, **more):
    return run_probe(train, test, labels or names(4), settings, seed=1, **more)


def test_per_label_figures_agree_with_sklearn():
    rng = np.random.default_rng(0)
    y, predictions = rng.integers(5, size=200), [rng.integers(4, size=200) for _ in range(3)]
    rows = per_label(confusion_matrix(y, predictions, 5), y, y, names(5))
    expected = precision_recall_fscore_support(
        np.tile(y, 3), np.concatenate(predictions), labels=range(5), zero_division=0
    )
    for found, column in zip(("precision", "recall", "f1"), expected[:3], strict=True):
        np.testing.assert_allclose([row[found] or 0 for row in rows], 100 * column)
    assert rows[4]["precision"] is None
    assert [row["test"] for row in rows] == np.bincount(y).tolist()


def test_figures_of_a_result_belong_together():
    result = quick()
    confusion = np.array(result.confusion)
    np.testing.assert_array_equal(confusion.sum(axis=1), 3 * np.bincount(TEST[1]))
    np.testing.assert_allclose(result.accuracy, 100 * np.trace(confusion) / confusion.sum())
    np.testing.assert_allclose(
        [result.accuracy, result.accuracy_std], [np.mean(result.accuracies), np.std(result.accuracies)]
    )
    most = np.bincount(TRAIN[1]).argmax()
    assert result.majority == {
        "label": f"label-{most}",
        "accuracy": pytest.approx(100 * (TEST[1] == most).mean()),
    }
    assert result.epochs == [30] * 3 and result.converged == [False] * 3
    assert json.loads(json.dumps(result.to_json(), allow_nan=False))["widths"] == list(result.widths)


def test_one_thread_and_three_give_the_same_bits():
    settings = ProbeSettings(widths=[8, 32], l2=[1e-3, 1.0], runs=3, max_epochs=30, control=True)
    results = [quick(settings=settings, threads=threads).to_json() for threads in (1, 3, 1)]
    assert results[0] == results[1] == results[2]


def test_torch_keeps_its_threads():
    before = torch.get_num_threads()
    quick(threads=2)
    assert torch.get_num_threads() == before


def test_numbers_below_the_normal_ones_are_zero_in_training_alone():
    """Each product with one takes a processor many times as long."""

    class Tiny:
        cost = 0

        def advance(self, until):
            self.product = float(torch.full((4,), 1e-30).mul_(1e-10).max())

    trained, here = Tiny(), Tiny()
    advance_all([trained], 1, threads=1)
    here.advance(1)
    assert (trained.product, here.product) == (0, pytest.approx(1e-40))


def test_half_precision_features_are_the_same_features():
    half = (TRAIN[0].astype(np.float16), TRAIN[1]), (TEST[0].astype(np.float16), TEST[1])
    full = [(X.astype(np.float32), y) for X, y in half]
    assert quick(*half).to_json() == quick(*full).to_json()


def test_test_set_plays_no_part_in_the_choice():
    first, second = quick(), quick(test=blobs(90, draw=2))
    assert (first.grid, first.epochs) == (second.grid, second.epochs)


def test_unused_label_names_change_nothing():
    def shift(part):
        return part[0], part[1] + 3

    plain, shifted = quick(), quick(shift(TRAIN), shift(TEST), names(9))
    assert plain.accuracies == shifted.accuracies
    np.testing.assert_array_equal(np.array(shifted.confusion)[3:7, 3:7], plain.confusion)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_gpu_agrees_with_cpu():
    assert abs(quick(device="cuda").accuracy - quick(device="cpu").accuracy) < 3


def test_control_labels_are_one_for_each_word_type_and_distributed_as_the_labels():
    y = np.repeat([0, 1, 2], [7000, 2000, 1000])
    words = ([f"word-{index % 4000}" for index in range(10000)], [f"word-{index}" for index in range(5000)])
    drawn, drawn_test = control_labels(y, 5000, words, seed=0)
    np.testing.assert_array_equal(drawn[:4000], drawn[4000:8000])
    np.testing.assert_array_equal(drawn[:4000], drawn_test[:4000])
    np.testing.assert_allclose(np.bincount(drawn_test) / 5000, [0.7, 0.2, 0.1], atol=0.03)


def test_control_labels_of_sentences_are_drawn_one_by_one():
    drawn, drawn_test = control_labels(np.repeat([0, 1], 5000), 5000, None, seed=0)
    assert abs((drawn[:5000] == drawn_test).mean() - 0.5) < 0.03


def test_selectivity_is_high_where_the_task_is_in_the_features_and_words_are_not():
    settings = ProbeSettings(widths=[16], l2=[1e-3], runs=2, max_epochs=60, control=True)
    words = [[f"word-{index % 40}" for index in range(n)] for n in (300, 150)]
    train, test = blobs(300, spread=0.5), blobs(150, spread=0.5, draw=1)
    result = quick(train, test, settings=settings, groups=tuple(words))
    assert result.control.accuracy < 50 < 95 < result.accuracy
    np.testing.assert_allclose(result.control.selectivity, result.accuracy - result.control.accuracy)


def test_control_needs_a_word_type_for_each_example():
    settings = ProbeSettings(widths=[8], l2=[0.1], runs=1, max_epochs=2, control=True)
    with pytest.raises(InputError, match=r"found \(2, 150\), expected \(300, 150\)"):
        quick(settings=settings, groups=(["a", "b"], ["a"] * 150))


def test_learning_curves_are_accuracies_of_networks_stopped_after_each_epoch():
    setting, epochs = Setting((8, 8), 0.01), 4
    subsets = {"seen": TRAIN, "test": TEST}
    curves = learning_curves(TRAIN, subsets, names(4), setting, epochs, [3, 4], QUICK)
    assert {name: curve.shape for name, curve in curves.items()} == {"seen": (2, 4), "test": (2, 4)}
    for epoch in range(1, epochs + 1):
        settings = ProbeSettings(widths=[8], l2=[0.01], runs=2, max_epochs=epoch)
        expected = run_probe(TRAIN, TEST, names(4), settings, seed=3).accuracies
        np.testing.assert_allclose(curves["test"][:, epoch - 1], expected)


def test_learning_curves_go_on_after_convergence():
    train = blobs(60, spread=0.01)
    settings = ProbeSettings(tolerance=10.0, patience=1, learning_rate=0.02)
    curves = learning_curves(train, {"seen": train}, names(4), Setting((32, 8), 0.0), 80, [0], settings)
    assert curves["seen"][0, -1] == 100.0 > curves["seen"][0, 0]


def test_accuracy_on_what_was_not_trained_on_is_that_of_these_rows():
    """The test set, and after it rows of the training set: what was trained on changes one figure alone."""
    X = np.concatenate([TEST[0], TRAIN[0][:50]])
    y = np.concatenate([TEST[1], TRAIN[1][:50]])
    seen = np.arange(len(y)) >= len(TEST[1])
    found, plain = quick(test=(X, y), seen=seen), quick()
    assert found.seen == 50
    assert found.accuracy_unseen == pytest.approx(plain.accuracy)
    assert (plain.seen, plain.accuracy_unseen) == (0, None)
    every = quick(seen=np.ones(len(TEST[1]), dtype=bool))
    assert (every.seen, every.accuracy_unseen) == (len(TEST[1]), None)
