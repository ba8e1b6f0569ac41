"""Words and subwords are aligned by position."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encoder.tiny import FAMILIES, MAX_POSITIONS, NOUNS, OTHERS, VERBS, build, minilm
from fbert.encoder.model import Encoder
from fbert.encoder.tokens import NO_WORD, Piece, Tokens, batches
from fbert.errors import InputError

WORDS = NOUNS + VERBS + OTHERS


@pytest.fixture(scope="module", params=FAMILIES)
def encoder(request, tmp_path_factory):
    return Encoder.load(build(request.param, tmp_path_factory.mktemp(request.param)), "cpu")


@pytest.fixture(scope="module")
def small():
    return Encoder.load(minilm(1), "cpu")


def subwords(tokens: Tokens, word: int) -> list[int]:
    return [i for piece in tokens.pieces for i, w in zip(piece.ids, piece.words, strict=True) if w == word]


def test_a_word_has_the_subwords_it_has_inside_a_sentence(encoder):
    huggingface = encoder.tokenizer.huggingface
    (tokens,) = encoder.tokenize([WORDS])
    for number, word in enumerate(WORDS):
        assert (
            subwords(tokens, number)
            == huggingface(f"the {word}", add_special_tokens=False).input_ids[len(subwords(tokens, 7)) :]
        )


def test_the_limit_is_that_of_the_positions(encoder):
    assert encoder.tokenizer.max_length == MAX_POSITIONS


def test_the_sentence_token_comes_first(encoder):
    """T5 has no token at the beginning: there it is the one that ends the text."""
    (tokens,) = encoder.tokenize([WORDS[:2]])
    position = encoder.tokenizer.sentence_position(tokens.pieces[0])
    assert position == (len(tokens.pieces[0].ids) - 1 if encoder.name == "t5" else 0)


def test_a_sentence_token_at_the_end_is_found(small):
    cls, sep = small.tokenizer.huggingface.cls_token_id, small.tokenizer.huggingface.sep_token_id
    assert small.tokenizer.sentence_position(Piece((7, sep, cls), (0, NO_WORD, NO_WORD))) == 2
    assert small.tokenizer.sentence_position(Piece((7, sep), (0, NO_WORD))) == 1


@settings(max_examples=30, derandomize=True)
@given(st.lists(st.sampled_from([*WORDS, "light" * 19]), min_size=1, max_size=60))
def test_pieces_fit_and_lose_nothing(encoder, words):
    (tokens,) = encoder.tokenize([words])
    assert all(len(piece.ids) <= MAX_POSITIONS for piece in tokens.pieces)
    order = [word for piece in tokens.pieces for word in piece.words if word != NO_WORD]
    assert order == sorted(order)
    assert set(order) == set(range(len(words)))
    for number, word in enumerate(words):
        (alone,) = encoder.tokenize([[word]])
        assert subwords(tokens, number) == subwords(alone, 0)
    for before, after in pairwise(tokens.pieces):  # a piece ends early only to keep a word whole
        shared = [word for word in before.words if word != NO_WORD][-1]
        opening = next(word for word in after.words if word != NO_WORD)
        assert shared != opening or len(subwords(tokens, shared)) > MAX_POSITIONS - 2


def test_a_word_of_nothing_is_unknown_and_counted(small):
    (tokens,) = small.tokenize([["light", "\u200b", "", "run"]])
    unknown = small.tokenizer.huggingface.unk_token_id
    assert (tokens.dropped, tokens.n_words) == (2, 4)
    assert [subwords(tokens, word) for word in (1, 2)] == [[unknown], [unknown]]


def test_a_sentence_without_words_is_refused(small):
    with pytest.raises(InputError, match=r"sentence 1 .* has no word"):
        small.tokenize([["light"], []])


@settings(max_examples=50, derandomize=True)
@given(st.lists(st.integers(1, 40), max_size=50), st.integers(1, 100))
def test_batches_hold_each_sentence_once_within_the_budget(lengths, budget):
    tokens = [Tokens((Piece((5,) * length, (0,) * length),), 1, 0, 0) for length in lengths]
    found = batches(tokens, budget)
    assert sorted(index for batch in found for index in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= budget
