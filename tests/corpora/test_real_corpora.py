"""The counts of section 2 of the study, from the real files."""

import pytest

from fbert.corpora import read_sentences
from fbert.corpora.fetch import fetch
from fbert.corpora.registry import known_corpora, known_file
from fbert.task_definitions import KNOWN_TASKS


@pytest.fixture
def read(corpora_folder):
    def read(path, format):
        return read_sentences(corpora_folder / path, format)

    return read


def labels(task, sentences):
    return [label for sentence in sentences for _, label in KNOWN_TASKS[task].find(sentence)]


def words(sentences):
    return sum(len(sentence.words) for sentence in sentences)


def test_pud(read):
    sentences = read("UD_English-PUD/en_pud-ud-test.conllu", "conllu")
    assert (len(sentences), words(sentences)) == (1000, 21176)
    assert len(set(labels("POS", sentences))) == 17
    pairs = labels("DEP", sentences)
    assert (len(pairs), len(set(pairs))) == (20176, 46)


def test_partut(read):
    parts = [
        read(f"UD_English-ParTUT/en_partut-ud-{part}.conllu", "conllu") for part in ("train", "dev", "test")
    ]
    assert [len(part) for part in parts] == [1781, 156, 153]
    assert [words(part) for part in parts] == [43504, 2722, 3408]


def test_streusle(read):
    train, test = (read(f"streusle/streusle.ud_{part}.conllulex", "conllulex") for part in ("train", "test"))
    assert (len(labels("PS-role", train)), len(labels("PS-role", test))) == (4282, 457)
    assert (len(labels("PS-fxn", train)), len(labels("PS-fxn", test))) == (4282, 457)
    assert (len(set(labels("PS-role", train))), len(set(labels("PS-fxn", train)))) == (46, 40)


def test_trec(read):
    train, test = read("trec/train_5500.label", "trec"), read("trec/TREC_10.label", "trec")
    assert (len(train), len(test)) == (5452, 500)
    assert len(set(labels("TREC-50", train))) == 50


REGISTERED = [
    path
    for corpus in known_corpora().values()
    for path in corpus.files.values()
    if not corpus.embedded and path != "streusle/streusle.ud_train.conllulex"
]


@pytest.mark.parametrize("path", REGISTERED)
def test_the_registered_checksums_are_those_of_the_public_files(corpora_folder, tmp_path, path):
    fetch(known_file(path), tmp_path / "file", mirror=corpora_folder)
    assert (tmp_path / "file").read_bytes() == (corpora_folder / path).read_bytes()
