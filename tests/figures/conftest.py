import numpy as np
import pytest
from made_up_run import LABELS

from fbert.figures.request import Request
from fbert.products import FIGURES
from fbert.records.trajectory import Trajectory
from fbert.store.form import STORE, creating, layer_name, write_texts


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
    def request_of(figure: str, runs: dict[int, Trajectory]) -> Request:
        """Ask for a figure of training runs by seed."""
        paths = []
        for seed, run in runs.items():
            paths.append(str(tmp_path / f"run{seed}.h5"))
            run.write(paths[-1], {})
        return Request(
            [("POS", seed) for seed in runs],
            {"trajectories": paths},
            {"POS": True},
            FIGURES[figure].every_layer,
        )

    return request_of
