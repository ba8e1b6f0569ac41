"""What a probe found, and what its job leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fbert.files import as_record
from fbert.records.origin import Origin, read_record, write_record


@dataclass(frozen=True)
class Control:
    """The best setting on the control task, trained once, from the first seed: learning by heart takes long.

    Attributes:
        accuracy: on the control task's test set, in per cent.
        epochs: passes over the training set.
        converged: whether the stopping rule was met before `max_epochs`.
        selectivity: mean accuracy on the task minus accuracy on the control task, in points.
    """

    accuracy: float
    epochs: int
    converged: bool
    selectivity: float


@dataclass(frozen=True)
class ProbeResult:
    """A probe's figures; accuracies are in per cent of the test set.

    Attributes:
        kind: `perceptron` or `linear`.
        accuracy: mean over the final runs.
        accuracy_std: their standard deviation (population, divided by the number of runs).
        accuracies: of each final run; a linear probe has one.
        macro_f1: mean F1 in per cent of the labels that were tested or predicted, a mean over the final runs.
        auroc: area under the ROC curve, 0 to 1, a mean over the final runs; None unless there are two labels,
            both in either part.
        seeds: of each final run; run i is `MLPClassifier(random_state=seeds[i])` in float32.
        epochs: passes each final run made over the training set, or steps of L-BFGS.
        converged: whether each final run met the stopping rule before `max_epochs`.
        widths: the two hidden layers of the setting chosen; empty for a linear probe.
        l2: its L2 weight.
        selection: the rule of the choice, in words.
        grid: one entry a setting: widths, l2, held_out_accuracy, epochs, converged, finalist.
        train, test, features: number of examples and of features.
        majority: the label most frequent in training and the accuracy of always answering it.
        labels: all label names, in the order of the confusion matrix.
        per_label: label, number of examples in train and test, precision, recall, F1 over all final runs.
        confusion: counts summed over the final runs; true label by row, predicted label by column.
        seen: number of test examples whose input stands in the training set.
        accuracy_unseen: mean accuracy on the others; None if there are none, or it was not asked which.
        control: figures of the control task, if it was asked for.
        warnings: what the reader of the figures should know.
    """

    kind: str
    accuracy: float
    accuracy_std: float
    accuracies: list[float]
    macro_f1: float
    auroc: float | None
    seeds: list[int]
    epochs: list[int]
    converged: list[bool]
    widths: tuple[int, ...]
    l2: float
    selection: str
    grid: list[dict[str, Any]]
    train: int
    test: int
    features: int
    majority: dict[str, Any]
    labels: list[str]
    per_label: list[dict[str, Any]]
    confusion: list[list[int]]
    control: Control | None
    warnings: list[str]
    seen: int = 0
    accuracy_unseen: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The same as a mapping of plain values, fit for JSON."""
        return asdict(self) | {"widths": list(self.widths)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> ProbeResult:
        """Read what `to_json` wrote."""
        control = content["control"]
        parts = {
            "widths": tuple(content["widths"]),
            "control": None if control is None else Control(**control),
        }
        return cls(**{**content, **parts})


@dataclass(frozen=True)
class ProbeRecord:
    """The figures of one probe.

    Attributes:
        origin: what it is about.
        probe: its figures.
    """

    origin: Origin
    probe: ProbeResult

    def write(self, path: Path | str) -> None:
        """Write it as JSON, whole or not at all."""
        write_record(path, self.origin, {"probe": self.probe.to_json()})

    @classmethod
    def read(cls, path: Path | str) -> ProbeRecord:
        """Read what `write` wrote.

        Raises:
            CorruptFileError: it is no such record.
        """
        origin, content = read_record(path)
        with as_record(path, "a record of a probe"):
            return cls(origin, ProbeResult.from_json(content["probe"]))
