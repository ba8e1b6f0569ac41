"""Views of movement: the projections against NumPy's own, and what is said of each stop."""

import dataclasses
import json

import numpy as np
import pytest

from fbert.analysis.sampling import SHOWN_POINTS, balanced_rows
from fbert.figures.looks import look_of
from fbert.records.trajectory import Trajectory
from fbert.report.movement import TOO_FEW, view_of_ends, view_of_run
from fbert.store.form import STORE, creating, layer_name, write_texts
from report.made_up import LABELS, run


def plane_by_hand(centroids):
    """Two eigenvectors of the covariance of all centroids, signs free, and their shares of the variance."""
    flat = centroids.reshape(-1, centroids.shape[-1]).astype(np.float64)
    values, vectors = np.linalg.eigh(np.cov(flat.T))
    return flat.mean(axis=0), vectors[:, [-1, -2]], values[[-1, -2]] / values.sum()


def expected(points, centre, axes):
    return np.abs((points - centre) @ axes)


def check(layer, centroids, points):
    centre, axes, shares = plane_by_hand(centroids)
    moved = np.array(layer["centroids"]), np.array(layer["points"])
    for shown, given in zip(moved, (centroids, points), strict=True):
        unseen = np.ptp(shown.reshape(-1, 2), axis=0).max() / 1900  # half of the last place that is kept
        np.testing.assert_allclose(np.abs(shown), expected(given, centre, axes), rtol=0, atol=unseen)
    np.testing.assert_allclose(layer["explained"], shares, rtol=6e-4)


def test_a_run_is_projected_onto_one_plane_for_each_layer():
    made = run()
    view = view_of_run(made)
    assert view["stops"] == ["update 0", "update 10", "update 20"]
    assert [layer["layer"] for layer in view["layers"]] == [1, 2]
    for at, layer in enumerate(view["layers"]):
        assert layer["labels"] == [0, 1, 2]
        check(layer, made.centroids[:, at, :3], made.points[:, at])


def test_distances_within_the_plane_are_those_of_the_space_if_it_is_a_plane():
    made = run(d=2)
    layer = view_of_run(made)["layers"][0]
    gaps = np.diff(made.centroids[:, 0, :3], axis=1)
    shown = np.diff(np.array(layer["centroids"]), axis=1)
    np.testing.assert_allclose(np.linalg.norm(shown, axis=-1), np.linalg.norm(gaps, axis=-1), rtol=2e-3)


def test_the_view_of_a_run_from_its_file_is_plain(tmp_path):
    run().write(tmp_path / "run.h5", {})
    view = view_of_run(Trajectory.read(tmp_path / "run.h5"))
    assert json.loads(json.dumps(view, allow_nan=False)) == view_of_run(run())


def test_a_stop_has_its_closest_pair_with_bounds():
    made = run()
    first, second, _ = view_of_run(made)["layers"][1]["verdicts"]
    assert (first["linear"], first["meeting"], first["pairs"]) == (False, 1, 3)
    assert first["closest"]["labels"] == ["NOUN", "VERB"]
    assert (second["linear"], second["undecided"], second["meeting"]) == (True, 1, 0)
    smallest = np.nanmin(made.distances[1, 1])
    assert second["closest"]["distance"] == pytest.approx(smallest, rel=5e-4)
    assert second["closest"]["lower"] < smallest < second["closest"]["upper"]


def test_bounds_are_rounded_outwards():
    tight = dataclasses.replace(run(), lower=run().distances, upper=run().distances)
    closest = view_of_run(tight)["layers"][0]["verdicts"][1]["closest"]
    exact = np.nanmin(tight.distances[1, 0])
    assert closest["lower"] < exact < closest["upper"]
    assert closest["upper"] - closest["lower"] < 2e-3 * exact


def test_labels_look_as_in_figures():
    labels = view_of_run(run())["labels"]
    assert [label["name"] for label in labels] == list(LABELS)
    assert all((label["color"], label["marker"]) == look_of(label["name"])[:2] for label in labels)


def write_store(path, seed, n_labels=4, n=400):
    random = np.random.default_rng(seed)
    with creating(path, STORE, {}) as file:
        file["tasks/POS/rows"] = np.arange(n)[:, None]
        file["tasks/POS/labels"] = np.arange(n) % n_labels
        write_texts(file, "tasks/POS/names", [f"label{number}" for number in range(n_labels + 1)])
        for layer in range(4):
            file[layer_name(layer)] = random.normal(size=(n, 3)).astype(np.float32)
    return path


def vectors(seed, layer, n=400):
    random = np.random.default_rng(seed)
    return [random.normal(size=(n, 3)).astype(np.float32) for _ in range(layer + 1)][layer]


def test_two_stores_make_two_stops(tmp_path):
    view = view_of_ends(write_store(tmp_path / "a.h5", 1), write_store(tmp_path / "b.h5", 2), "POS", "tuned")
    assert view["stops"] == ["original", "tuned"]
    assert [layer["layer"] for layer in view["layers"]] == [1, 3]
    y = np.arange(400) % 4
    rows = balanced_rows(y, SHOWN_POINTS, seed=0)
    states = [vectors(1, 3), vectors(2, 3)]
    layer = view["layers"][1]
    assert (layer["n"], layer["d"], layer["labels"]) == (400, 3, [0, 1, 2, 3])
    assert layer["point_labels"] == y[rows].tolist()
    centroids = np.array([[state[y == label].mean(axis=0) for label in range(4)] for state in states])
    check(layer, centroids, np.array([state[rows] for state in states]))


def test_two_labels_make_no_plane(tmp_path):
    stores = [write_store(tmp_path / f"{seed}.h5", seed, n_labels=2) for seed in (1, 2)]
    layers = view_of_ends(*stores, "POS", "tuned")["layers"]
    assert [layer["remark"] for layer in layers] == [TOO_FEW, TOO_FEW]
