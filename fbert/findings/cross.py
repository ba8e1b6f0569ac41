"""F4: fine-tuning on another task, and what it does to the labels of this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fbert.findings.bootstrap import Weights, bootstrap, weighted_mean
from fbert.findings.pairs import by_label, mean_over_seeds
from fbert.findings.rule import Case
from fbert.findings.tuning import Tested, distance_case, training_distances
from fbert.records.geometry import GeometryRecord
from fbert.records.origin import joined
from fbert.records.probe import ProbeRecord
from fbert.states import ORIGINAL, grouped

# What the paper calls so; of other pairs only the last claim of F4 is asked.
RELATED = {("PS-role", "PS-fxn"), ("PS-fxn", "PS-role")}
OPPOSED = {("POS", "PS-fxn"), ("POS", "PS-role")}


@dataclass(frozen=True)
class CrossTuning:
    """The main encoder tuned on one task and looked at on another, last layer.

    Attributes:
        tuned_on: the one task.
        probed_on: the other.
        before: geometry of the original encoder.
        after: geometry for each seed.
        probe_before: how the probe of the original encoder did.
        probes_after: the same for each seed.
    """

    tuned_on: str
    probed_on: str
    before: GeometryRecord
    after: Sequence[GeometryRecord]
    probe_before: Tested
    probes_after: Sequence[Tested]

    @property
    def name(self) -> str:
        """How a case is called."""
        return f"{self.before.origin.encoder}, tuned on {self.tuned_on}, probed on {self.probed_on}"


def cross_tunings(probes: Sequence[ProbeRecord], geometries: Sequence[GeometryRecord]) -> list[CrossTuning]:
    """Group the records of Table 5 by the two tasks."""
    pairs = joined(probes, geometries)
    original = {geometry.origin.task: (probe, geometry) for probe, geometry in pairs if is_original(geometry)}
    crossed = [pair for pair in pairs if pair[1].origin.state.task not in ("", pair[1].origin.task)]
    groups = grouped(crossed, lambda pair: (pair[1].origin.state.task, pair[1].origin.task))
    return [
        CrossTuning(
            group[0][1].origin.state.task,
            task := group[0][1].origin.task,
            original[task][1],
            [geometry for _, geometry in group],
            Tested.of(original[task][0]),
            [Tested.of(probe) for probe, _ in group],
        )
        for group in groups.values()
    ]


def is_original(record: GeometryRecord) -> bool:
    """Tell the record of an untouched encoder."""
    return record.origin.state == ORIGINAL


def related_part(found: CrossTuning) -> Case:
    """By how much minimum distances grow after tuning on a related task."""
    return distance_case(found.name, found.before, found.after)


def opposed_close(found: CrossTuning) -> Case:
    """By how much minimum distances shrink after tuning on an opposed task."""
    return distance_case(found.name, found.before, found.after, sign=-1)


def accuracy_follows(found: CrossTuning) -> Case:
    """Change of accuracy, counted positive where it goes the way that minimum distances go."""
    labels = found.probe_before.labels
    distances = training_distances([found.before, *found.after])
    before, *after = [by_label(side, labels) for side in distances]

    def agreement(weights: Weights, seeds: Weights) -> float:
        ways = np.sign([weighted_mean(side - before, weights) for side in after])
        gains = np.array([probe.accuracy(weights) for probe in found.probes_after])
        changes = ways * (gains - found.probe_before.accuracy(weights))
        return mean_over_seeds(changes.tolist(), seeds)

    every = np.ones(len(labels))
    return Case(
        found.name,
        bootstrap(agreement, len(labels), len(after)),
        found.probe_before.accuracy(every),
        float(np.mean([probe.accuracy(every) for probe in found.probes_after])),
        len(labels),
        seeds=len(after),
    )
