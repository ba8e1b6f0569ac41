"""The engine follows scikit-learn's MLPClassifier: same draws, same losses, same accuracy."""

import warnings

import numpy as np
import pytest
import torch
from probe_data import blobs, digits, names
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from fbert.probe import ProbeSettings, Setting, run_probe
from fbert.probe.perceptrons import Shape, Stack
from fbert.probe.training import Rows, train_seeds

CPU = torch.device("cpu")


def fit_sklearn(X, y, setting, seed, epochs):
    model = MLPClassifier(setting.widths, alpha=setting.l2, random_state=seed, max_iter=epochs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


def losses(X, y, widths, l2, seeds, epochs, batch_size=200):
    stack = Stack(Shape(X.shape[1], widths, len(np.unique(y))), l2, seeds, CPU)
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    return np.array([stack.train_epoch(X, y, batch_size, 1e-3) for _ in range(epochs)])


@pytest.mark.parametrize("labels", [2, 3, 10])
@pytest.mark.parametrize("n", [90, 450])
def test_losses_follow_over_the_first_epochs(labels, n):
    X, y = blobs(n, labels=labels)
    l2 = [1e-7, 1e-2, 1.0]
    ours = losses(X, y, (32, 16), l2, [5] * 3, epochs=8)
    for member, weight in enumerate(l2):
        theirs = fit_sklearn(X, y, Setting((32, 16), weight), seed=5, epochs=8).loss_curve_
        np.testing.assert_allclose(ours[:, member], theirs, atol=1e-4)


def test_losses_follow_for_members_of_different_seeds():
    X, y = blobs(450)
    ours = losses(X, y, (16, 32), [0.1] * 3, [0, 1, 2], epochs=8)
    for seed in range(3):
        theirs = fit_sklearn(X, y, Setting((16, 32), 0.1), seed, epochs=8).loss_curve_
        np.testing.assert_allclose(ours[:, seed], theirs, atol=1e-4)


@pytest.mark.parametrize("labels", [2, 5])
def test_converged_probe_stops_in_the_same_epoch_and_predicts_the_same(labels):
    X, y = blobs(150, features=8, labels=labels, spread=0.3)
    setting = Setting((8, 8), 0.1)
    rows = Rows.on(CPU, X, y, X)
    run = train_seeds(setting, [3], rows, ProbeSettings(learning_rate=1e-3), threads=1)[0]
    theirs = fit_sklearn(X, y, setting, seed=3, epochs=1000)
    assert run.converged
    assert abs(run.epochs - theirs.n_iter_) <= 0.02 * theirs.n_iter_
    assert (run.predicted == theirs.predict(X)).mean() > 0.99


@pytest.mark.hard
def test_final_accuracies_agree_within_noise():
    train, test = digits()
    setting = Setting((32, 32), 1e-3)
    rows = Rows.on(CPU, *train, test[0])
    runs = train_seeds(setting, range(5), rows, ProbeSettings(), threads=1)
    ours = [(run.predicted == test[1]).mean() for run in runs]
    theirs = [fit_sklearn(*train, setting, seed, 1000).score(*test) for seed in range(5)]
    noise = np.hypot(np.std(ours), np.std(theirs)) / np.sqrt(5)
    assert abs(np.mean(ours) - np.mean(theirs)) < 3 * noise + 0.002


def test_probe_reports_the_networks_of_its_seeds():
    """A probe with a single setting is MLPClassifier(random_state=seed), (random_state=seed + 1) ..."""
    train, test = blobs(300, spread=1.0), blobs(200, spread=1.0, draw=1)
    settings = ProbeSettings(widths=[16], l2=[0.01], max_epochs=6, runs=2)
    result = run_probe(train, test, names(4), settings, seed=11)
    theirs = [fit_sklearn(*train, Setting((16, 16), 0.01), seed, 6).score(*test) for seed in (11, 12)]
    np.testing.assert_allclose(result.accuracies, 100 * np.array(theirs), atol=0.51)
    assert result.seeds == [11, 12]
