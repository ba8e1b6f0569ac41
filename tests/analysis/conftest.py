from pathlib import Path

import numpy as np
import pytest

from fbert.store.form import SNAPSHOTS, creating, layer_name, update_name, write_texts

LABELS = ("ADJ", "NOUN", "VERB", "X")


def snapshot_vectors(update: int, layer: int) -> np.ndarray:
    """Four heaps of points that drift apart: (60, 5); two of them overlap at first."""
    random = np.random.default_rng(layer)
    y = np.arange(60) % 4
    centres = np.array([[0, 0], [1, 0], [0, 9], [9, 9]]) * (1 + update * layer / 10)
    X = random.normal(0, 0.7, (60, 5))
    X[:, :2] += centres[y]
    return X.astype(np.float32)


@pytest.fixture
def snapshots(tmp_path) -> Path:
    """A file of snapshots of a small made-up training run, as fine-tuning leaves it."""
    path = tmp_path / "snapshots.h5"
    with creating(path, SNAPSHOTS, {"made": "up"}) as file:
        file["rows"] = np.stack([np.arange(60), np.zeros(60, dtype=int)], axis=1)
        write_texts(file, "forms", ["word"] * 60)
        file["tasks/POS/rows"] = np.arange(60)[:, None]
        file["tasks/POS/labels"] = np.arange(60) % 4
        write_texts(file, "tasks/POS/names", LABELS)
        for update in (0, 10, 20):
            for layer in (1, 2):
                file[f"{update_name(update)}/{layer_name(layer)}"] = snapshot_vectors(update, layer)
    return path
