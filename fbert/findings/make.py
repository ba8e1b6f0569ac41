"""The findings of a study: F1 to F5 of the paper (docs/method.md, Questions), and one of our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fbert.findings import cross, layers, tuning
from fbert.findings.foresight import halves_foretell
from fbert.findings.published import published_sentences
from fbert.findings.rule import Claim, Finding
from fbert.records.geometry import GeometryRecord
from fbert.records.probe import ProbeRecord
from fbert.records.trajectory import Trajectory


def findings_from_files(files: Mapping[str, Sequence[str]], main_encoder: str) -> tuple[list[Finding], bool]:
    """Test each finding on the records of a study.

    Args:
        files: the records by kind: `probes`, `geometries`, the same of Table 5 with `cross_`, `trajectories`.
        main_encoder: the study's.

    Returns:
        The findings, and whether any of the text behind them was made by a grammar.

    Raises:
        CorruptFileError: a file is no such record.
    """
    probes, cross_probes = ([ProbeRecord.read(path) for path in files[k]] for k in ("probes", "cross_probes"))
    geometries, cross_geometries = (
        [GeometryRecord.read(path) for path in files[kind]] for kind in ("geometries", "cross_geometries")
    )
    runs = [Trajectory.read(path) for path in files["trajectories"]]
    findings = make_findings(probes, geometries, cross_probes, cross_geometries, runs, main_encoder)
    return findings, any(record.origin.synthetic for record in [*geometries, *cross_geometries])


def make_findings(
    probes: Sequence[ProbeRecord],
    geometries: Sequence[GeometryRecord],
    cross_probes: Sequence[ProbeRecord],
    cross_geometries: Sequence[GeometryRecord],
    runs: Sequence[Trajectory],
    main_encoder: str,
) -> list[Finding]:
    """Test each finding on a study's results.

    Args:
        probes: of all encoders and tasks, last layer, original and tuned.
        geometries: the same from DirectProbe.
        cross_probes: those of Table 5; none if the study has no pair of tasks.
        cross_geometries: likewise.
        runs: training runs of the main encoder that were followed; none if there are none.
        main_encoder: its name.
    """
    published = published_sentences()
    return [
        Finding(name, title, published[name], claims)
        for name, title, claims in [
            ("F1", "Training and test sets drift apart, rarely enough to hurt", _drift(probes, geometries)),
            ("F2", "Points of a label gather into few clusters", [_gathering(geometries)]),
            ("F3", "Clusters of different labels are pushed apart", [_parting(geometries)]),
            (
                "F4",
                "Tuning on a related task moves labels apart too, on an opposed task together",
                _cross(cross.cross_tunings(cross_probes, cross_geometries)),
            ),
            (
                "F5",
                "Upper layers change more than lower ones, yet not arbitrarily",
                _layers(main_encoder, layers.runs_by_task(runs)),
            ),
            ("Foresight", "Drift can be foreseen from the training set alone", [_foresight(geometries)]),
        ]
    ]


def _drift(probes: Sequence[ProbeRecord], geometries: Sequence[GeometryRecord]) -> list[Claim]:
    return [
        Claim(
            "the similarity of training and test set falls",
            "fall of Pearson's r, before to after",
            [tuning.similarity_falls(found) for found in tuning.tunings(geometries)],
        ),
        Claim(
            "accuracy rises",
            "rise of test accuracy, before to after, in points",
            [tuning.accuracy_rises(found) for found in tuning.tunings(probes)],
        ),
    ]


def _gathering(geometries: Sequence[GeometryRecord]) -> Claim:
    cases = [tuning.clusters_fall(found) for found in tuning.tunings(geometries)]
    return Claim("labels fall into fewer clusters", "fall of clusters per label, before to after", cases)


def _parting(geometries: Sequence[GeometryRecord]) -> Claim:
    cases = [tuning.labels_part(found) for found in tuning.tunings(geometries)]
    return Claim(
        "the nearest other label is further away", "rise of the minimum distance, before to after", cases
    )


def _cross(found: Sequence[cross.CrossTuning]) -> list[Claim]:
    related = [one for one in found if (one.tuned_on, one.probed_on) in cross.RELATED]
    opposed = [one for one in found if (one.tuned_on, one.probed_on) in cross.OPPOSED]
    return [
        Claim(
            "a related task moves labels apart",
            "rise of the minimum distance, original to tuned on the other task",
            [cross.related_part(one) for one in related],
        ),
        Claim(
            "an opposed task moves labels together",
            "fall of the minimum distance, original to tuned on the other task",
            [cross.opposed_close(one) for one in opposed],
        ),
        Claim(
            "accuracy goes where distances go",
            "change of test accuracy in points, positive if minimum distances change the same way",
            [cross.accuracy_follows(one) for one in found],
        ),
    ]


def _layers(encoder: str, tasks: Sequence[Sequence[Trajectory]]) -> list[Claim]:
    return [
        Claim(
            "the last layer is less similar to its original than the first",
            "Pearson's r with the original, first layer less last",
            [layers.upper_layers_change_more(encoder, runs) for runs in tasks],
        ),
        Claim(
            "centroids move further in the last layer than in the first",
            "distance moved, last layer less first",
            [layers.centroids_move_further(encoder, runs) for runs in tasks],
        ),
        Claim(
            "the last layer still resembles its original",
            "Pearson's r of the last layer with its original",
            [layers.last_layer_stays_alike(encoder, runs) for runs in tasks],
        ),
    ]


def _foresight(geometries: Sequence[GeometryRecord]) -> Claim:
    return Claim(
        "the less alike two halves of a training set are, the less alike it and its test set",
        "Pearson's r over sets; beside it the mean similarity of halves, and of training and test set",
        [halves_foretell(geometries)],
    )
