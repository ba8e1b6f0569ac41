"""The geometry of a training run: against each snapshot on its own, and through kills."""

import multiprocessing
import os
import signal
from itertools import combinations

import numpy as np
import pytest

from fbert.analysis import dynamics
from fbert.analysis.dynamics import Course, follow
from fbert.directprobe import DirectProbe, hull_distance
from fbert.records.origin import Origin
from fbert.records.trajectory import Trajectory
from fbert.states import State

GAP = 1e-3
LABELS = ("ADJ", "NOUN", "VERB", "X")
MADE = {"code": "1"}


def snapshot_vectors(update: int, layer: int) -> np.ndarray:
    """Four heaps of points that drift apart: (60, 5); two of them overlap at first."""
    random = np.random.default_rng(layer)
    y = np.arange(60) % 4
    centres = np.array([[0, 0], [1, 0], [0, 9], [9, 9]]) * (1 + update * layer / 10)
    X = random.normal(0, 0.7, (60, 5))
    X[:, :2] += centres[y]
    return X.astype(np.float32)


def course() -> Course:
    """A small made-up training run."""
    origin = Origin("tiny", State("POS", 0), "treebank", True, "POS", 2)

    def vectors(update):
        return {layer: snapshot_vectors(update, layer) for layer in (1, 2)}

    return Course(origin, LABELS, np.arange(60) % 4, np.zeros(60, bool), [1, 2], [0, 10, 20], vectors)


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "run.h5"
    follow(course(), path, GAP, MADE)
    return path


def test_every_snapshot_agrees_with_itself_alone(record):
    run = Trajectory.read(record)
    assert (run.updates.tolist(), run.layers.tolist(), run.n) == ([0, 10, 20], [1, 2], 60)
    for u, update in enumerate(run.updates):
        for place, layer in enumerate(run.layers):
            X, y, labels = snapshot_vectors(update, layer), np.arange(60) % 4, LABELS
            alone = {
                (labels[a], labels[b]): hull_distance(X[y == a], X[y == b], gap=GAP / 10)
                for a, b in combinations(range(4), 2)
            }
            assert run.linear[u, place] == all(found.separable for found in alone.values())
            found = run.pair_distances(u, place)
            assert found.keys() == alone.keys()
            for pair, expected in alone.items():
                assert found[pair] == pytest.approx(expected.distance, rel=2 * GAP)
            by_label = [min(found[pair] for pair in found if label in pair) for label in labels]
            np.testing.assert_array_equal(run.minimum_distances[u, place], by_label)
            defined = ~np.isnan(run.upper[u, place])
            assert (run.lower[u, place][defined] <= run.upper[u, place][defined]).all()
            means = [X[y == k].mean(axis=0) for k in range(4)]
            np.testing.assert_allclose(run.centroids[u, place], means, rtol=1e-5, atol=1e-6)
            np.testing.assert_array_equal(run.points[u, place], X)
            np.testing.assert_array_equal(run.point_labels, y)


def test_a_linear_snapshot_is_as_directprobe_sees_it(record):
    run = Trajectory.read(record)
    X, y, labels = snapshot_vectors(20, 2), np.arange(60) % 4, LABELS
    probe = DirectProbe(gap=GAP).fit(X, np.array(labels)[y])
    assert probe.is_linear_
    assert run.linear[-1, -1]
    expected = probe.min_distances().to_numpy()
    np.testing.assert_allclose(run.minimum_distances[-1, -1], expected, rtol=2 * GAP)


def test_labels_that_meet_have_distance_0(record):
    run = Trajectory.read(record)
    assert run.pair_distances(0, 0)["ADJ", "NOUN"] == 0


def test_the_made_up_run_has_both_kinds_of_snapshots(record):
    linear = Trajectory.read(record).linear
    assert not linear[0].any()
    assert linear[-1].all()


def killed_after_a_step(path):
    write = dynamics._write_step

    def write_and_die(*step):
        write(*step)
        os.kill(os.getpid(), signal.SIGKILL)

    dynamics._write_step = write_and_die
    follow(course(), path, GAP, MADE)


def test_a_run_that_was_killed_ends_in_the_same_bytes(record, tmp_path):
    again = tmp_path / "again" / "run.h5"
    for _ in range(2):
        process = multiprocessing.get_context("fork").Process(target=killed_after_a_step, args=[again])
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
    partial = again.with_name("run.h5.partial")
    assert len(list(partial.glob("update_*"))) == 2
    follow(course(), again, GAP, MADE)
    assert again.read_bytes() == record.read_bytes()
    assert not partial.exists()


def test_work_of_other_code_is_not_taken_up(record, tmp_path):
    again = tmp_path / "again" / "run.h5"
    partial = again.with_name("run.h5.partial")
    partial.mkdir(parents=True)
    (partial / "made.json").write_text('{"code": "0"}')
    (partial / "update_00000000.h5").write_text("of long ago")
    follow(course(), again, GAP, MADE)
    assert again.read_bytes() == record.read_bytes()
