"""The tables behind figures against direct recomputation."""

from itertools import combinations

import numpy as np
import pytest
from conftest import store_vectors
from made_up_run import LABELS, made_up_run

from fbert.figures.differences import rows as differences
from fbert.figures.memorisation import rows as memorisation
from fbert.figures.minimum_distance import rows as minimum_distance
from fbert.figures.movement import rows as movement
from fbert.figures.paths import rows as paths
from fbert.figures.plane import rows as plane
from fbert.figures.request import Request
from fbert.figures.similarity import rows as similarity
from fbert.layers import every_second_layer, followed_layers
from fbert.records.curves import LearningCurves
from fbert.records.origin import Origin
from fbert.states import State


def test_layers_are_counted_down_from_the_last():
    assert every_second_layer(6) == [2, 4, 6]
    assert every_second_layer(3) == [1, 3]
    assert followed_layers(6) == [1, 2, 4, 6]
    assert followed_layers(1) == [1]


def test_minimum_distances_are_those_of_the_last_layer(request_of):
    run = made_up_run()
    table = minimum_distance.rows(request_of("figure2", {0: run}))
    for row in table.itertuples():
        update, label = list(run.updates).index(row.update), LABELS.index(row.label)
        others = [run.distances[update, 1, label, other] for other in range(7) if other != label]
        assert row.distance == min(others)
    nearest = np.nanmin(run.distances[:, 1], axis=-1)
    order = [LABELS[i] for i in np.argsort(nearest[-1] - nearest[0])]
    assert list(table[table["gained"] == "least"]["label"].unique()) == order[:3]
    assert list(table[table["gained"] == "most"]["label"].unique()) == order[:-4:-1]
    assert set(table["text"]) == {"synthetic"}


def test_labels_are_chosen_by_the_mean_over_seeds(request_of):
    runs = {seed: made_up_run(seed) for seed in (0, 1)}
    table = minimum_distance.rows(request_of("figure2", runs))
    change = np.mean([r.minimum_distances[-1, 1] - r.minimum_distances[0, 1] for r in runs.values()], axis=0)
    assert table["label"].iloc[0] == LABELS[int(change.argmax())]
    assert set(table["seed"]) == {0, 1}


def test_similarity_is_the_correlation_with_the_first_update(request_of):
    run = made_up_run()
    table = similarity.rows(request_of("figure4", {0: run}))
    upper = np.triu_indices(7, 1)
    for row in table.itertuples():
        position = run.layer_position(row.layer)
        now = run.distances[list(run.updates).index(row.update), position][upper]
        expected = np.corrcoef(run.distances[0, position][upper], now)[0, 1]
        assert row.similarity == pytest.approx(expected, abs=1e-12)
    assert table["layer"].unique().tolist() == [1, 2]
    assert set(table["pairs"]) == {21}


def test_similarity_of_the_paper_is_left_out_where_a_side_is_not_linear(request_of):
    table = similarity.rows(request_of("figure4", {0: made_up_run(linear_from=1)}))
    assert table["similarity"].isna().all()
    assert table["label_level_similarity"].notna().all()


def test_paths_keep_the_distances_in_their_plane(request_of):
    run = made_up_run()
    table = paths.rows(request_of("figure3", {0: run}))
    chosen = table["label"].unique()
    assert list(table["layer"].unique()) == [1, 2]
    start = run.centroids[0, 1].astype(float)
    spans = {
        trio: sum(np.linalg.norm(start[a] - start[b]) for a, b in combinations(trio, 2))
        for trio in combinations(range(7), 3)
    }
    assert set(chosen) == {LABELS[i] for i in min(spans, key=spans.get)}
    for place, layer in enumerate((1, 2)):
        points = (
            run.centroids[:, place, [LABELS.index(label) for label in chosen]].reshape(12, 5).astype(float)
        )
        values, vectors = np.linalg.eigh(np.cov(points.T))
        panel = table[table["layer"] == layer]
        by_hand = (points - points.mean(axis=0)) @ vectors[:, [-1, -2]]
        np.testing.assert_allclose(panel[["x", "y"]].abs(), np.abs(by_hand), atol=1e-9)
        assert panel["explained_x"].iloc[0] == pytest.approx(values[-1] / values.sum())


def test_differences_and_movement_are_those_of_the_means(write_store):
    files = {"before": [write_store(0)], "after": [write_store(1)]}
    request = Request([("POS", 0)], files, {"POS": False}, every_layer=True)
    drawn, moved = differences.rows(request), movement.rows(request)
    for layer in range(3):
        change = store_vectors(1, layer).astype(float) - store_vectors(0, layer)
        by_hand = np.array([change[label::7].mean(axis=0) for label in range(7)])
        lengths = np.linalg.norm(by_hand, axis=1)
        np.testing.assert_allclose(moved[moved["layer"] == layer]["distance"], lengths, rtol=1e-6)
        panel = drawn[drawn["layer"] == layer]
        np.testing.assert_allclose(panel["length"], lengths, rtol=1e-6)
        assert panel["explained_x"].iloc[0] * ((by_hand - by_hand.mean(0)) ** 2).sum() == pytest.approx(
            (panel["x"] ** 2).sum(), rel=1e-6
        )
    assert set(drawn["examples"]) == {3}


def test_every_second_layer_is_shown_where_asked_for(write_store):
    files = {"before": [write_store(0)], "after": [write_store(1)]}
    request = Request([("POS", 0)], files, {"POS": False})
    assert list(differences.rows(request)["layer"].unique()) == [2]


@pytest.mark.parametrize(
    ("figure", "module"), [("figure2", minimum_distance), ("figure3", paths), ("figure4", similarity)]
)
def test_too_few_labels_are_said_not_dropped(request_of, figure, module):
    table = module.rows(request_of(figure, {0: made_up_run(labels=("a",))}))
    assert table["remark"].notna().all()
    assert (table["task"] == "POS").all()


def test_learning_curves_keep_their_numbers(tmp_path):
    path = tmp_path / "curves.json"
    curves = {"original": {"test": [[10.0, 20.0], [30.0, 40.0]]}}
    origin = Origin("tiny", State("POS", 0), "treebank", False, "POS", 6)
    LearningCurves(origin, {"test": 9}, 384, curves).write(path)
    request = Request([("POS", 0)], {"learning_curves": [str(path)]}, {"POS": False})
    table = memorisation.rows(request)
    np.testing.assert_array_equal(
        table.pivot(index="run", columns="epoch", values="accuracy"), [[10, 20], [30, 40]]
    )
    assert set(table["n"]) == {9}


def test_in_the_plane_gaps_are_distances_and_clusters_do_not_meet():
    table = plane.rows(Request([], {}, {}))
    gaps = table[table["kind"] == "gap"]
    np.testing.assert_allclose(np.hypot(gaps["x"] - gaps["x_to"], gaps["y"] - gaps["y_to"]), gaps["distance"])
    assert (gaps["distance"] > 0).all()
    clusters = table[table["kind"] == "hull"].groupby("task")["cluster"].nunique()
    assert clusters.to_dict() == {"separable": 3, "not separable": 4}
    assert set(table["text"]) == {"none"}
