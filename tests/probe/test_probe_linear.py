"""The linear probe is scikit-learn's logistic regression, chosen and reported as the perceptrons are."""

import json

import numpy as np
import pytest
import torch
from probe_data import blobs, digits, names
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.neural_network import MLPClassifier

from fbert.errors import InputError
from fbert.probe import ProbeSettings, run_probe
from fbert.probe.data import ProbeData, hold_out
from fbert.probe.linear import fit_path
from fbert.probe.measures import auroc, macro_f1
from fbert.probe.memory import affordable_threads
from fbert.probe.training import Rows

pytestmark = pytest.mark.training

CPU = torch.device("cpu")
PATH = [1e-2, 10.0, 1.0]
LINEAR = ProbeSettings(kind="linear", l2=PATH)


def fit_sklearn(X, y, l2):
    model = LogisticRegression(C=1 / l2, tol=1e-7, max_iter=10000)
    return model.fit(X.astype(np.float64), y)


@pytest.mark.parametrize("labels", [2, 3, 10])
def test_the_solution_is_that_of_scikit_learn(labels):
    X, y = blobs(300, labels=labels)
    X_test, _ = blobs(400, labels=labels, draw=1)
    for l2, run in zip(PATH, fit_path(PATH, Rows.on(CPU, X, y, X_test), 1000, seed=0), strict=True):
        theirs = fit_sklearn(X, y, l2)
        assert (run.setting.l2, run.converged) == (l2, True)
        assert (run.predicted == theirs.predict(X_test)).mean() >= 0.9975
        if labels == 2:
            np.testing.assert_allclose(run.scores, theirs.decision_function(X_test), atol=0.01)


def test_labels_may_be_any_of_the_names():
    """Of five names, training has three; the answers are among them."""
    X, y = blobs(200, labels=3, spread=0.5)
    (run,) = fit_path([1.0], Rows.on(CPU, X, np.array([4, 0, 2])[y], X), 1000, seed=0)
    np.testing.assert_array_equal(np.unique(run.predicted), [0, 2, 4])
    assert (run.predicted == np.array([4, 0, 2])[y]).mean() > 0.95


def test_the_weight_is_chosen_on_the_held_out_part():
    (X, y), test = digits()
    train = X[:200], y[:200]
    settings = ProbeSettings(kind="linear", l2=[1e-4, 1e-2, 1.0, 100.0])
    result = run_probe(train, test, names(10), settings, seed=3)
    kept, held = hold_out(train[1], 0.2, 3)
    expected = [
        100 * fit_sklearn(X[kept], y[kept], l2).score(X[held].astype(float), y[held]) for l2 in settings.l2
    ]
    assert [trial["l2"] for trial in result.grid] == settings.l2
    found = [trial["held_out_accuracy"] for trial in result.grid]
    np.testing.assert_allclose(found, expected, atol=2.6)  # one of the 40 rows
    best = max(l2 for l2, accuracy in zip(settings.l2, found, strict=True) if accuracy == max(found))
    assert (result.l2, result.widths, result.kind) == (best, (), "linear")
    assert result.accuracy == pytest.approx(100 * fit_sklearn(*train, best).score(*test), abs=0.4)
    assert result.selection == (
        "highest accuracy on 40 held-out training examples, stratified by label (ties: stronger L2 penalty)"
    )


def test_it_is_trained_once_and_no_seed_changes_its_solution():
    train, test = blobs(200), blobs(100, draw=1)
    settings = ProbeSettings(kind="linear", l2=[0.1], runs=4, control=True)
    words = [f"w{n % 50}" for n in range(200)], [f"w{n % 50}" for n in range(100)]
    first, second = (run_probe(train, test, names(4), settings, seed, groups=words) for seed in (0, 7))
    assert (first.seeds, second.seeds) == ([0], [7])
    assert first.accuracies == second.accuracies == [first.accuracy]
    assert first.confusion == second.confusion
    assert np.sum(first.confusion) == 100
    assert first.control.selectivity == first.accuracy - first.control.accuracy
    assert json.loads(json.dumps(first.to_json(), allow_nan=False))["widths"] == []


def test_what_did_not_converge_is_said():
    settings = ProbeSettings(kind="linear", l2=[1e-7], max_epochs=3)
    result = run_probe(blobs(300), blobs(100, draw=1), names(4), settings, seed=0)
    assert (result.epochs, result.converged) == ([3], [False])


def test_memory_is_bounded():
    (X, y), (X_test, y_test) = blobs(4000), blobs(400, draw=1)
    examples = ProbeData(X, y, X_test, y_test)
    assert affordable_threads(examples, ProbeSettings(kind="linear", memory_mb=3), 1) == 1
    with pytest.raises(InputError, match=r"`memory_mb`: 1 is too little .* and 8 settings, which take 2"):
        affordable_threads(examples, ProbeSettings(kind="linear", memory_mb=1), 1)


def test_another_kind_is_refused():
    with pytest.raises(InputError, match="key `kind`: found 'svm', expected perceptron or linear"):
        ProbeSettings(kind="svm")


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("kind", ["perceptron", "linear"])
def test_f1_and_auroc_are_those_of_scikit_learn(kind):
    train, test = blobs(200, labels=2), blobs(150, labels=2, draw=1)
    settings = ProbeSettings(kind=kind, widths=[8], l2=[0.1], runs=1, max_epochs=40)
    result = run_probe(train, test, names(2), settings, seed=0)
    tn, fp, fn, tp = np.ravel(result.confusion)
    expected = [2 * tn / (2 * tn + fp + fn), 2 * tp / (2 * tp + fp + fn)]
    assert result.macro_f1 == pytest.approx(100 * np.mean(expected))
    if kind == "linear":
        scores = fit_sklearn(*train, 0.1).decision_function(test[0].astype(float))
    else:
        network = MLPClassifier((8, 8), alpha=0.1, random_state=0, max_iter=40).fit(*train)
        scores = network.predict_proba(test[0])[:, 1]
    assert result.auroc == pytest.approx(roc_auc_score(test[1], scores), abs=2e-3)
    assert 0.6 < result.auroc < 0.99


def test_measures_agree_with_scikit_learn():
    rng = np.random.default_rng(0)
    y, predicted = rng.integers(5, size=200), rng.integers(3, 8, size=200)
    assert macro_f1(predicted, y) == pytest.approx(100 * f1_score(y, predicted, average="macro"))
    scores, positive = rng.integers(9, size=200), rng.integers(2, size=200) == 1
    assert auroc(scores, positive) == pytest.approx(roc_auc_score(positive, scores))


def test_there_is_no_auroc_of_more_labels_or_of_one():
    settings = ProbeSettings(kind="linear", l2=[0.1])
    assert run_probe(blobs(100), blobs(50, draw=1), names(4), settings, seed=0).auroc is None
    X, y = blobs(100, labels=2)
    assert run_probe((X, y), (X, np.zeros(100, int)), names(2), settings, seed=0).auroc is None
