"""The counts that docs/method.md, Data, names, from the real files, which not everybody has."""

import pytest

from fbert.corpora import read_sentences
from fbert.corpora.fetch import fetch
from fbert.corpora.registry import known_corpora, known_file

from .labels import functions, questions, relations, roles, upos

pytestmark = pytest.mark.hard


@pytest.fixture
def read(corpora_folder):
    def read(path, format):
        return read_sentences(corpora_folder / path, format)

    return read


def words(sentences):
    return sum(len(sentence.words) for sentence in sentences)


def test_pud(read):
    sentences = read("UD_English-PUD/en_pud-ud-test.conllu", "conllu")
    assert (len(sentences), words(sentences)) == (1000, 21176)
    assert len(set(upos(sentences))) == 17
    assert (len(relations(sentences)), len(set(relations(sentences)))) == (20176, 46)


def test_partut(read):
    files = [f"UD_English-ParTUT/en_partut-ud-{part}.conllu" for part in ("train", "dev", "test")]
    parts = [read(file, "conllu") for file in files]
    assert [len(part) for part in parts] == [1781, 156, 153]
    assert [words(part) for part in parts] == [43504, 2722, 3408]


def test_streusle(read):
    train, test = (read(f"streusle/streusle.ud_{part}.conllulex", "conllulex") for part in ("train", "test"))
    assert (len(roles(train)), len(roles(test))) == (4282, 457)
    assert (len(set(roles(train))), len(set(functions(train)))) == (46, 40)


def test_trec(read):
    train, test = read("trec/train_5500.label", "trec"), read("trec/TREC_10.label", "trec")
    assert (len(train), len(test)) == (5452, 500)
    assert len(set(questions(train))) == 50


REGISTERED = [
    path
    for corpus in known_corpora().values()
    for path in corpus.files.values()
    if not corpus.generated
    and path != "streusle/streusle.ud_train.conllulex"  # the folder may have a rebuilt one
]


@pytest.mark.parametrize("path", REGISTERED)
def test_the_registered_checksums_are_those_of_the_public_files(corpora_folder, tmp_path, path):
    fetch(known_file(path), tmp_path / "file", mirror=corpora_folder)
    assert (tmp_path / "file").read_bytes() == (corpora_folder / path).read_bytes()
