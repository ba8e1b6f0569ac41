"""The registry, and the division of a corpus in one file."""

import re

import numpy as np
import pytest

from fbert.corpora import FORMATS, Sentence, split_sentences
from fbert.corpora.registry import generated_files, known_corpora, known_file, known_files
from fbert.errors import InputError


@pytest.mark.parametrize("file", known_files().values(), ids=known_files())
def test_known_files_are_complete(file):
    assert file.url.startswith("https://")
    assert file.url.rpartition("/")[2] == file.path.rpartition("/")[2]
    assert re.fullmatch("sha256:[0-9a-f]{64}|git-blob:[0-9a-f]{40}", file.checksum)
    assert known_file(file.path) is file
    assert not re.search(r"^/|\.\.", file.path)


@pytest.mark.parametrize("corpus", known_corpora().values(), ids=known_corpora())
def test_known_corpora_can_be_read(corpus):
    assert corpus.known
    assert corpus.format in FORMATS
    assert set(corpus.files) == ({"all"} if corpus.test_share else {"train", "test"})
    assert set(corpus.files.values()) <= set(generated_files() if corpus.generated else known_files())
    assert corpus.synthetic == corpus.generated


@pytest.fixture
def sentences():
    return [Sentence(str(i), ("word",), {}, i) for i in range(1000)]


def test_a_division_is_whole_ordered_and_of_the_right_size(sentences):
    train, test = split_sentences(sentences, 0.2, seed=3)
    assert (len(train), len(test)) == (800, 200)
    assert sorted(train + test, key=lambda sentence: sentence.line) == sentences
    assert all(np.diff([sentence.line for sentence in part]).min() > 0 for part in (train, test))


def test_a_seed_decides_the_division_for_good(sentences):
    _, test = split_sentences(sentences, 0.01, seed=0)
    assert [sentence.line for sentence in test] == [11, 196, 269, 403, 600, 608, 657, 850, 855, 921]
    assert split_sentences(sentences, 0.01, seed=1)[1] != test


@pytest.mark.parametrize(("count", "share"), [(1000, 0.0001), (3, 0.9), (0, 0.5)])
def test_a_division_with_an_empty_part_is_refused(sentences, count, share):
    with pytest.raises(InputError, match=r"test_share: .* sentences is .* both parts need some"):
        split_sentences(sentences[:count], share, seed=0)
