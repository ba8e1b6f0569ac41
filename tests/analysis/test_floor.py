"""Contradictions in the labels: what cannot be brought together is told from what was not."""

from dataclasses import replace

import numpy as np
import pytest

from fbert.analysis.dynamics import Course, follow
from fbert.analysis.geometry import alone_points, describe_geometry
from fbert.analysis.probe_job import probe_stores
from fbert.analysis.similarity import train_test_similarity
from fbert.encoder.model import Encoder
from fbert.errors import InputError
from fbert.prepared import Examples, PreparedCorpus, Split
from fbert.probe.settings import ProbeSettings
from fbert.records.geometry import Geometry, GeometryRecord, Halves
from fbert.records.origin import Origin
from fbert.records.trajectory import Trajectory
from fbert.states import ORIGINAL
from fbert.store.embed import Embedder, embed
from fbert.store.read import read, read_seen

LABELS = ("a", "b", "c", "d")
# So many dimensions that no point lies in the hull of the others of its label.
CENTRES = 20 * np.eye(12)[:4] * [[1], [2], [3], [4]]


def heaps(seed: int, twice: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Four heaps far apart; so many points of the first stand there again with the label of the second."""
    y = np.arange(40) % 4
    X = np.random.default_rng(seed).normal(size=(40, 12)) + CENTRES[y]
    again = np.flatnonzero(y == 0)[:twice]
    return np.concatenate([X, X[again]]), np.concatenate([y, np.full(twice, 1)])


def described(seed: int, twice: int = 0) -> Geometry:
    return describe_geometry(*heaps(seed, twice), LABELS, 1e-3)


def test_equal_points_of_two_labels_stay_alone_and_are_no_fault_of_the_space():
    plain, contradicted = described(0), described(0, twice=2)
    assert (plain.clusters, plain.least, plain.alone, plain.at_least) == (4, 4, {}, True)
    assert contradicted.clusters == contradicted.least == 4 + 2 * 2
    assert contradicted.alone == {"a": 2, "b": 2}
    assert contradicted.at_least
    assert not contradicted.linear
    assert contradicted.growing_by_label == plain.growing_by_label == dict.fromkeys(LABELS, 1)


def test_a_space_that_does_not_part_its_labels_is_above_the_least():
    X, y = heaps(0, twice=1)
    found = describe_geometry(X[:, 4:6], y, LABELS, 1e-3)
    assert found.clusters > found.least
    assert not found.at_least


def test_minus_zero_is_zero():
    X = np.array([[0.0, 1.0], [-0.0, 1.0], [2.0, 3.0]], dtype=np.float32)
    assert alone_points(X, np.array([0, 1, 1])).tolist() == [True, True, False]


def test_similarity_is_that_without_the_contradictions():
    """A question more, with two labels, changes distances by its point alone."""
    origin = Origin("e", ORIGINAL, "c", True, "t", 1)

    def similarity(twice):
        record = GeometryRecord(origin, described(0, twice), described(1), 0, Halves(None, 0, False))
        return train_test_similarity(record)

    plain, contradicted = similarity(0), similarity(1)
    assert contradicted.pairs == plain.pairs == 6
    assert contradicted.r == pytest.approx(plain.r, abs=0.01)


def test_a_course_measures_labels_without_what_stays_alone(tmp_path):
    X, y = heaps(0, twice=1)
    alone = alone_points(X, y)
    origin = Origin("e", ORIGINAL, "c", True, "t", 1)

    def course(rows):
        vectors = X[rows].astype(np.float32)
        return Course(origin, LABELS, y[rows], alone[rows], [1], [0, 5], lambda _: {1: vectors})

    for name, rows in (("all", np.arange(len(y))), ("less", np.flatnonzero(~alone))):
        follow(course(rows), tmp_path / name, 1e-3, {})
    whole, less = (Trajectory.read(tmp_path / name) for name in ("all", "less"))
    assert whole.linear.all()
    assert whole.n == less.n + 2
    np.testing.assert_array_equal(whole.distances, less.distances)


TEXTS = ["how many", "why on earth is it so late today", "how many", "who", "where to", "how many"]
QUESTION_LABELS = np.array([0, 1, 1, 0, 1, 1])


def questions() -> PreparedCorpus:
    """One question three times, with two labels, and others of other lengths."""
    n = len(TEXTS)
    examples = {"q": Examples(np.arange(n), np.zeros((n, 0), dtype=int), QUESTION_LABELS)}
    split = Split(tuple(tuple(text.split()) for text in TEXTS), examples)
    return PreparedCorpus("own", False, {"q": ("count", "other")}, {"train": split, "test": split})


@pytest.fixture
def encoder(monkeypatch) -> Encoder:
    """One that reads the same text as other digits in each batch, as wide processors do."""
    from encoder.tiny import minilm

    encoder = Encoder.load(minilm(1), "cpu")
    original, calls = encoder.vectors_of, iter(range(10**6))

    def noisy(*arguments):
        for vectors in original(*arguments):
            vectors.sentence[...] += 1e-6 * next(calls)
            yield vectors

    monkeypatch.setattr(encoder, "vectors_of", noisy)
    return encoder


def test_equal_texts_have_equal_vectors_whatever_their_batches(encoder, tmp_path):
    embed(encoder, questions(), "train", tmp_path / "train.h5", ["q"])
    for layer in (0, 1):
        X, y, _ = read(tmp_path / "train.h5", "q", layer)
        assert (X[2] == X[0]).all()
        assert (X[5] == X[0]).all()
        assert alone_points(X, y).tolist() == [True, False, True, False, False, True]
    embedder = Embedder(encoder, questions(), "train", "q")
    assert embedder.alone.tolist() == [True, False, True, False, False, True]
    X = embedder.vectors([1])[1]
    assert (X[[2, 5]] == X[0]).all()
    found = describe_geometry(*read(tmp_path / "train.h5", "q", 1), 1e-3)
    assert found.alone == {"count": 1, "other": 2}
    assert (found.clusters, found.least) == (5, 5)


def test_a_test_store_tells_what_was_trained_on(encoder, tmp_path):
    corpus = questions()
    test = Split(
        (("who",), ("how", "long"), ("how", "many")),
        {"q": Examples(np.arange(3), np.zeros((3, 0), int), np.array([1, 1, 0]))},
    )
    corpus = replace(corpus, splits={"train": corpus.splits["train"], "test": test})
    for part in ("train", "test"):
        embed(
            encoder,
            corpus,
            part,
            tmp_path / f"{part}.h5",
            ["q"],
            provenance={"encoder": "e", "state": "original", "corpus": "own", "synthetic": False},
        )
    assert read_seen(tmp_path / "test.h5", "q").tolist() == [True, False, True]
    with pytest.raises(InputError, match="has no inputs held against a training set"):
        read_seen(tmp_path / "train.h5", "q")
    settings = ProbeSettings(widths=(4,), l2=(1e-4,), max_epochs=3, runs=2, control=False, held_out=0.4)
    found = probe_stores(tmp_path / "train.h5", tmp_path / "test.h5", "q", "last", settings, 0).probe
    assert found.seen == 2
    assert found.accuracy_unseen in (0.0, 50.0, 100.0)
