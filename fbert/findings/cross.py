"""F4: fine-tuning on another task, and what it does to the labels of this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fbert.findings.bootstrap import Weights, bootstrap, weighted_mean
from fbert.findings.pairs import by_label, mean_over_seeds
from fbert.findings.rule import Case
from fbert.findings.tuning import Record, Tested, distance_case, training_distances

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
    before: Record
    after: Sequence[Record]
    probe_before: Tested
    probes_after: Sequence[Tested]

    @property
    def name(self) -> str:
        """How a case is called."""
        return f"{self.before['encoder']}, tuned on {self.tuned_on}, probed on {self.probed_on}"


def cross_tunings(probes: Sequence[Record], geometries: Sequence[Record]) -> list[CrossTuning]:
    """Group the records of Table 5 by the two tasks."""
    tested = {(record["task"], record["state"]): Tested.of(record) for record in probes}
    original = {r["task"]: r for r in geometries if r["state"] == "original"}
    grouped: dict[tuple[str, str], list[Record]] = {}
    for record in geometries:
        tuned_on = record["state"].rpartition("-seed")[0]
        if record["state"] != "original" and tuned_on != record["task"]:
            grouped.setdefault((tuned_on, record["task"]), []).append(record)
    return [
        CrossTuning(
            tuned_on,
            probed_on,
            original[probed_on],
            after,
            tested[probed_on, "original"],
            [tested[probed_on, record["state"]] for record in after],
        )
        for (tuned_on, probed_on), after in grouped.items()
    ]


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
