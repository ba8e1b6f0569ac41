"""What is reported about predictions: accuracy, the confusion matrix and what follows from it, baselines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.probe.training import ProbeRun


@dataclass(frozen=True)
class Accuracy:
    """Accuracies of several runs in per cent, their mean and their (population) standard deviation."""

    runs: list[float]
    mean: float
    std: float

    @classmethod
    def of(cls, runs: Sequence[ProbeRun], y: NDArray[np.int64]) -> Accuracy:
        """Compare what each run predicted with the true labels y (m,)."""
        found = [accuracy(run.predicted, y) for run in runs]
        return cls(found, float(np.mean(found)), float(np.std(found)))


def accuracy(predicted: NDArray[np.int64], y: NDArray[np.int64]) -> float:
    """Share of equal labels in per cent."""
    return 100 * float((predicted == y).mean())


def macro_f1(predicted: NDArray[np.int64], y: NDArray[np.int64]) -> float:
    """Mean F1, in per cent, of the labels that occur in either, as scikit-learn has it."""
    labels = np.union1d(predicted, y)
    hits = np.array([((predicted == label) & (y == label)).sum() for label in labels])
    counts = np.array([(predicted == label).sum() + (y == label).sum() for label in labels])
    return 100 * float((2 * hits / counts).mean())


def auroc(scores: NDArray[Any], positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: how often, 0 to 1, a positive row scores above another one; ties count half.

    Args:
        scores: (m,).
        positive: (m,), of which some are and some are not.
    """
    others = np.sort(scores[~positive])
    below = [np.searchsorted(others, scores[positive], side) for side in ("left", "right")]
    return float(np.mean(below) / len(others))


def confusion_matrix(
    y: NDArray[np.int64], predictions: Sequence[NDArray[np.int64]], n_labels: int
) -> NDArray[np.int64]:
    """(labels, labels) counts summed over the runs: true label by row, predicted label by column."""
    counts = np.zeros((n_labels, n_labels), dtype=np.int64)
    for predicted in predictions:
        np.add.at(counts, (y, predicted), 1)
    return counts


def per_label(
    confusion: NDArray[np.int64], y_train: NDArray[np.int64], y_test: NDArray[np.int64], labels: Sequence[str]
) -> list[dict[str, Any]]:
    """Precision, recall and F1 of each label in per cent, from the runs' summed confusion matrix.

    A figure whose denominator is zero (precision of a label never predicted, recall of one never tested) is
    None.
    """
    hits, predicted, tested = np.diag(confusion), confusion.sum(axis=0), confusion.sum(axis=1)
    counts = [np.bincount(y, minlength=len(labels)) for y in (y_train, y_test)]
    return [
        {
            "label": label,
            "train": int(counts[0][i]),
            "test": int(counts[1][i]),
            "precision": _percent(hits[i], predicted[i]),
            "recall": _percent(hits[i], tested[i]),
            "f1": _percent(2 * hits[i], predicted[i] + tested[i]),
        }
        for i, label in enumerate(labels)
    ]


def majority_baseline(
    y_train: NDArray[np.int64], y_test: NDArray[np.int64], labels: Sequence[str]
) -> dict[str, Any]:
    """The most frequent training label (the first of equals) and its accuracy on the test set in per cent."""
    label = int(np.bincount(y_train).argmax())
    return {"label": labels[label], "accuracy": accuracy(np.full_like(y_test, label), y_test)}


def _percent(part: int, whole: int) -> float | None:
    return 100 * float(part) / float(whole) if whole else None
