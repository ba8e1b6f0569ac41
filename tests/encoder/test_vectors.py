"""Layers, order and pieces; that vectors are those of plain transformers stands in test_pooling.py."""

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from encoder.tiny import FAMILIES, NOUNS, OTHERS, VERBS, build, minilm
from fbert.encoder.model import SENTENCE, Encoder
from fbert.errors import InputError

WORDS = NOUNS + VERBS + OTHERS
SENTENCES = [["light"], [*WORDS[:4], "lights"], ["in", "the", "run"], list(WORDS[3:6]), ["unbelievable", "."]]


@pytest.fixture(scope="module", params=FAMILIES)
def encoder(request, tmp_path_factory):
    return Encoder.load(build(request.param, tmp_path_factory.mktemp(request.param)), "cpu")


def by_index(encoder, sentences, layers=None):
    return sorted(encoder.vectors(sentences, layers), key=lambda vectors: vectors.index)


def test_layers_are_chosen_in_the_order_asked(encoder):
    for whole, part in zip(by_index(encoder, SENTENCES), by_index(encoder, SENTENCES, [3, 0]), strict=True):
        np.testing.assert_array_equal(part.words, whole.words[[3, 0]])
        np.testing.assert_array_equal(part.sentence, whole.sentence[[3, 0]])


def test_the_order_of_sentences_changes_nothing(encoder):
    backwards = by_index(encoder, SENTENCES[::-1])[::-1]
    for one, other in zip(by_index(encoder, SENTENCES), backwards, strict=True):
        np.testing.assert_array_equal(one.words, other.words)


def test_an_overlong_sentence_has_a_vector_for_every_word(encoder):
    (tokens,) = encoder.tokenize([WORDS * 12])
    (vectors,) = encoder.vectors([WORDS * 12])
    end = len({word for word in tokens.pieces[0].words if word >= 0})
    (first,) = encoder.vectors([(WORDS * 12)[:end]])
    assert vectors.words.shape == (encoder.n_layers + 1, len(WORDS) * 12, encoder.dim)
    assert np.isfinite(vectors.words).all()
    np.testing.assert_allclose(vectors.words[:, :end], first.words, rtol=1e-4, atol=1e-5)


def test_a_word_cut_between_pieces_is_the_mean_of_all_its_subwords():
    encoder = Encoder.load(minilm(1), "cpu")
    tokens = encoder.tokenize([["a-" * 200]])  # 400 subwords, and it was made to take 256
    (vectors,) = encoder.vectors([["a-" * 200]])
    batch = encoder.batch(tokens)
    with torch.no_grad():
        last = encoder.hidden_states(batch)[-1].flatten(0, 1).numpy()
    expected = last[(batch.word_of == 0).numpy()].mean(0)
    assert len(tokens[0].pieces) == 2
    np.testing.assert_allclose(vectors.words[-1, 0], expected, rtol=1e-4, atol=1e-5)


def test_the_words_of_one_sentence_are_not_those_of_another(encoder):
    first, second = by_index(encoder, [["light", "run"], ["run", "light"]])
    assert not np.allclose(first.words[-1, 0], second.words[-1, 0], atol=1e-4)


@pytest.mark.parametrize("layer", [-1, 4])
def test_a_layer_that_is_not_there_is_refused(encoder, layer):
    with pytest.raises(InputError, match=f"no layer {layer}; it has 0 to 3"):
        list(encoder.vectors(SENTENCES, [layer]))


def test_vectors_leave_training_mode_as_it_was(encoder):
    encoder.model.train()
    quiet = by_index(encoder, SENTENCES)
    assert encoder.model.training
    encoder.model.eval()
    np.testing.assert_array_equal(quiet[1].words, by_index(encoder, SENTENCES)[1].words)


def test_the_packaged_encoder_gives_the_sentence_vectors_of_transformers():
    source = minilm(6)
    path = source.location()["pretrained_model_name_or_path"]
    model, tokenizer = AutoModel.from_pretrained(path).eval(), AutoTokenizer.from_pretrained(path)
    text = "To run light tests in that light ."
    with torch.no_grad():
        expected = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
    (vectors,) = Encoder.load(source, "cpu").vectors([text.split()])
    np.testing.assert_allclose(vectors.sentence[-1], expected[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(vectors.words[-1], expected[1:-1], rtol=1e-4, atol=1e-5)


def test_the_last_layer_of_the_tokens_that_are_needed_is_that_of_the_whole(encoder):
    tokens = encoder.tokenize(SENTENCES)
    needed = [
        np.array([SENTENCE]),
        np.array([1, 4]),
        np.array([], dtype=int),
        np.array([SENTENCE, 0]),
        np.array([0]),
    ]
    batch = encoder.batch(tokens)
    positions = batch.positions(needed)
    with torch.no_grad():
        whole, part = encoder.hidden_states(batch), encoder.hidden_states(batch, positions)
    expected = whole[-1].flatten(0, 1)[positions][None]
    np.testing.assert_allclose(part[-1], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(part[-2], whole[-2])


def test_vectors_that_are_needed_are_those_of_all(encoder):
    tokens = encoder.tokenize(SENTENCES)
    needed = [np.array([SENTENCE]), np.array([1, 4]), np.array([0]), np.array([SENTENCE, 0]), np.array([0])]
    found = sorted(encoder.vectors_of(tokens, [1, 3], needed), key=lambda vectors: vectors.index)
    for whole, part, wanted in zip(by_index(encoder, SENTENCES, [1, 3]), found, needed, strict=True):
        words = wanted[wanted != SENTENCE]
        np.testing.assert_allclose(part.words[:, words], whole.words[:, words], rtol=1e-4, atol=1e-5)
        if SENTENCE in wanted:
            np.testing.assert_allclose(part.sentence, whole.sentence, rtol=1e-4, atol=1e-5)
