"""Make one table by its name: its rows, what readers see of them, and its caption."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fbert.files import read_json
from fbert.prepared import PreparedCorpus
from fbert.published import ROW
from fbert.records.geometry import GeometryRecord
from fbert.records.health import ReadingRecord, read_health
from fbert.records.measures import MeasuresRecord
from fbert.records.probe import ProbeRecord
from fbert.states import TUNED_REPRESENTATION
from fbert.tables.beside import ACCURACY, DRIFT, MIN_UNITS, OURS, agreement_rows, beside_rows
from fbert.tables.by_layer import layer_rows
from fbert.tables.content import cluster_rows, encoder_rows, probe_rows, task_rows
from fbert.tables.cross import cross_rows
from fbert.text_kind import SYNTHETIC

Inputs = Mapping[str, Sequence[Any]]
"""By kind: `encoders` (plain values), `examples` (corpora); `health`, `probes`,
`geometries`, `measures` and `readings` (records)."""


@dataclass(frozen=True)
class Table:
    """A table ready to be written.

    Attributes:
        name: `table7`.
        title: what it shows.
        rows: everything, as the CSV has it.
        shown: the columns that readers see, with their headings.
        counts: those of them that are floats because they are means of counts over seeds.
    """

    name: str
    title: str
    rows: pd.DataFrame
    shown: Mapping[str, str]
    counts: Collection[str] = ()

    @property
    def synthetic(self) -> bool:
        """Whether any row stands on synthetic text."""
        return "text" in self.rows and bool((self.rows["text"] == SYNTHETIC).any())


_READERS: Mapping[str, Callable[[str], Any]] = {
    "encoders": read_json,
    "examples": PreparedCorpus.read,
    "health": read_health,
    "probes": ProbeRecord.read,
    "readings": ReadingRecord.read,
    "geometries": GeometryRecord.read,
    "measures": MeasuresRecord.read,
}


def read_inputs(files: Mapping[str, Sequence[str]]) -> Inputs:
    """Read what a table is made from.

    Args:
        files: by kind.

    Raises:
        CorruptFileError: a file is not what its place promises.
    """
    return {kind: [_READERS[kind](path) for path in paths] for kind, paths in files.items()}


def make_table(name: str, title: str, inputs: Inputs) -> Table:
    """Make a table from the records of earlier stages.

    Args:
        name: `table1` to `table10`.
        title: what it shows.
        inputs: what it is made from.
    """
    return _TABLES[name](title, inputs)


def _table1(title: str, inputs: Inputs) -> Table:
    rows = encoder_rows(inputs["encoders"])
    given = ["representation"] if rows["model"].duplicated().any() else []
    where = [name for name in ("revision", "adapter") if given and rows[name].notna().any()]
    shown = {
        "model": "Encoder",
        **{name: _HEADINGS[name] for name in given},
        "source": "Source",
        **{name: name.capitalize() for name in where},
        "layers": "Layers",
        "heads": "Heads",
        "hidden": "Width",
        "parameters_millions": "Parameters (M)",
    }
    return Table("table1", title, rows, shown)


def _table2(title: str, inputs: Inputs) -> Table:
    rows = probe_rows(inputs["probes"], inputs["geometries"])
    measures = ["accuracy", "train_test_similarity", "published_accuracy", "published_train_test_similarity"]
    states = list(rows["representation"].drop_duplicates())
    wide = rows.pivot(index=["model", "task"], columns="representation", values=measures)
    wide = wide.reindex(rows["task"].drop_duplicates(), level="task")
    wide.columns = [f"{measure}_{_identifier(state)}" for measure, state in wide.columns]
    rows = wide.reset_index().merge(rows[["task", "text"]].drop_duplicates(), on="task")
    shown = {"task": "Task"} | {
        f"{measure}_{_identifier(state)}": f"{heading}, {'tuned' if state == TUNED_REPRESENTATION else state}"
        for measure, heading in (("accuracy", "Accuracy"), ("train_test_similarity", "Similarity"))
        for state in states
    }
    return Table("table2", _of_main_encoder(title, rows), rows, shown)


def _table3(title: str, inputs: Inputs) -> Table:
    rows = probe_rows(inputs["probes"], inputs["geometries"])
    columns = [
        "labels",
        "least_clusters",
        "clusters",
        "linearly_separable",
        *_BEYOND_LINEAR,
        "accuracy",
        "n",
        "d",
        "seeds",
    ]
    published = [name for name in rows if name.startswith("published_")]
    shown = {name: _HEADINGS[name] for name in ["task", "representation", *columns[:-1]]}
    return Table("table3", _of_main_encoder(title, rows), rows[[*ROW, *columns, *published, "text"]], shown)


def _table4(title: str, inputs: Inputs) -> Table:
    rows = cluster_rows(inputs["geometries"])
    names = ["model", "representation", "labels", "least_clusters", "clusters", "linearly_separable"]
    shown = {name: _HEADINGS[name] for name in names}
    return Table("table4", title, rows, shown)


def _table5(title: str, inputs: Inputs) -> Table:
    rows = cross_rows(inputs["probes"], inputs["geometries"])
    shown = {
        "tuned_on": "Fine-tuned on",
        "probed_on": "Probed on",
        "increased": "Labels further apart",
        "decreased": "Labels closer",
        "mean_change": "Mean change",
        "mean_change_std": "std over seeds",
        "accuracy": "Accuracy",
        "accuracy_std": "std",
        "linearly_separable": "Linear",
    }
    published = {
        name: f"Published: {shown[name.removeprefix('published_')].lower()}"
        for name in rows
        if name.startswith("published_")
    }
    said = f"{_of_main_encoder(title, rows)}; published figures are those of BERT-base"
    counts = ("increased", "decreased", "published_increased", "published_decreased")
    return Table("table5", said, rows, shown | published, counts)


def _table6(title: str, inputs: Inputs) -> Table:
    shown = {
        "task": "Task",
        "corpus": "Corpus",
        "labels": "Labels",
        "train_examples": "Training examples",
        "test_examples": "Test examples",
        "train_sentences": "Training sentences",
        "test_sentences": "Test sentences",
        "train_words": "Training words",
        "test_words": "Test words",
        "least_clusters": "Least clusters",
        "test_inputs_in_train": "Test inputs seen in training",
        "unknown_words": "Unknown words (%)",
    }
    (health,) = inputs["health"]
    return Table("table6", title, task_rows(inputs["examples"], health), shown)


def _table7(title: str, inputs: Inputs) -> Table:
    columns = ["accuracy", "accuracy_std", "best_layer_sizes", "clusters", "linearly_separable"]
    names = [
        *ROW,
        *columns,
        "train_test_similarity",
        "label_level_similarity",
        "size_matched_similarity",
        "runs_converged",
        "majority_accuracy",
        "published_accuracy",
    ]
    rows = probe_rows(inputs["probes"], inputs["geometries"], inputs["readings"])
    if not set(rows["pooling"].dropna()) <= _USUAL_POOLING:
        names.insert(len(ROW), "pooling")
    if rows["test_examples_seen"].any():
        names.insert(names.index("accuracy_std") + 1, "accuracy_unseen")
    return Table("table7", title, rows, {name: _HEADINGS[name] for name in names})


def _table8(title: str, inputs: Inputs) -> Table:
    names = [
        *ROW,
        "layer",
        "accuracy",
        "clusters",
        "linearly_separable",
        "separable_pairs",
        "train_test_similarity",
        "label_level_similarity",
        "similarity_to_original",
        "label_level_similarity_to_original",
    ]
    rows = layer_rows(inputs["probes"], inputs["geometries"])
    return Table("table8", title, rows, {name: _HEADINGS[name] for name in names})


def _table9(title: str, inputs: Inputs) -> Table:
    rows = beside_rows(inputs["probes"], inputs["geometries"], inputs["measures"])
    names = [
        *ROW,
        *(["layer"] if rows.groupby("model")["layer"].nunique().max() > 1 else []),
        OURS,
        *_BESIDE,
        ACCURACY,
        "label_level_similarity",
        DRIFT,
    ]
    return Table("table9", title, rows, {name: _HEADINGS[name] for name in names})


def _table10(title: str, inputs: Inputs) -> Table:
    rows = agreement_rows(inputs["probes"], inputs["geometries"], inputs["measures"])
    pairs = zip(rows["measure"], rows["against"], strict=True)
    rows.insert(0, "comparison", [f"{called(one)} and {called(other)}" for one, other in pairs])
    shown = {
        "comparison": "Rank correlation of",
        "correlation": "Correlation",
        "low": "From",
        "high": "To",
        "units": "Encoders with a task",
        "states": "States",
    }
    if not (rows["units"] >= MIN_UNITS).any():
        title = f"{title}; empty, since it takes {MIN_UNITS} encoders with a task"
    return Table("table10", title, rows, shown)


def called(measure: str) -> str:
    """Return what a sentence calls a measure that Table 10 compares."""
    return _NAMES.get(measure, measure.replace("_", " "))


def _of_main_encoder(title: str, rows: pd.DataFrame) -> str:
    return f"{title}, {rows['model'][0]}"


_USUAL_POOLING = {"mean", "cls"}
"""As in the paper: a word is the mean of its subwords, a sentence its [CLS]."""
_BEYOND_LINEAR = ["separable_pairs", "separable_pairs_permuted"]
_BESIDE = [
    "cka_to_original",
    "rsa_to_original",
    "procrustes_to_original",
    "convexity",
    "intrinsic_dimension",
    "anisotropy",
]
_NAMES = {
    OURS: "label-level similarity to original",
    "cka_to_original": "CKA",
    "rsa_to_original": "RSA",
    "procrustes_to_original": "Procrustes distance",
}
_HEADINGS = {
    "model": "Encoder",
    "task": "Task",
    "representation": "Representation",
    "accuracy": "Accuracy",
    "accuracy_std": "std",
    "best_layer_sizes": "Widths",
    "clusters": "Clusters",
    "labels": "Labels",
    "least_clusters": "At least",
    "linearly_separable": "Linear",
    "separable_pairs": "Separable pairs (%)",
    "separable_pairs_permuted": "Labels permuted (%)",
    "train_test_similarity": "Similarity",
    "label_level_similarity": "Label-level similarity",
    "similarity_to_original": "Similarity to original",
    "label_level_similarity_to_original": "Label-level similarity to original",
    "cka_to_original": "CKA",
    "rsa_to_original": "RSA",
    "procrustes_to_original": "Procrustes distance",
    "convexity": "Convexity",
    "intrinsic_dimension": "Dimension",
    "anisotropy": "Anisotropy",
    "accuracy_change": "Change of accuracy",
    "drift": "Drift",
    "layer": "Layer",
    "pooling": "Vector",
    "accuracy_unseen": "Accuracy, unseen inputs",
    "size_matched_similarity": "Similarity, equal sizes",
    "runs_converged": "Converged",
    "majority_accuracy": "Majority",
    "published_accuracy": "Published accuracy",
    "n": "n",
    "d": "d",
}

_TABLES: Mapping[str, Callable[[str, Inputs], Table]] = {
    "table1": _table1,
    "table2": _table2,
    "table3": _table3,
    "table4": _table4,
    "table5": _table5,
    "table6": _table6,
    "table7": _table7,
    "table8": _table8,
    "table9": _table9,
    "table10": _table10,
}


def _identifier(representation: str) -> str:
    return representation.replace("-", "_")
