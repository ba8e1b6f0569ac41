"""Two texts in one sentence are read as the tokenizer and the encoder of each family read pairs."""

import numpy as np
import pytest
import torch

from encoder.tiny import FAMILIES, WITHOUT_SEPARATOR, build, minilm
from fbert.encoder.model import Encoder
from fbert.errors import InputError
from fbert.prepared import SECOND

FIRST, OTHER = ["the", "light", "dog"], ["see", "unbelievable", "lights", "."]
PAIR = [*FIRST, SECOND, *OTHER]


def vectors(encoder, sentences):
    return sorted(encoder.vectors(sentences), key=lambda found: found.index)


def expected(encoder):
    """What Hugging Face's tokenizer and model make of the pair: (layers, dim) of the first token."""
    texts = [" " + " ".join(words) for words in (FIRST, OTHER)]
    encoded = encoder.tokenizer.huggingface(*texts, return_tensors="pt")
    with torch.no_grad():
        output = encoder.model(**encoded, output_hidden_states=True)
    return torch.stack([*output.hidden_states[:-1], output.last_hidden_state])[:, 0, 0].numpy()


def test_a_pair_is_read_as_bert_was_trained_to():
    encoder = Encoder.load(minilm(2), "cpu")
    short, pair = vectors(encoder, [["light"], PAIR])
    np.testing.assert_allclose(pair.sentence, expected(encoder), rtol=1e-4, atol=1e-5)
    (alone,) = encoder.vectors([["light"]])
    np.testing.assert_allclose(short.sentence, alone.sentence, rtol=1e-4, atol=1e-5)


def test_a_family_without_types_has_its_own_separators(tmp_path):
    encoder = Encoder.load(build("roberta", tmp_path), "cpu")
    (tokens,) = encoder.tokenize([PAIR])
    assert tokens.pieces[0].ids.count(encoder.tokenizer.huggingface.sep_token_id) == 3
    assert tokens.dropped == 0
    (pair,) = encoder.vectors([PAIR])
    np.testing.assert_allclose(pair.sentence, expected(encoder), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("family", [family for family in FAMILIES if family not in WITHOUT_SEPARATOR])
def test_every_family_tells_the_second_text_from_the_first(family, tmp_path):
    encoder = Encoder.load(build(family, tmp_path), "cpu")
    pair, joined, turned = vectors(encoder, [PAIR, FIRST + OTHER, [*OTHER, SECOND, *FIRST]])
    assert np.isfinite(pair.words).all()
    assert not np.allclose(pair.sentence[-1], joined.sentence[-1], atol=1e-4)
    assert not np.allclose(pair.sentence[-1], turned.sentence[-1], atol=1e-4)


def test_types_go_on_in_the_pieces_of_a_long_pair():
    encoder = Encoder.load(minilm(1), "cpu")
    tokens = encoder.tokenize([[*FIRST, SECOND, *OTHER * 300], FIRST])
    batch = encoder.batch(tokens)
    assert len(tokens[0].pieces) > 2
    first, second, *_, single = batch.types.tolist()
    lengths = [len(piece.ids) for piece in tokens[0].pieces]
    assert first[: lengths[0]] == [0] * (lengths[0] - sum(first)) + [1] * sum(first)
    assert sum(first) > lengths[0] / 2
    assert second[: lengths[1]] == [0] + [1] * (lengths[1] - 1)
    assert sum(single) == 0


@pytest.mark.parametrize("family", WITHOUT_SEPARATOR)
def test_without_a_separator_pairs_are_refused(family, tmp_path):
    encoder = Encoder.load(build(family, tmp_path), "cpu")
    with pytest.raises(InputError, match=f"encoder {family}: its tokenizer has no separator"):
        encoder.tokenize([PAIR])
