"""Tables from constructed records: the numbers are those of the records, in every form."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_up_records import PAIRS, geometry, probe

from fbert.errors import InputError
from fbert.health.counts import Reading
from fbert.health.examples import health_of
from fbert.prepared import SECOND, Examples, PreparedCorpus, Split
from fbert.published import published_figures
from fbert.records.geometry import Distance
from fbert.records.health import TaskHealth
from fbert.tables.make import Table, make_table
from fbert.tables.render import write_table
from fbert.words import SYNTHETIC_REMARK

REFERENCE = [
    "model",
    "task",
    "representation",
    "accuracy",
    "accuracy_std",
    "best_layer_sizes",
    "clusters",
    "linearly_separable",
    "train_test_similarity",
]
STUDY = {"name": "test", "description": "a test"}


def written(table, folder):
    """The text of a table's forms, by form."""
    paths = {form: folder / f"t.{form}" for form in ("csv", "md", "tex", "json")}
    write_table(table, STUDY, **paths)
    return {form: path.read_text() for form, path in paths.items()}


@pytest.fixture
def inputs():
    states = ["original", "POS-seed0", "POS-seed1"]
    accuracies = [[90.0, 92.0], [95.0, 97.0], [93.0, 95.0]]
    return {
        "probes": [probe("bert-tiny", "POS", s, a) for s, a in zip(states, accuracies, strict=True)],
        "geometries": [geometry("bert-tiny", "POS", s, clusters=3 + (s == "original")) for s in states],
        "readings": [],
    }


def test_table7_begins_with_the_columns_of_the_paper(inputs):
    rows = make_table("table7", "Accuracy", inputs).rows
    assert list(rows.columns[:12]) == [*REFERENCE, "seeds", "n", "d"]
    assert list(rows.columns[12:18]) == [f"published_{name}" for name in REFERENCE[3:]]


def test_table7_pools_runs_and_seeds(inputs):
    original, tuned = make_table("table7", "Accuracy", inputs).rows.to_dict("records")
    assert (original["accuracy"], original["accuracy_std"]) == (91.0, 1.0)
    assert (tuned["accuracy"], tuned["seeds"], tuned["runs"]) == (95.0, 2, 4)
    assert tuned["accuracy_std"] == pytest.approx(np.std([95, 97, 93, 95]), abs=0.01)
    assert (original["linearly_separable"], tuned["linearly_separable"]) == ("N", "Y")


def test_other_measures_of_a_probe_are_means_over_seeds(inputs):
    measures = {"macro_f1": 60.0, "auroc": 0.5}, {"macro_f1": 70.0, "auroc": 0.7}, {"macro_f1": 80.0}
    found = [{"auroc": None} | each for each in measures]
    inputs["probes"] = [
        replace(record, probe=replace(record.probe, **each))
        for record, each in zip(inputs["probes"], found, strict=True)
    ]
    original, tuned = make_table("table7", "Accuracy", inputs).rows.to_dict("records")
    assert (original["macro_f1"], original["auroc"]) == (60.0, 0.5)
    assert tuned["macro_f1"] == 75.0
    assert np.isnan(tuned["auroc"]), "one seed has none"


def test_a_linear_probe_is_called_so(inputs):
    linear = [
        replace(record, probe=replace(record.probe, kind="linear", widths=())) for record in inputs["probes"]
    ]
    rows = make_table("table7", "Accuracy", inputs | {"probes": linear}).rows
    assert rows["best_layer_sizes"].tolist() == ["linear", "linear"]


def test_clusters_and_similarity_have_a_spread_over_seeds(inputs):
    first = inputs["geometries"][1]
    test = replace(first.test, distances=first.test.distances | {PAIRS[0]: Distance(2.0, 2.0, 2.0)})
    inputs["geometries"][1] = replace(
        first, train=replace(first.train, clusters=7, alone={"a": 4}), test=test
    )
    original, tuned = make_table("table7", "Accuracy", inputs).rows.to_dict("records")
    assert np.isnan(original["clusters_std"]), "one seed has no spread"
    assert (tuned["clusters"], tuned["clusters_std"]) == (5, 2.0)
    # The second seed is at r = 1, so half of what the first one lacks.
    r = np.corrcoef([1, 2, 4], [2, 5, 9])[0, 1]
    assert tuned["train_test_similarity_std"] == pytest.approx((1 - r) / 2, abs=1e-4)
    assert tuned["train_test_similarity"] == pytest.approx((1 + r) / 2, abs=1e-4)


def test_similarity_is_printed_only_if_every_seed_has_one(inputs):
    last = inputs["geometries"][2]
    inputs["geometries"][2] = replace(last, test=replace(last.test, clusters=4))
    tuned = make_table("table7", "Accuracy", inputs).rows.to_dict("records")[1]
    assert pd.isna([tuned["train_test_similarity"], tuned["train_test_similarity_std"]]).all()
    assert tuned["similarity_pairs"] == 0


def test_similarity_is_printed_only_where_both_sides_are_linear(inputs):
    original, tuned = make_table("table7", "Accuracy", inputs).rows.to_dict("records")
    assert np.isnan(original["train_test_similarity"])
    assert tuned["train_test_similarity"] == 1.0  # the test distances are an affine image
    assert tuned["similarity_pairs"] == 3


def test_beyond_linear_other_figures_are_printed(inputs):
    original, tuned = make_table("table7", "Accuracy", inputs).rows.to_dict("records")
    assert (original["label_level_similarity"], original["label_level_pairs"]) == (1.0, 3)
    assert (original["separable_pairs"], tuned["separable_pairs"]) == (66.6667, 100.0)
    assert original["separable_pairs_permuted"] == 33.3333
    assert original["halves_similarity"] == 0.9


def test_a_single_label_has_no_share_of_pairs(inputs):
    first = inputs["geometries"][0]
    train = replace(first.train, pairs=0, separable_pairs=0)
    inputs["geometries"][0] = replace(first, train=train, permuted_separable_pairs=0)
    assert np.isnan(make_table("table7", "Accuracy", inputs).rows["separable_pairs"][0])


def test_published_figures_stand_beside_ours(inputs):
    original, tuned = make_table("table7", "Accuracy", inputs).rows.to_dict("records")
    assert (original["published_accuracy"], tuned["published_accuracy"]) == (90.76, 91.67)
    assert original["published_clusters"] == 3936


def test_seeds_that_disagree_say_how_many_are_linear(inputs):
    inputs["geometries"][2] = geometry("bert-tiny", "POS", "POS-seed1", clusters=4)
    tuned = make_table("table7", "Accuracy", inputs).rows.to_dict("records")[1]
    assert (tuned["linearly_separable"], tuned["clusters"]) == ("1/2", 3.5)


def test_rows_are_joined_by_what_they_are_about_whatever_their_order(inputs):
    expected = make_table("table7", "Accuracy", inputs).rows
    shuffled = inputs | {"geometries": inputs["geometries"][::-1]}
    pd.testing.assert_frame_equal(make_table("table7", "Accuracy", shuffled).rows, expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda geometries: geometries[:2],
            "ProbeRecord of encoder bert-tiny, .* state POS-seed1.* no counterpart",
        ),
        (
            lambda geometries: [*geometries, geometries[1]],
            "two records of encoder bert-tiny, .* state POS-seed0",
        ),
        (
            lambda geometries: [*geometries, geometry("bert-tiny", "DEP", "original")],
            "GeometryRecord of encoder bert-tiny, task DEP, state original, layer 2 has no counterpart",
        ),
    ],
)
def test_a_missing_or_double_record_is_refused_by_name(inputs, change, message):
    with pytest.raises(InputError, match=message):
        make_table("table7", "Accuracy", inputs | {"geometries": change(inputs["geometries"])})


def test_table2_has_a_row_for_each_task(inputs):
    rows = make_table("table2", "Accuracy", inputs).rows
    assert rows["accuracy_original"].tolist() == [91.0]
    assert rows["accuracy_fine_tuned"].tolist() == [95.0]


def test_table6_counts_examples_labels_and_words():
    train = Examples(np.array([0, 0, 1]), np.array([[0], [1], [0]]), np.array([0, 1, 0]))
    test = Examples(np.array([0]), np.array([[0]]), np.array([1]))
    splits = {
        "train": Split((("a", SECOND, "b"), ("c",)), {"POS": train}),  # no word, but the end of one
        "test": Split((("d",),), {"POS": test}),
    }
    corpus = PreparedCorpus("toy", True, {"POS": ("X", "Y")}, splits)
    readings = {"one": Reading(2, 1, 200, 3, 1), "two": Reading(2, 0, 200, 1, 0)}
    health = [TaskHealth("POS", "toy", health_of(corpus, "POS"), readings)]
    row = make_table("table6", "Tasks", {"examples": [corpus], "health": [health]}).rows.to_dict("records")[0]
    assert (row["unknown_words"], row["dropped_words"], row["texts_in_pieces"]) == (1.5, 0.5, 50.0)
    assert (row["labels"], row["train_labels"], row["test_labels"]) == (2, 2, 1)
    assert (row["train_examples"], row["test_examples"]) == (3, 1)
    assert (row["train_sentences"], row["train_words"], row["test_words"]) == (2, 3, 1)
    assert row["text"] == "synthetic"


@pytest.mark.parametrize("synthetic", [True, False])
def test_synthetic_text_is_named_in_every_form(tmp_path, synthetic):
    table = make_table(
        "table4", "TREC-50", {"geometries": [geometry("tiny", "TREC-50", "original", synthetic=synthetic)]}
    )
    forms = written(table, tmp_path)
    row = next(csv.DictReader(io.StringIO(forms["csv"])))
    assert row["text"] == ("synthetic" if synthetic else "real")
    assert all((SYNTHETIC_REMARK in forms[form]) is synthetic for form in ("md", "tex", "json"))


def test_warnings_of_the_probes_stand_below_the_table(tmp_path, inputs):
    first = inputs["probes"][0]
    warned = replace(first.probe, warnings=["all runs gave one label"])
    inputs["probes"][0] = replace(first, probe=warned)
    table = make_table("table7", "Accuracy", inputs)
    forms = written(table, tmp_path)
    assert "- bert-tiny, POS, original: all runs gave one label" in forms["md"]
    assert json.loads(forms["json"])["remarks"] == ["bert-tiny, POS, original: all runs gave one label"]
    assert table.rows["probe_warnings"].tolist() == ["all runs gave one label", ""]


def test_latex_is_booktabs_and_escaped(tmp_path, inputs):
    for kind, records in inputs.items():
        inputs[kind] = [
            replace(record, origin=replace(record.origin, encoder="a_b&c%")) for record in records
        ]
    tex = written(make_table("table7", "Accuracy", inputs), tmp_path)["tex"]
    assert all(rule in tex for rule in (r"\toprule", r"\midrule", r"\bottomrule"))
    assert r"a\_b\&c\%" in tex


def test_the_report_has_what_the_markdown_shows(tmp_path, inputs):
    forms = written(make_table("table7", "Accuracy", inputs), tmp_path)
    plain = json.loads(forms["json"])
    lines = [line for line in forms["md"].splitlines() if line.startswith("|")]
    head, rule, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert (plain["headings"], plain["rows"]) == (head, rows)
    assert plain["right"] == [cell.endswith(":") for cell in rule]
    assert plain["id"] == "table7"
    assert plain["caption"] == {"name": "Table 7", "text": "Accuracy (study test)."}
    assert forms["md"].startswith("**Table 7.** Accuracy (study test).\n")


def test_a_column_has_the_same_decimals_throughout(tmp_path):
    rows = pd.DataFrame(
        {"accuracy": [5.0, 56.25, None], "n": [3, 4, 5], "more": [1.0, None, 2.0], "fewer": [1.0, 0.5, 2.0]}
    )
    table = Table("table9", "Title", rows, {name: name for name in rows}, counts=("more", "fewer"))
    assert json.loads(written(table, tmp_path)["json"])["rows"] == [
        ["5.00", "3", "1", "1.00"],
        ["56.25", "4", "", "0.50"],
        ["", "5", "2", "2.00"],
    ]


def test_published_figures_are_whole():
    figures = published_figures()
    assert len(figures) == 50
    assert figures["published_accuracy"].notna().all()
    assert figures["published_train_test_similarity"].notna().sum() == 35
