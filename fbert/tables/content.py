"""What stands in each table: rows from the records of the stages before it.

See docs/method.md, Tables and figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from fbert.analysis.similarity import label_level_similarity, train_test_similarity
from fbert.prepared import SECOND, PreparedCorpus
from fbert.published import ROW, published_figures
from fbert.records.geometry import Geometry, GeometryRecord
from fbert.records.health import ReadingRecord, TaskHealth
from fbert.records.origin import Origin, joined
from fbert.records.probe import ProbeRecord
from fbert.states import ORIGINAL, ORIGINAL_REPRESENTATION, grouped
from fbert.text_kind import text_kind


def encoder_rows(encoders: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Table 1: the encoders and their given states, with parameters in millions."""
    rows = [
        {
            "model": encoder["name"],
            "representation": name,
            "source": next(source[key] for key in ("hub", "folder", "package") if key in source),
            "revision": source.get("revision"),
            "adapter": source.get("adapter"),
            "layers": encoder["layers"],
            "heads": encoder["heads"],
            "hidden": encoder["hidden"],
            "parameters_millions": round(encoder["parameters"] / 1e6, 1),
        }
        for encoder in encoders
        for name, source in {ORIGINAL_REPRESENTATION: encoder, **encoder["states"]}.items()
    ]
    return pd.DataFrame(rows)


def task_rows(corpora: Sequence[PreparedCorpus], tasks: Sequence[TaskHealth]) -> pd.DataFrame:
    """Table 6: labels and examples of each task, sentences and words of its corpus, and their health.

    Shares of words that were read as unknown or dropped, and of texts read in pieces, are in per cent and of
    the encoder that reads most words as unknown.
    """
    known = {found.task: found for found in tasks}
    rows = [_task_row(corpus, task, known[task]) for corpus in corpora for task in corpus.labels]
    return pd.DataFrame(rows)


def probe_rows(
    probes: Sequence[ProbeRecord],
    geometries: Sequence[GeometryRecord],
    readings: Sequence[ReadingRecord] = (),
) -> pd.DataFrame:
    """Table 7: one row for each encoder, task and representation, with the published figures beside.

    Columns of several seeds: accuracy and its standard deviation are over all runs of all seeds, clusters and
    similarity are means with their standard deviations in columns of their own, widths are the most frequent,
    and `linearly_separable` is Y or N if all seeds agree. A similarity stands there if every seed has one.

    Beside the paper's similarity, which is defined where both sets are linear, `label_level_similarity` takes
    the distance of two labels as the mean over their clusters. `separable_pairs` is the share of label pairs
    that are separable in the training set, `separable_pairs_permuted` what it is once labels are permuted.
    `macro_f1` is in per cent, `auroc` (for two labels) from 0 to 1, both means over all seeds.

    `remark` says where a given state reads other subwords than its original, by the readings of the two: its
    vectors then differ for two reasons. `pooling` says which of an encoder's vectors stand for an example.
    """
    others = _other_subwords(readings)
    pooling = {
        (record.encoder, record.task): record.pooling for record in readings if record.state == ORIGINAL
    }
    rows = [
        _row(pairs[0][0].origin)
        | accuracy_columns([probe for probe, _ in pairs])
        | geometry_columns([geometry for _, geometry in pairs])
        | {"remark": OTHER_SUBWORDS if tuple(_row(pairs[0][0].origin).values()) in others else ""}
        | {"pooling": pooling.get((pairs[0][0].origin.encoder, pairs[0][0].origin.task))}
        for pairs in grouped(
            joined(probes, geometries), lambda pair: tuple(_row(pair[0].origin).values())
        ).values()
    ]
    table = pd.DataFrame(rows).merge(published_figures(), how="left", on=ROW)
    published = [name for name in table.columns if name.startswith("published_")]
    return table[ROW + _MEASURED + ["seeds", "n", "d"] + published + _REMARKS]


def cluster_rows(geometries: Sequence[GeometryRecord]) -> pd.DataFrame:
    """Table 4: number of clusters and linearity alone, without any probe."""
    rows = [
        _row(same[0].origin) | geometry_columns(same)
        for same in grouped(geometries, lambda geometry: tuple(_row(geometry.origin).values())).values()
    ]
    published = published_figures()[[*ROW, "published_clusters", "published_linearly_separable"]]
    table = pd.DataFrame(rows).merge(published, how="left", on=ROW)
    columns = ["clusters", "least_clusters", "labels", "linearly_separable", "seeds", "n", "d"]
    return table[[*ROW, *columns, *published.columns[3:], "undecided_verdicts", "text"]]


_MEASURED = [
    "accuracy",
    "accuracy_std",
    "best_layer_sizes",
    "clusters",
    "linearly_separable",
    "train_test_similarity",
]
_REMARKS = [
    "labels",
    "least_clusters",
    "clusters_std",
    "train_test_similarity_std",
    "similarity_pairs",
    "label_level_similarity",
    "label_level_pairs",
    "separable_pairs",
    "separable_pairs_permuted",
    "halves_similarity",
    "size_matched_similarity",
    "size_matched_n",
    "grid_settings",
    "best_l2",
    "runs",
    "runs_converged",
    "majority_accuracy",
    "accuracy_unseen",
    "test_examples_seen",
    "macro_f1",
    "auroc",
    "undecided_verdicts",
    "probe_warnings",
    "remark",
    "pooling",
    "text",
]
OTHER_SUBWORDS = "reads other subwords than the original"


def _other_subwords(readings: Sequence[ReadingRecord]) -> set[tuple[str, str, str]]:
    """Return the rows whose state reads the task's words as other subwords than the original does."""
    originals = {
        (record.encoder, record.task): record.subwords for record in readings if record.state == ORIGINAL
    }
    return {
        (record.encoder, record.task, record.state.representation)
        for record in readings
        if record.subwords != originals[record.encoder, record.task]
    }


def _task_row(corpus: PreparedCorpus, task: str, known: TaskHealth) -> dict[str, Any]:
    row: dict[str, Any] = {"task": task, "corpus": corpus.name, "labels": len(corpus.labels[task])}
    for part, split in corpus.splits.items():
        examples = split.examples[task]
        row |= {
            f"{part}_labels": len(np.unique(examples.labels)),
            f"{part}_examples": len(examples.labels),
            f"{part}_sentences": len(split.sentences),
            f"{part}_words": sum(word != SECOND for words in split.sentences for word in words),
        }
    found = known.health
    worst = max(known.readings.values(), key=lambda reading: reading.unknown_percent)
    return row | {
        "least_clusters": found.least_clusters,
        "contradictory_inputs": len(found.contradictions),
        "dropped_examples": corpus.dropped.get(task, 0),
        "test_inputs_in_train": found.seen,
        "test_examples_in_train": found.seen_alike,
        "labels_once": len(found.once),
        "look_alike_labels": sum(map(len, found.look_alikes)),
        "longest_text": found.longest,
        "documents": found.documents,
        "divided_documents": found.divided,
        "unknown_words": worst.unknown_percent,
        "dropped_words": 100 * worst.dropped / max(worst.words, 1),
        "texts_in_pieces": worst.cut_percent,
        "text": text_kind(corpus.synthetic),
    }


def _row(origin: Origin) -> dict[str, str]:
    """Return the table row that a record belongs to; seeds are pooled."""
    return dict(zip(ROW, (origin.encoder, origin.task, origin.state.representation), strict=True))


def accuracy_columns(records: Sequence[ProbeRecord]) -> dict[str, Any]:
    """Return what tables say of the probes of all seeds."""
    probes = [record.probe for record in records]
    runs = np.concatenate([probe.accuracies for probe in probes])
    return {
        "accuracy": round(float(runs.mean()), 2),
        "accuracy_std": round(float(runs.std()), 2),
        "best_layer_sizes": _most_frequent(
            "x".join(map(str, found.widths)) or found.kind for found in probes
        ),
        "grid_settings": len(probes[0].grid),
        "best_l2": _most_frequent(f"{probe.l2:g}" for probe in probes),
        "runs": len(runs),
        "runs_converged": sum(sum(probe.converged) for probe in probes),
        "probe_warnings": "; ".join(dict.fromkeys(text for probe in probes for text in probe.warnings)),
        "majority_accuracy": round(float(np.mean([probe.majority["accuracy"] for probe in probes])), 2),
        "test_examples_seen": probes[0].seen,
        "accuracy_unseen": _mean_defined(probe.accuracy_unseen for probe in probes),
        "macro_f1": round(float(np.mean([probe.macro_f1 for probe in probes])), 2),
        "auroc": mean_if_all([probe.auroc for probe in probes]),
    }


def geometry_columns(records: Sequence[GeometryRecord]) -> dict[str, Any]:
    """Return what tables say of the clusters of all seeds."""
    train, test = [record.train for record in records], [record.test for record in records]
    similarities = [train_test_similarity(record) for record in records]
    label_level = [label_level_similarity(record) for record in records]
    return {
        "clusters": _mean([part.clusters for part in train]),
        "labels": len(train[0].labels),
        "linearly_separable": _linear(train),
        "least_clusters": max(part.least for part in train),
        "clusters_std": _spread([part.clusters for part in train]),
        "train_test_similarity": mean_if_all([found.r for found in similarities]),
        "train_test_similarity_std": _spread([found.r for found in similarities]),
        "similarity_pairs": min(found.pairs for found in similarities),
        "label_level_similarity": _mean_defined(found.r for found in label_level),
        "label_level_pairs": min(found.pairs for found in label_level),
        "separable_pairs": _percent(train, [part.separable_pairs for part in train]),
        "separable_pairs_permuted": _percent(train, [record.permuted_separable_pairs for record in records]),
        "halves_similarity": _mean_defined(record.halves.similarity for record in records),
        "size_matched_similarity": _mean_defined(record.matched.similarity for record in records),
        "size_matched_n": min(record.matched.n for record in records),
        "seeds": len(records),
        "n": train[0].n,
        "d": train[0].d,
        "undecided_verdicts": sum(part.undecided for part in train + test),
        "text": text_kind(records[0].origin.synthetic),
    }


def _most_frequent(values: Iterable[str]) -> str:
    """Return the most frequent value; of equally frequent ones the first."""
    return Counter(values).most_common(1)[0][0]


def _mean(values: Sequence[int]) -> int | float:
    """Return the mean, as a whole number where it is one."""
    mean = round(float(np.mean(values)), 1)
    return int(mean) if mean == int(mean) else mean


def _mean_defined(values: Iterable[float | None]) -> float | None:
    """Return the mean of those that are defined."""
    defined = [value for value in values if value is not None]
    return round(float(np.mean(defined)), 4) if defined else None


def mean_if_all(values: Sequence[float | None]) -> float | None:
    """Return the mean, None if one is undefined: a mean over the seeds that are linear would mislead."""
    return None if None in values else _mean_defined(values)


def _spread(values: Sequence[float | None]) -> float | None:
    """Return the standard deviation; None for a single value or if one is undefined."""
    if len(values) < 2 or None in values:
        return None
    return round(float(np.std(np.array(values, dtype=np.float64))), 4)


def _percent(parts: Sequence[Geometry], separable: Sequence[int]) -> float | None:
    """Return the share of label pairs in per cent, as a mean over seeds; None for a single label."""
    return _mean_defined(
        100 * count / part.pairs if part.pairs else None for part, count in zip(parts, separable, strict=True)
    )


def _linear(parts: Sequence[Geometry]) -> str:
    """Return Y, N or what stays alone, if all seeds agree; else how many are linear of how many."""
    said = {_verdict(part) for part in parts}
    return said.pop() if len(said) == 1 else f"{sum(part.at_least for part in parts)}/{len(parts)}"


def _verdict(part: Geometry) -> str:
    if not part.at_least:
        return "N"
    return f"Y but for {sum(part.alone.values())}" if part.alone else "Y"
