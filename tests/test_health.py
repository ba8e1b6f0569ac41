"""The health of examples: what is counted, against counts by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbert.directprobe import DirectProbe
from fbert.errors import CorruptFileError
from fbert.health.counts import Reading
from fbert.health.examples import health_of, look_alikes
from fbert.health.floor import least_clusters
from fbert.prepared import Examples, PreparedCorpus, Split
from fbert.records.health import ReadingRecord, read_health, with_readings, write_health
from fbert.states import ORIGINAL, State


def questions(train: list[tuple[str, str]], test: list[tuple[str, str]]) -> PreparedCorpus:
    names = tuple(sorted({label for _, label in train + test}))

    def split(rows):
        sentences = tuple(tuple(text.split()) for text, _ in rows)
        labels = np.array([names.index(label) for _, label in rows])
        return Split(sentences, {"q": Examples(np.arange(len(rows)), np.zeros((len(rows), 0), int), labels)})

    return PreparedCorpus("own", False, {"q": names}, {"train": split(train), "test": split(test)})


TRAIN = [
    ("how many", "count"),
    ("how many", "other"),
    ("who", "human"),
    ("when", "date"),
    ("how far", "count"),
]


def test_a_question_with_two_labels_makes_two_clusters_more():
    found = health_of(questions([*TRAIN, ("what else", "other")], [("why", "date")]), "q")
    assert found.contradictions == (("how many", ("count", "other")),)
    assert (found.labels, found.least_clusters) == (4, 6)


def test_a_label_that_has_nothing_but_a_contradiction_makes_no_further_cluster():
    assert health_of(questions(TRAIN, [("why", "date")]), "q").least_clusters == 5


def test_test_inputs_that_were_trained_on_are_counted_with_and_without_their_label():
    test = [("who", "human"), ("when", "count"), ("whence", "date"), ("how many", "other")]
    found = health_of(questions(TRAIN, test), "q")
    assert (found.seen, found.seen_alike) == (3, 2)


def test_labels_that_cannot_be_learnt_or_tested():
    found = health_of(questions(TRAIN, [("why", "reason"), ("who", "human")]), "q")
    assert found.once == ("date", "human", "other")
    assert found.train_only == ("count", "date", "other")
    assert found.test_only == ("reason",)
    assert found.longest == 2


def test_labels_that_nobody_can_tell_apart():
    names = ["caf\u00e9", "cafe\u0301", "pos", "pos\u200b", "Neg", "neg", "other"]
    assert look_alikes(names) == (("caf\u00e9", "cafe\u0301"), ("pos", "pos\u200b"), ("Neg", "neg"))


def test_words_are_equal_where_their_sentence_is():
    sentences = (("so", "so"), ("so", "so"), ("so",))
    examples = Examples(np.array([0, 0, 1, 2]), np.array([[0], [1], [0], [0]]), np.array([0, 1, 1, 1]))
    split = Split(sentences, {"POS": examples})
    found = health_of(PreparedCorpus("c", False, {"POS": ("A", "B")}, {"train": split, "test": split}), "POS")
    assert found.contradictions == (("[so] so", ("A", "B")),)
    assert found.least_clusters == 3  # A and B alone, and the other words of B


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), min_size=2, max_size=14))
def test_no_encoder_reaches_fewer_clusters(rows):
    """Any map from inputs to points gives at least as many; points in general position exactly as many."""
    inputs, labels = zip(*rows, strict=True)
    if len(set(labels)) < 2:
        return
    least = least_clusters([(((str(i),), ()), str(label)) for i, label in rows])
    general = np.random.default_rng(0).normal(size=(6, 20))[list(inputs)]
    assert DirectProbe().fit(general, np.array(labels)).n_clusters_ == least
    crowded = np.array(inputs, dtype=float)[:, None] % 3
    assert DirectProbe().fit(crowded, np.array(labels)).n_clusters_ >= least


def test_what_was_written_is_read_again(tmp_path):
    corpus = questions(TRAIN, [("why", "reason")])
    readings = [
        ReadingRecord(name, State("q", 1), "q", Reading(6, 1, 9, 2, 1), "sum", "mean")
        for name in ("one", "two")
    ]
    for record in readings:
        record.write(tmp_path / "reading.json")
        assert ReadingRecord.read(tmp_path / "reading.json") == record
    tasks = with_readings([("q", "own", health_of(corpus, "q"))], readings)
    write_health(tmp_path / "health.json", tasks)
    assert read_health(tmp_path / "health.json") == tasks


def test_a_reading_of_no_task_or_there_twice_is_refused():
    found = [("q", "own", health_of(questions(TRAIN, TRAIN), "q"))]
    reading = Reading(1, 0, 1, 0, 0)
    with pytest.raises(ValueError, match="reading of r by one"):
        with_readings(found, [ReadingRecord("one", ORIGINAL, "r", reading, "sum", "mean")])
    with pytest.raises(ValueError, match="reading of q by one: twice"):
        with_readings(found, [ReadingRecord("one", ORIGINAL, "q", reading, "sum", "mean")] * 2)


@pytest.mark.parametrize(
    "content", ["[]", '{"tasks": [{}]}', '{"tasks": [{"task": "q", "health": {}}]}', "{"]
)
def test_a_file_of_something_else_is_refused_by_name(tmp_path, content):
    (tmp_path / "health.json").write_text(content)
    with pytest.raises(CorruptFileError, match=r"health\.json"):
        read_health(tmp_path / "health.json")


def test_no_such_task():
    with pytest.raises(ValueError, match="no task r; it has q"):
        health_of(questions(TRAIN, TRAIN), "r")
