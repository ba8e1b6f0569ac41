"""Records of made-up figures, as the jobs leave them."""

from fbert.health.counts import Health
from fbert.records.geometry import Distance, Geometry, GeometryRecord, Halves
from fbert.records.origin import Origin
from fbert.records.probe import ProbeRecord, ProbeResult
from fbert.states import State

HEALTHY = Health(
    train=100,
    test=20,
    labels=2,
    seen=0,
    seen_alike=0,
    contradictions=(),
    least_clusters=2,
    once=(),
    train_only=(),
    test_only=(),
    look_alikes=(),
    longest=9,
    documents=0,
    divided=0,
)
PAIRS = [("a", "b"), ("a", "c"), ("b", "c")]


def origin(encoder="tiny", task="POS", state="original", synthetic=False) -> Origin:
    return Origin(encoder, State.parse(state), "treebank", synthetic, task, 2)


def probe(encoder, task, state, accuracies, widths=(64, 32), **other) -> ProbeRecord:
    runs = len(accuracies)
    result = {
        "kind": "perceptron",
        "accuracy": sum(accuracies) / runs,
        "accuracy_std": 0.0,
        "accuracies": accuracies,
        "macro_f1": 50.0,
        "auroc": None,
        "seeds": list(range(runs)),
        "epochs": [1] * runs,
        "converged": [True] * runs,
        "widths": widths,
        "l2": 1e-4,
        "selection": "",
        "grid": [{}],
        "train": 30,
        "test": 10,
        "features": 8,
        "majority": {"label": "a", "accuracy": 20.0},
        "labels": ["a", "b", "c"],
        "per_label": [],
        "confusion": [],
        "control": None,
        "warnings": [],
    }
    return ProbeRecord(origin(encoder, task, state), ProbeResult(**(result | other)))


def geometry(encoder, task, state, distances=(1.0, 2.0, 4.0), clusters=3, synthetic=False) -> GeometryRecord:
    """Three labels of ten points; distances of the test set are an affine image of the training set's."""
    linear = clusters == 3

    def part(values) -> Geometry:
        return Geometry(
            n=30,
            d=8,
            labels={"a": 10, "b": 10, "c": 10},
            clusters=clusters,
            clusters_by_label={"a": clusters - 2, "b": 1, "c": 1},
            pairs=3,
            separable_pairs=3 if linear else 2,
            linear=linear,
            undecided=0,
            alone={},
            distances={pair: Distance(*[value] * 3) for pair, value in zip(PAIRS, values, strict=True)},
        )

    train, test = part(distances), part([2 * value + 1 for value in distances])
    return GeometryRecord(origin(encoder, task, state, synthetic), train, test, 1, Halves(0.9, 3, True))
