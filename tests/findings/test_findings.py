"""Findings on constructed spaces where the truth is known."""

import json
from dataclasses import replace

import numpy as np
import pytest
from made_up_records import origin
from made_up_records import probe as made_up_probe
from made_up_run import made_up_run

from fbert.analysis.baselines import halves_similarity
from fbert.analysis.geometry import describe_geometry
from fbert.findings.foresight import halves_foretell
from fbert.findings.make import make_findings
from fbert.findings.text import to_json
from fbert.findings.tuning import GENERALISED
from fbert.records.geometry import GeometryRecord

LABELS = tuple("abcdefghijkl")
STUDY = {"study": "tiny", "description": "", "synthetic": False, "seeds": [0]}
CENTRES = np.array([[0, 0, 0], [10, 0, 0], [0, 14, 0], [0, 0, 19], [23, 5, 0], [3, 29, 12]], dtype=float)


def heaps(centres, seed, n=96):
    """Points around centres, 16 to a label."""
    y = np.arange(n) % len(centres)
    return centres[y] + np.random.default_rng(seed).normal(0, 0.8, (n, 3)), y


def geometry(state, train, test, task="POS"):
    parts = [describe_geometry(X, y, LABELS, 1e-3) for X, y in (train, test)]
    halves = halves_similarity(*train, LABELS, 1e-3, seed=0)
    return GeometryRecord(origin("tiny", task, state), *parts, 0, halves)


def probe(state, recalls, task="POS", sizes=(20,) * 6):
    per_label = [
        {"label": label, "test": size, "recall": recall}
        for label, size, recall in zip(LABELS, sizes, recalls, strict=False)
    ]
    return made_up_probe("tiny", task, state, [float(np.mean(recalls))], per_label=per_label)


def with_train(record, **changes):
    return replace(record, train=replace(record.train, **changes))


def in_state(record, state, task="POS"):
    return replace(record, origin=origin("tiny", task, state))


def found(geometries=(), probes=(), cross_probes=(), cross_geometries=(), runs=()):
    findings = make_findings(probes, geometries, cross_probes, cross_geometries, runs, "tiny")
    return {finding.name: finding for finding in findings}


def only_case(finding, claim=0):
    (case,) = finding.claims[claim].cases
    return case


def before_and_after(train, test=None):
    """Records of untouched heaps and of what fine-tuning made of them."""
    original = geometry("original", heaps(CENTRES, 0), heaps(CENTRES, 1))
    return [original, geometry("POS-seed0", train, heaps(CENTRES, 2) if test is None else test)]


def test_labels_pushed_apart_are_f3():
    finding = found(before_and_after(heaps(3 * CENTRES, 0)))["F3"]
    case = only_case(finding)
    assert finding.verdict == "supported"
    assert (case.units, case.exceptions) == (6, [])
    assert case.estimate.effect == pytest.approx(case.after - case.before)


def test_a_label_that_came_closer_is_an_exception_by_name():
    centres = 3 * CENTRES
    centres[5] = centres[4] + [0, 3, 3]
    case = only_case(found(before_and_after(heaps(centres, 0)))["F3"])
    assert set(case.exceptions) == {"e", "f"}


def test_labels_pulled_together_contradict_f3():
    finding = found(before_and_after(heaps(0.6 * CENTRES, 0)))["F3"]
    assert (finding.verdict, only_case(finding).outcome) == ("not supported", "contradicted")


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_labels_are_not_f3(seed):
    random = np.random.default_rng(seed)
    spaces = [heaps(CENTRES, 0), heaps(3 * CENTRES, 0)]
    train = [(X, random.permutation(y)) for X, y in spaces]
    records = [geometry(s, t, t) for s, t in zip(["original", "POS-seed0"], train, strict=True)]
    assert found(records)["F3"].verdict != "supported"


def scattered():
    """The labels in turn along a line, so that no two points of one make a cluster."""
    y = np.arange(96) % 6
    return np.stack([np.arange(96.0), np.zeros(96), np.zeros(96)], axis=1), y


def test_similarity_before_and_after_is_over_the_same_label_pairs():
    """Label f is in no cluster of the original test set, so no state's similarity is over its pairs."""
    records = before_and_after(heaps(3 * CENTRES, 0))
    test = records[0].test
    without = {pair: distance for pair, distance in test.distances.items() if "f" not in pair}
    records[0] = replace(records[0], test=replace(test, distances=without))
    case = only_case(found(records)["F1"])
    assert case.units == 5
    train, test = (
        [distance for pair, distance in part.distance_vector.items() if "f" not in pair]
        for part in (records[1].train, records[1].test)
    )
    assert case.after == pytest.approx(np.corrcoef(train, test)[0, 1])


def test_distances_of_labels_in_several_clusters_are_remarked():
    records = before_and_after(heaps(3 * CENTRES, 0))
    assert only_case(found(records)["F3"]).remark == ""
    records[0] = with_train(records[0], clusters=records[0].train.clusters + 1)
    assert only_case(found(records)["F3"]).remark == GENERALISED


def test_labels_that_gather_are_f2():
    records = [geometry("original", scattered(), scattered()), before_and_after(heaps(CENTRES, 0))[1]]
    finding = found(records)["F2"]
    assert finding.verdict == "supported"
    assert only_case(finding).before > 10
    assert only_case(finding).after == 1


def test_labels_that_fall_apart_contradict_f2():
    finding = found(before_and_after(scattered(), scattered()))["F2"]
    assert finding.verdict == "not supported"
    assert set(only_case(finding).exceptions) == set(LABELS[:6])


def test_linear_before_and_after_leaves_f2_nothing_to_test():
    finding = found(before_and_after(heaps(3 * CENTRES, 0)))["F2"]
    assert finding.verdict == "not testable"
    assert "nothing is left to gather" in only_case(finding).remark


def test_sets_that_drift_apart_are_f1():
    many = np.concatenate([CENTRES, CENTRES + np.array([60, 40, 90])])
    moved = many[[3, 0, 11, 1, 2, 9, 6, 4, 5, 8, 7, 10]]
    records = [
        geometry(state, heaps(many, 0, 192), heaps(test, 1, 192))
        for state, test in (("original", many), ("POS-seed0", moved))
    ]
    probes = [probe("original", [50, 60, 70, 40, 50, 60]), probe("POS-seed0", [60, 70, 90, 55, 65, 72])]
    finding = found(records, probes)["F1"]
    assert finding.verdict == "supported"
    assert only_case(finding).before > 0.99
    assert only_case(finding, 1).estimate.effect == pytest.approx(82 / 6)


def test_accuracy_that_falls_is_told_by_label():
    probes = [probe("original", [90] * 6), probe("POS-seed0", [70, 95, 60, 60, 50, 60])]
    case = only_case(found(probes=probes)["F1"], 1)
    assert case.outcome == "contradicted"
    assert case.exceptions == ["e", "c", "d", "f", "a"]


def test_labels_that_were_not_tested_or_did_not_change_say_nothing():
    sizes = (37, 20, 20, 20, 20, 0)
    tuned = [probe("original", [100 * 29 / 37, 50, 60, 70, 80, 90], sizes=sizes)]
    after = [100 * 29 / 37, 60, 70, 80, 90, 95]
    tuned += [probe(f"POS-seed{seed}", after, sizes=sizes) for seed in range(5)]
    case = only_case(found(probes=tuned)["F1"], 1)
    assert (case.units, case.exceptions) == (5, [])


def cross(scale, tuned_on, gain):
    """PS-fxn before, and after tuning on another task that scaled the space."""
    after = geometry(f"{tuned_on}-seed0", heaps(scale * CENTRES, 0), heaps(CENTRES, 1), "PS-fxn")
    geometries = [geometry("original", heaps(CENTRES, 0), heaps(CENTRES, 1), "PS-fxn"), after]
    probes = [
        probe("original", [60] * 6, "PS-fxn"),
        probe(f"{tuned_on}-seed0", [60 + gain] * 6, "PS-fxn"),
    ]
    return {"cross_geometries": geometries, "cross_probes": probes}


@pytest.mark.parametrize(
    ("scale", "tuned_on", "gain", "verdict"),
    [
        (2.0, "PS-role", 5, "supported"),
        (0.6, "PS-role", -5, "mixed"),
        (0.6, "POS", -5, "supported"),
        (2.0, "POS", -5, "not supported"),
    ],
)
def test_f4_expects_related_tasks_to_part_labels_and_opposed_ones_to_join_them(
    scale, tuned_on, gain, verdict
):
    assert found(**cross(scale, tuned_on, gain))["F4"].verdict == verdict


def test_a_change_of_accuracy_that_few_labels_make_is_open():
    records = cross(2.0, "PS-role", 0)
    records["cross_probes"][1] = probe("PS-role-seed0", [90, 50, 62, 57, 50, 60], "PS-fxn")
    case = only_case(found(**records)["F4"], 2)
    assert case.outcome == "open"
    assert case.estimate.effect == pytest.approx(1.5)
    assert case.estimate.low < 0 < case.estimate.high


def test_other_pairs_of_tasks_are_asked_for_accuracy_alone():
    finding = found(**cross(2.0, "DEP", 5))["F4"]
    assert [claim.verdict for claim in finding.claims] == ["not testable", "not testable", "supported"]


def layers_that_move(first, last):
    """A training run whose layers 1 and 2 move by so much; distances at the end are mixed accordingly."""
    run = made_up_run(labels=LABELS)
    for place, amount in enumerate((first, last)):
        noise = np.random.default_rng(place).uniform(2, 18, run.distances.shape[2:])
        run.distances[-1, place] = (1 - amount) * run.distances[0, place] + amount * (noise + noise.T) / 2
        run.centroids[-1, place] = run.centroids[0, place] + amount
    return run


@pytest.mark.parametrize(
    ("first", "last", "verdict"), [(0.05, 0.5, "supported"), (0.5, 0.05, "mixed"), (0.1, 1.0, "mixed")]
)
def test_f5_compares_the_first_layer_with_the_last(first, last, verdict):
    assert found(runs=[layers_that_move(first, last)])["F5"].verdict == verdict


def test_f5_of_a_single_layer_cannot_be_tested():
    run = layers_that_move(0.05, 0.5)
    one = {
        name: getattr(run, name)[:, 1:]
        for name in ("linear", "undecided", "distances", "centroids", "points")
    }
    assert found(runs=[replace(run, layers=run.layers[1:], **one)])["F5"].verdict == "not testable"


def test_f5_of_two_labels_has_no_similarity_that_is_not_a_number():
    finding = found(runs=[made_up_run(labels=("a", "b"))])["F5"]
    case = only_case(finding)
    assert (case.estimate, case.before, case.after) == (None, None, None)
    json.dumps(to_json([finding], STUDY), allow_nan=False)


def test_f5_without_training_runs_cannot_be_tested():
    assert found()["F5"].verdict == "not testable"


def test_halves_that_foretell_are_foresight():
    records = []
    for number, noise in enumerate(np.linspace(0, 25, 8)):
        random = np.random.default_rng(number)
        train, test = (heaps(CENTRES * 2 + random.normal(0, noise, CENTRES.shape), number) for _ in range(2))
        record = geometry("original", train, test)
        halves = replace(record.halves, similarity=1 - noise / 30)
        records.append(in_state(replace(record, halves=halves), "original", f"task{number}"))
    assert found()["Foresight"].verdict == "not testable"

    def case_of(*states):
        return halves_foretell(
            [in_state(record, state, record.origin.task) for record in records for state in states]
        )

    few, many = (case_of("original", *(f"x-seed{seed}" for seed in range(seeds))) for seeds in (1, 9))
    assert few.outcome == "supported"
    assert few.estimate == pytest.approx(many.estimate), "equal sets from more seeds are no more evidence"
    assert (few.units, many.units) == (8, 8)
    assert "over 80 sets" in many.remark


def test_several_seeds_are_pooled():
    records = before_and_after(heaps(3 * CENTRES, 0))
    for seed, scale in enumerate((2.9, 3.1), start=1):
        records.append(in_state(before_and_after(heaps(scale * CENTRES, 5))[1], f"POS-seed{seed}"))
    case = only_case(found(records)["F3"])
    assert case.seeds == 3
    assert case.outcome == "supported"


def test_labels_without_distances_are_counted():
    X, y = heaps(CENTRES, 0)
    y[y == 5] = 4
    y[:3] = 5
    case = only_case(found([geometry(s, (X, y), (X, y)) for s in ("original", "POS-seed0")])["F3"])
    assert case.units == 5
    assert case.remark == f"{GENERALISED}; labels without a cluster of more than five points: 1"
