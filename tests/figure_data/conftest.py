import numpy as np
import pytest

from fbert.analysis.training_run import TrainingRun
from fbert.figure_data.request import Request
from fbert.figure_definitions import FIGURES
from fbert.store.form import STORE, creating, layer_name, write_texts

LABELS = ("a", "b", "c", "d", "e", "f", "g")


def made_up_run(seed: int = 0, labels: tuple[str, ...] = LABELS, linear_from: int = 0) -> TrainingRun:
    """Seven labels on layers 1 and 2 at four updates, at random but with symmetric distances."""
    random = np.random.default_rng(seed)
    u, layers, k, d = 4, 2, len(labels), 5
    square = random.uniform(1, 9, (u, layers, k, k))
    distances = square + square.swapaxes(-1, -2)
    distances[..., np.arange(k), np.arange(k)] = np.nan
    linear = np.arange(u)[:, None] >= np.array([linear_from, linear_from])
    return TrainingRun(
        task="POS",
        labels=labels,
        n=70,
        updates=np.array([0, 5, 10, 15]),
        layers=np.array([1, 2]),
        point_labels=np.arange(21) % k,
        linear=linear,
        undecided=np.zeros((u, layers), dtype=int),
        distances=distances,
        lower=distances,
        upper=distances,
        centroids=random.normal(size=(u, layers, k, d)).astype(np.float32),
        points=random.normal(size=(u, layers, 21, d)).astype(np.float32),
    )


def store_vectors(seed: int, layer: int) -> np.ndarray:
    return np.random.default_rng([seed, layer]).normal(size=(21, 4)).astype(np.float32)


@pytest.fixture
def write_store(tmp_path):
    def write(seed: int) -> str:
        """Write a store of 21 words with labels a to g in turn, on layers 0 to 2."""
        path = tmp_path / f"store{seed}.h5"
        with creating(path, STORE, {}) as file:
            file["tasks/POS/rows"] = np.arange(21)[:, None]
            file["tasks/POS/labels"] = np.arange(21) % 7
            write_texts(file, "tasks/POS/names", LABELS)
            for layer in range(3):
                file[layer_name(layer)] = store_vectors(seed, layer)
        return str(path)

    return write


@pytest.fixture
def request_of(tmp_path):
    def request_of(figure: str, runs: dict[int, TrainingRun]) -> Request:
        """Ask for a figure of training runs by seed."""
        paths = []
        for seed, run in runs.items():
            paths.append(str(tmp_path / f"run{seed}.h5"))
            run.write(paths[-1], {})
        return Request(FIGURES[figure], [("POS", seed) for seed in runs], {"dynamics": paths}, {"POS": True})

    return request_of
