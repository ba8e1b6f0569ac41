"""Encoder and DirectProbe agree with the committed golden files, which `make.py` made without them."""

from pathlib import Path

import numpy as np
import pytest
from directprobe.directprobe_oracle import clusters, same_partition
from encoder.tiny import minilm
from golden import make

from fbert.directprobe import DirectProbe
from fbert.encoder.model import Encoder

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def plain():
    return make.Plain()


def test_vectors_are_those_of_plain_transformers():
    golden = np.load(HERE / "vectors.npz")
    sentences = [text.split() for text in golden["sentences"]]
    encoder = Encoder.load(minilm(6), "cpu")
    found = sorted(encoder.vectors(sentences), key=lambda vectors: vectors.index)
    words = np.concatenate([vectors.words for vectors in found], axis=1)
    classes = np.stack([vectors.sentence for vectors in found], axis=1)
    np.testing.assert_allclose(words[:, :, :: make.EVERY_DIMENSION], golden["words"], rtol=0, atol=1e-5)
    np.testing.assert_allclose(classes[:, :, :: make.EVERY_DIMENSION], golden["classes"], rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", make.CASES)
def test_clusters_are_those_of_the_oracle(name):
    golden = np.load(HERE / f"{name}.npz")
    assert same_partition(DirectProbe().fit(golden["X"], golden["y"]).labels_, golden["clusters"])


def test_the_cases_are_what_they_are_for():
    files = {name: np.load(HERE / f"{name}.npz") for name in make.CASES}
    assert [name for name in files if labels_of_equal_points(**files[name]) > 1] == ["prepositions-layer0"]
    linear = [name for name in files if len(set(files[name]["clusters"])) == len(set(files[name]["y"]))]
    assert linear == ["questions-layer1"]


def labels_of_equal_points(X, y, clusters):
    """Return the most labels that any one point has."""
    labels = {}
    for x, label in zip(X, y, strict=True):
        labels.setdefault(x.tobytes(), set()).add(label)
    return max(map(len, labels.values()))


@pytest.mark.hard
def test_vectors_made_anew(plain):
    golden, anew = np.load(HERE / "vectors.npz"), make.vectors(plain)
    assert list(golden["sentences"]) == list(anew["sentences"])
    for name in ("words", "classes"):
        np.testing.assert_allclose(golden[name], anew[name], rtol=0, atol=1e-5)


@pytest.mark.hard
@pytest.mark.parametrize("name", make.CASES)
def test_points_and_clusters_made_anew(plain, name):
    """Where arithmetic rounds differently, so may the points, by one step of float16."""
    golden, (X, y) = np.load(HERE / f"{name}.npz"), make.points(make.CASES[name], plain)
    np.testing.assert_allclose(golden["X"], X, rtol=1e-3, atol=1e-5)
    assert list(golden["y"]) == list(y)
    assert same_partition(golden["clusters"], clusters(golden["X"], golden["y"]))


@pytest.mark.hard
def test_golden_files_from_elsewhere(golden_folder):
    """Whatever is in the folder: points `X`, labels `y`, and their `clusters`."""
    for file in golden_folder.glob("*.npz"):
        golden = np.load(file)
        assert same_partition(DirectProbe().fit(golden["X"], golden["y"]).labels_, golden["clusters"]), file
