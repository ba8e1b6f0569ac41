"""F1 to F3, cases from the probes and clusters of each encoder and task, before and after fine-tuning.

A state that was trained elsewhere is compared like one that was tuned here, in a case of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from fbert.analysis.trends import minimum_distances
from fbert.findings.bootstrap import Interval, Weights, bootstrap, if_finite, weighted_mean
from fbert.findings.pairs import PairedDistances, by_label, common_distances, labels_of, mean_over_seeds
from fbert.findings.rule import Case
from fbert.records.geometry import Geometry, GeometryRecord
from fbert.records.origin import Record, by_key
from fbert.records.probe import ProbeRecord
from fbert.states import ORIGINAL, State, grouped

R = TypeVar("R", bound=Record)
FEW = 10
GENERALISED = "not linear everywhere: distances of labels are means over their clusters"


@dataclass(frozen=True)
class Tuning(Generic[R]):
    """The records of one encoder and task on the last layer.

    Attributes:
        encoder: its name.
        task: looked at; what a tuned state was tuned on.
        before: record of the original encoder.
        after: record of the tuned one for each seed, or of one given state.
    """

    encoder: str
    task: str
    before: R
    after: Sequence[R]

    @property
    def name(self) -> str:
        """How a case is called."""
        return case_name(self.encoder, self.after[0].origin.state, self.task)

    @property
    def states(self) -> list[R]:
        """The original's record and those of all seeds."""
        return [self.before, *self.after]


def case_name(encoder: str, after: State, task: str) -> str:
    """Return how a case is called: encoder and task, and between them the state after, if it was given."""
    return f"{encoder}{f' to {after}' if after.name else ''}, {task}"


def tunings(records: Iterable[R]) -> list[Tuning[R]]:
    """Group records by encoder and task, and by what became of the encoder.

    Raises:
        InputError: two records are about the same.
    """
    known = by_key(records).values()
    originals = {_place(record): record for record in known if record.origin.state == ORIGINAL}
    others = [record for record in known if record.origin.state != ORIGINAL]
    groups = grouped(others, lambda record: (*_place(record), record.origin.state.representation))
    return [Tuning(*_place(group[0]), originals[_place(group[0])], group) for group in groups.values()]


def _place(record: Record) -> tuple[str, str]:
    return record.origin.encoder, record.origin.task


def similarity_falls(found: Tuning[GeometryRecord]) -> Case:
    """F1: by how much Pearson's r of training and test set falls, over label pairs that all states have."""
    sets = [part for record in found.states for part in (record.train, record.test)]
    sides = common_distances([part.distance_vector for part in sets])
    labels = labels_of(sides[0])
    before, *after = [
        PairedDistances(train, test, labels) for train, test in zip(sides[::2], sides[1::2], strict=True)
    ]

    def fall(weights: Weights, seeds: Weights) -> float:
        return before.correlation(weights) - mean_over_seeds(
            [state.correlation(weights) for state in after], seeds
        )

    every = np.ones(len(labels))
    return Case(
        found.name,
        bootstrap(fall, len(labels), len(after)),
        if_finite(before.correlation(every)),
        if_finite(float(np.mean([state.correlation(every) for state in after]))),
        len(labels),
        seeds=len(after),
        remark=_generalised(sets),
    )


def accuracy_rises(found: Tuning[ProbeRecord]) -> Case:
    """F1: by how many points test accuracy rises; labels drawn again bring all their test examples along."""
    tested = [Tested.of(record).with_examples() for record in found.states]

    def rise(weights: Weights, seeds: Weights) -> float:
        before, *after = [probe.accuracy(weights) for probe in tested]
        return mean_over_seeds(after, seeds) - before

    labels = tested[0].labels
    before, *after = [probe.accuracy(np.ones(len(labels))) for probe in tested]
    changes = np.mean([probe.hits for probe in tested[1:]], axis=0) - tested[0].hits
    changes = changes.round(9)  # what only rounding changed did not change
    return Case(
        found.name,
        bootstrap(rise, len(labels), len(after)),
        before,
        float(np.mean(after)),
        len(labels),
        seeds=len(after),
        exceptions=_names(labels, changes),
    )


@dataclass(frozen=True)
class Tested:
    """How a probe did on the test set, by label.

    Attributes:
        labels: (k,) names.
        sizes: (k,) test examples.
        hits: (k,) how many of them were right, as a mean over the probe's runs.
    """

    labels: Sequence[str]
    sizes: NDArray[np.float64]
    hits: NDArray[np.float64]

    @classmethod
    def of(cls, record: ProbeRecord) -> Tested:
        """Read a probe's record."""
        entries = record.probe.per_label
        sizes = np.array([entry["test"] for entry in entries], dtype=np.float64)
        recall = np.array([entry["recall"] or 0.0 for entry in entries])
        return cls([entry["label"] for entry in entries], sizes, sizes * recall / 100)

    def with_examples(self) -> Tested:
        """Return the labels that the test set has examples of."""
        there = np.flatnonzero(self.sizes).tolist()
        return Tested([self.labels[place] for place in there], self.sizes[there], self.hits[there])

    def accuracy(self, weights: Weights) -> float:
        """Return the accuracy in per cent, a label counting as often as it weighs; NaN without examples."""
        total = weights @ self.sizes
        return float(100 * (weights @ self.hits) / total) if total else np.nan


def clusters_fall(found: Tuning[GeometryRecord]) -> Case:
    """F2: by how many clusters a label falls, on average over labels; points that stay alone do not count."""
    labels = sorted(found.before.train.clusters_by_label)
    before, *after = [by_label(record.train.growing_by_label, labels) for record in found.states]
    remark = few_examples(found.before.train, labels)
    case = label_case(found.name, labels, before, np.array(after), sign=-1, remark=remark)
    if all(record.train.at_least for record in found.states):
        nothing = "each label is one cluster before and after: nothing is left to gather"
        return replace(case, estimate=None, remark=nothing)
    return case


def labels_part(found: Tuning[GeometryRecord]) -> Case:
    """F3: by how much a label's minimum distance grows, on average over labels."""
    return distance_case(found.name, found.before, found.after)


def distance_case(
    name: str, original: GeometryRecord, tuned: Sequence[GeometryRecord], sign: int = 1
) -> Case:
    """Return a case about how minimum distances of labels change in one task's training set.

    Args:
        name: of the case.
        original: geometry before.
        tuned: geometry after, for each seed.
        sign: 1 if labels are expected to move apart, -1 if together.
    """
    before, *after = training_distances([original, *tuned])
    labels = sorted(before.keys() & set.intersection(*(set(side) for side in after)))
    left_out = len(original.train.labels) - len(labels)
    remarks = [_generalised([record.train for record in [original, *tuned]])]
    remarks += [f"labels without a cluster of more than five points: {left_out}"] if left_out else []
    remarks += [few_examples(original.train, labels)]
    values = np.array([by_label(side, labels) for side in after])
    return label_case(name, labels, by_label(before, labels), values, sign, "; ".join(filter(None, remarks)))


def few_examples(part: Geometry, labels: Sequence[str]) -> str:
    """Return a remark if some labels have a handful of examples, since each weighs as much as the largest."""
    few = sum(part.labels[label] < FEW for label in labels)
    return (
        f"{few} of {len(labels)} labels have fewer than {FEW} examples and weigh as the others" if few else ""
    )


def training_distances(records: Iterable[GeometryRecord]) -> list[dict[str, float]]:
    """Return for each record the minimum distance of each label in the training set."""
    return [minimum_distances(record.train.distance_vector) for record in records]


def label_case(
    name: str,
    labels: Sequence[str],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    sign: int = 1,
    remark: str = "",
) -> Case:
    """Return a case whose effect is the change of a value, as a mean over labels and seeds.

    Args:
        name: of the case.
        labels: (k,) names.
        before: (k,) or (seeds, k) values.
        after: (seeds, k) values.
        sign: 1 if values are expected to grow, -1 if to shrink.
        remark: of the case.
    """
    effects = sign * (after - before)
    return Case(
        name,
        mean_interval(effects),
        _mean(before),
        _mean(after),
        len(labels),
        seeds=len(after),
        exceptions=_names(labels, effects.mean(axis=0)),
        remark=remark,
    )


def mean_interval(effects: NDArray[np.float64]) -> Interval | None:
    """Estimate the mean of effects (seeds, labels)."""
    return bootstrap(
        lambda weights, seeds: mean_over_seeds([weighted_mean(row, weights) for row in effects], seeds),
        effects.shape[1],
        effects.shape[0],
    )


def _generalised(sets: Iterable[Geometry]) -> str:
    """Return a remark if any of these is not linear, so that distances are not all between whole labels."""
    return "" if all(part.at_least for part in sets) else GENERALISED


def _names(labels: Sequence[str], effects: NDArray[np.float64]) -> list[str]:
    """Return the labels whose effect is negative, the most negative first."""
    order = np.argsort(effects, kind="stable")
    return [labels[place] for place in order if effects[place] < 0]


def _mean(values: NDArray[np.float64]) -> float | None:
    return float(values.mean()) if values.size else None
