"""Whatever the family and the pooling: vectors are those of plain transformers, one sentence at a time."""

import json
from dataclasses import replace

import numpy as np
import pytest
from transformers import AutoTokenizer

from encoder.plain import Plain, sentence_vector, word_vectors
from encoder.shapes import WORDS as HARD
from encoder.tiny import BOTH_WAYS, DECODERS, FAMILIES, NOUNS, OTHERS, VERBS, build, corpus
from fbert.encoder.model import Encoder
from fbert.encoder.pooling import Pooling
from fbert.errors import InputError
from fbert.store.embed import embed
from fbert.store.read import read_provenance

pytestmark = pytest.mark.training

WORDS = [*NOUNS, *VERBS, *OTHERS]
SENTENCES = [["light"], HARD, [*WORDS[:4], "lights"], ["in", "don't", "run"], WORDS, ["unbelievable", "."]]
POOLINGS = [("first", "cls"), ("last", "first"), ("mean", "last"), ("last", "mean")]
CASES = [(family, *pooling) for family in BOTH_WAYS for pooling in POOLINGS]
CASES += [(family, *pooling) for family in DECODERS for pooling in [("last", "last"), ("mean", "mean")]]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build every family once, on demand."""
    made = {}

    def one(family):
        if family not in made:
            folder = tmp_path_factory.mktemp(family)
            made[family] = build(family, folder), Plain(family, folder)
        return made[family]

    return one


def by_index(encoder, sentences):
    return sorted(encoder.vectors(sentences), key=lambda vectors: vectors.index)


def test_every_pooling_is_among_the_cases():
    assert {(words, sentences) for _, words, sentences in CASES} >= set(POOLINGS)
    assert {family for family, *_ in CASES} == set(FAMILIES)


@pytest.mark.parametrize(("family", "words", "sentences"), CASES)
def test_vectors_are_those_of_plain_transformers(built, family, words, sentences):
    source, plain = built(family)
    encoder = Encoder.load(replace(source, pooling={"words": words, "sentences": sentences}), "cpu")
    for text, vectors in zip(SENTENCES, by_index(encoder, SENTENCES), strict=True):
        states, positions, of_class = plain.read(text)
        expected = word_vectors(states, positions, words)
        np.testing.assert_allclose(vectors.words, expected, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(
            vectors.sentence, sentence_vector(states, of_class, sentences), rtol=1e-5, atol=1e-5
        )


@pytest.mark.parametrize(("family", "words", "sentences"), CASES)
def test_a_sentence_in_pieces_is_pooled_over_them(built, family, words, sentences):
    """The first token of the first piece, the last of the last, the mean of all; each is read by itself."""
    source, plain = built(family)
    encoder = Encoder.load(replace(source, pooling={"words": words, "sentences": sentences}), "cpu")
    text = WORDS * 12
    (tokens,) = encoder.tokenize([text])
    (vectors,) = encoder.vectors([text])
    numbers = [sorted({word for word in piece.words if word >= 0}) for piece in tokens.pieces]
    read = [plain.read([text[number] for number in piece]) for piece in numbers]
    assert len(read) > 1
    expected = np.concatenate([word_vectors(states, at, words) for states, at, _ in read], axis=1)
    np.testing.assert_allclose(vectors.words, expected, rtol=1e-5, atol=1e-5)
    whole = np.concatenate([states for states, _, _ in read], axis=1)
    sentence = sentence_vector(whole, read[0][2], sentences)
    np.testing.assert_allclose(vectors.sentence, sentence, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_usual_follows_from_how_a_family_reads(built, family):
    usual = Pooling("last", "last") if family in DECODERS else Pooling("mean", "cls")
    assert Encoder.load(built(family)[0], "cpu").pooling == usual


def test_how_a_model_reads_is_tried_out_and_not_looked_up(tmp_path):
    """A BERT whose configuration makes a decoder of it is still called BERT."""
    encoder = Encoder.load(build("bert", tmp_path, is_decoder=True), "cpu")
    assert encoder.pooling == Pooling("last", "last")


@pytest.mark.parametrize("family", DECODERS)
def test_a_decoder_keeps_nothing_to_go_on_from(built, family):
    """It would be as large as all its vectors."""
    encoder = Encoder.load(built(family)[0], "cpu")
    batch = encoder.batch(encoder.tokenize(SENTENCES))
    assert encoder.model(input_ids=batch.ids, attention_mask=batch.mask).past_key_values is None


@pytest.mark.parametrize("family", ["bert", "gpt2"])
def test_one_of_the_two_may_be_asked_for(built, family):
    source = built(family)[0]
    usual = Encoder.load(source, "cpu").pooling
    for asked in ({"sentences": "mean"}, {"words": "last"}):
        found = Encoder.load(replace(source, pooling=asked), "cpu").pooling
        assert found == replace(usual, **asked)


@pytest.mark.parametrize("family", DECODERS)
@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"sentences": "cls"}, "the token at the beginning has seen nothing of the sentence"),
        ({"sentences": "first"}, "the token at the beginning has seen nothing of the sentence"),
        ({"words": "first"}, "the first subword of a word has not seen the rest of it"),
    ],
)
def test_what_a_decoder_has_not_seen_yet_is_refused(built, family, asked, message):
    with pytest.raises(
        InputError, match=f"encoder {family}: pooling.*reads from left to right, so {message}"
    ):
        Encoder.load(replace(built(family)[0], pooling=asked), "cpu")


@pytest.mark.parametrize("asked", [{"words": "cls"}, {"sentences": "max"}, {"tokens": "mean"}])
def test_unknown_poolings_are_refused(built, asked):
    with pytest.raises(
        InputError, match="is not possible; words are one of first, last, mean, sentences one"
    ):
        Encoder.load(replace(built("bert")[0], pooling=asked), "cpu")


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_the_last_token_is_the_one_that_a_tokenizer_puts_last(family, tmp_path):
    """Where a tokenizer ends every text with a token of its own, that one has seen the whole text."""
    source = build(family, tmp_path)
    content = json.loads((tmp_path / "tokenizer.json").read_text())
    end = next(token for token in content["added_tokens"] if token["content"] == "</s>")
    content["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"</s>": {"id": "</s>", "ids": [end["id"]], "tokens": ["</s>"]}},
    }
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    plain = Plain(family, tmp_path)
    assert plain.tokenizer(" light").input_ids[-1] == end["id"]
    (vectors,) = Encoder.load(source, "cpu").vectors([WORDS])
    states, positions, _ = plain.read(WORDS)
    assert positions[-1][-1] == states.shape[1] - 2
    np.testing.assert_allclose(vectors.sentence, states[:, -1], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(vectors.words[:, -1], states[:, -2], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("family", [*DECODERS, "bert", "t5", "bart"])
def test_the_side_of_the_padding_changes_nothing(family, tmp_path):
    source = build(family, tmp_path)
    found = {}
    for side in ("left", "right"):
        AutoTokenizer.from_pretrained(tmp_path, padding_side=side).save_pretrained(tmp_path)
        assert json.loads((tmp_path / "tokenizer_config.json").read_text())["padding_side"] == side
        found[side] = by_index(Encoder.load(source, "cpu"), SENTENCES)
    for left, right in zip(found["left"], found["right"], strict=True):
        np.testing.assert_array_equal(left.words, right.words)
        np.testing.assert_array_equal(left.sentence, right.sentence)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_else_is_in_a_batch_changes_nothing(built, family):
    encoder = Encoder.load(built(family)[0], "cpu")
    for text, together in zip(SENTENCES, by_index(encoder, SENTENCES), strict=True):
        (alone,) = encoder.vectors([text])
        np.testing.assert_allclose(together.words, alone.words, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(together.sentence, alone.sentence, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("family", "words", "sentences"), [("bert", "mean", "cls"), ("gpt2", "last", "last")]
)
def test_a_store_says_what_its_vectors_are(built, tmp_path, family, words, sentences):
    encoder = Encoder.load(built(family)[0], "cpu")
    embed(encoder, corpus(), "test", tmp_path / "store.h5", ["POS", "TREC-50"])
    assert read_provenance(tmp_path / "store.h5")["pooling"] == {"words": words, "sentences": sentences}
