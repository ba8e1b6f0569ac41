"""The geometry of a training run: against each snapshot on its own, and through kills."""

import signal
import subprocess
import sys

import numpy as np
import pytest

from fbert.analysis.dynamics import follow
from fbert.analysis.training_run import TrainingRun
from fbert.directprobe import DirectProbe
from fbert.store import read_snapshots

GAP = 1e-3


@pytest.fixture
def record(snapshots, tmp_path):
    path = tmp_path / "run.h5"
    follow(snapshots, "POS", path, GAP, code="1")
    return path


def test_every_snapshot_agrees_with_itself_alone(snapshots, record):
    run = TrainingRun.read(record)
    assert (run.updates.tolist(), run.layers.tolist(), run.n) == ([0, 10, 20], [1, 2], 60)
    for u, update in enumerate(run.updates):
        for layer_place, layer in enumerate(run.layers):
            X, y, labels = read_snapshots(snapshots, "POS", update, layer)
            alone = DirectProbe(gap=GAP / 10).fit(X, np.array(labels)[y])
            here = u, layer_place
            assert run.clusters[here] == alone.n_clusters_
            assert run.linear[here] == alone.is_linear_
            np.testing.assert_allclose(
                run.minimum_distances[here], alone.min_distances().to_numpy(), rtol=2 * GAP
            )
            expected = {pair: d for pair, d in alone.distance_vector().items() if np.isfinite(d)}
            found = run.pair_distances(*here)
            assert found.keys() == expected.keys()
            np.testing.assert_allclose(list(found.values()), list(expected.values()), rtol=2 * GAP)
            assert (run.lower[here] <= run.upper[here] + 1e-12)[~np.isnan(run.upper[here])].all()
            np.testing.assert_allclose(
                run.centroids[here], [X[y == k].mean(axis=0) for k in range(4)], rtol=1e-5, atol=1e-6
            )


def test_the_made_up_run_has_both_kinds_of_snapshots(record):
    linear = TrainingRun.read(record).linear
    assert not linear[0].any()
    assert linear[-1].all()


def test_a_run_that_was_killed_ends_in_the_same_bytes(snapshots, record, tmp_path):
    again = tmp_path / "again" / "run.h5"
    code = (
        "import os, signal, sys; from pathlib import Path; import fbert.analysis.dynamics as d\n"
        "write, left = d._write_step, [int(sys.argv[3])]\n"
        "def killed(*step):\n"
        "    write(*step); left[0] -= 1\n"
        "    if not left[0]: os.kill(os.getpid(), signal.SIGKILL)\n"
        "d._write_step = killed\n"
        f"d.follow(Path(sys.argv[1]), 'POS', Path(sys.argv[2]), {GAP}, code='1')"
    )
    for steps in (1, 3):
        done = subprocess.run([sys.executable, "-c", code, snapshots, again, str(steps)], check=False)
        assert done.returncode == -signal.SIGKILL
    partial = again.with_name("run.h5.partial")
    kept = {file: file.stat().st_mtime_ns for file in partial.glob("layer_*")}
    assert len(kept) == 4
    follow(snapshots, "POS", again, GAP, code="1")
    assert again.read_bytes() == record.read_bytes()
    assert not partial.exists()


def test_work_of_other_code_is_not_taken_up(snapshots, record, tmp_path):
    again = tmp_path / "again" / "run.h5"
    partial = again.with_name("run.h5.partial")
    partial.mkdir(parents=True)
    (partial / "made.json").write_text('{"code": "0"}')
    (partial / "layer_01-update_00000000.h5").write_text("of long ago")
    follow(snapshots, "POS", again, GAP, code="1")
    assert again.read_bytes() == record.read_bytes()
