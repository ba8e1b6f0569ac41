"""Folders of sentence-transformers: weights of their Transformer, sentences as their Pooling says."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from encoder.plain import Plain, sentence_vector
from encoder.tiny import MAX_POSITIONS, MINILM, build
from fbert.encoder import EncoderSource
from fbert.encoder.loading import describe
from fbert.encoder.model import Encoder
from fbert.errors import InputError

pytestmark = pytest.mark.training

WORDS = ["the", "light", "dog", "unbelievable", "running", "."]
OLD = "sentence_transformers.models."
NEW = "sentence_transformers.sentence_transformer.modules.pooling."


def save(folder: Path, family: str, pooling: dict | None, inside: str = "", kind: str = OLD + "Pooling"):
    """Make a folder as sentence-transformers writes it, of its old versions or of new ones."""
    build(family, folder / inside)
    modules = [
        {"idx": 0, "name": "0", "path": inside, "type": OLD + "Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": kind},
        {"idx": 2, "name": "2", "path": "2_Dense", "type": OLD + "Dense"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules if pooling is not None else modules[:1]))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text(
        json.dumps({"word_embedding_dimension": 16} | (pooling or {}))
    )
    return EncoderSource("mine", folder=str(folder))


def flags(**given):
    names = (
        "cls_token",
        "max_tokens",
        "mean_tokens",
        "mean_sqrt_len_tokens",
        "weightedmean_tokens",
        "lasttoken",
    )
    return {f"pooling_mode_{name}": given.get(name, False) for name in names}


@pytest.mark.parametrize("inside", ["", "0_Transformer"])
@pytest.mark.parametrize(
    ("family", "pooling", "expected"),
    [
        ("bert", flags(cls_token=True), "cls"),
        ("bert", flags(mean_tokens=True), "mean"),
        ("bert", {"pooling_mode": "mean"}, "mean"),
        ("bert", {"pooling_mode": ["cls"]}, "cls"),
        ("bert", {}, "mean"),  # which is what sentence-transformers takes then
        ("gpt2", flags(lasttoken=True), "last"),
        ("gpt2", {"pooling_mode": "lasttoken"}, "last"),
        ("qwen", {"pooling_mode": "mean"}, "mean"),
    ],
)
def test_sentences_are_as_its_pooling_module_says(tmp_path, family, pooling, expected, inside):
    encoder = Encoder.load(save(tmp_path, family, pooling, inside), "cpu")
    assert encoder.pooling.sentences == expected
    states, _, of_class = Plain(family, tmp_path / inside).read(WORDS)
    (vectors,) = encoder.vectors([WORDS])
    np.testing.assert_allclose(
        vectors.sentence, sentence_vector(states, of_class, expected), rtol=1e-5, atol=1e-5
    )


def test_the_names_of_new_versions_are_known(tmp_path):
    source = save(tmp_path, "bert", {"pooling_mode": "mean"}, kind=NEW + "Pooling")
    assert Encoder.load(source, "cpu").pooling.sentences == "mean"


def test_a_study_may_say_otherwise(tmp_path):
    source = replace(save(tmp_path, "bert", flags(mean_tokens=True)), pooling={"sentences": "cls"})
    assert Encoder.load(source, "cpu").pooling.sentences == "cls"


def test_without_a_pooling_module_it_is_as_usual(tmp_path):
    assert Encoder.load(save(tmp_path, "bert", None), "cpu").pooling.sentences == "cls"


@pytest.mark.parametrize(
    ("pooling", "said"),
    [
        (flags(max_tokens=True), "max"),
        (flags(weightedmean_tokens=True), "weightedmean"),
        (flags(mean_sqrt_len_tokens=True), "mean_sqrt_len_tokens"),
        (flags(cls_token=True, mean_tokens=True), "cls and mean"),
        ({"pooling_mode": ["max", "mean"]}, "max and mean"),
    ],
)
def test_what_is_not_possible_here_is_refused_by_name_unless_a_study_says_otherwise(tmp_path, pooling, said):
    source = save(tmp_path, "bert", pooling)
    with pytest.raises(
        InputError, match=f"encoder mine: its Pooling module makes a sentence by {said}, which"
    ):
        Encoder.load(source, "cpu")
    Encoder.load(replace(source, pooling={"sentences": "mean"}), "cpu")


def test_a_decoder_that_ships_the_pooling_of_an_encoder_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"pooling\.sentences is cls, but it reads from left to right"):
        Encoder.load(save(tmp_path, "gpt2", flags(cls_token=True)), "cpu")


@pytest.mark.parametrize(
    ("length", "expected"), [(20, 20), (MAX_POSITIONS + 1, MAX_POSITIONS), (None, MAX_POSITIONS)]
)
def test_it_takes_texts_of_the_length_it_was_made_for(tmp_path, length, expected):
    source = save(tmp_path, "bert", flags(mean_tokens=True))
    (tmp_path / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": length}))
    encoder = Encoder.load(source, "cpu")
    assert encoder.tokenizer.max_length == expected
    (tokens,) = encoder.tokenize([["light"] * 2 * MAX_POSITIONS])
    assert max(len(piece.ids) for piece in tokens.pieces) == expected


def test_the_packaged_encoder_has_the_pooling_and_the_length_that_it_was_trained_with():
    encoder = Encoder.load(EncoderSource("minilm", package=MINILM), "cpu")
    assert (encoder.pooling.words, encoder.pooling.sentences) == ("mean", "mean")
    assert encoder.tokenizer.max_length == 256


def test_one_with_a_first_module_that_has_no_layers_is_refused(tmp_path):
    source = save(tmp_path, "bert", flags(mean_tokens=True))
    (tmp_path / "modules.json").write_text(json.dumps([{"type": OLD + "StaticEmbedding", "path": "0"}]))
    with pytest.raises(InputError, match="the first of its modules is StaticEmbedding, not a Transformer"):
        source.check(0)


@pytest.mark.parametrize("content", ["{}", "[]", '[{"type": 1, "path": ""}]', '[{"path": ""}]', "7"])
def test_modules_of_another_form_are_refused(tmp_path, content):
    source = save(tmp_path, "bert", flags(mean_tokens=True))
    (tmp_path / "modules.json").write_text(content)
    with pytest.raises(
        InputError, match=r"encoder mine: its modules\.json, or the settings of a module, are not"
    ):
        source.check(0)


@pytest.mark.parametrize("path", ["../bert", "/etc", "0/../../bert"])
def test_modules_that_lead_elsewhere_are_refused(tmp_path, path):
    source = save(tmp_path, "bert", flags(mean_tokens=True))
    (tmp_path / "modules.json").write_text(json.dumps([{"type": OLD + "Transformer", "path": path}]))
    with pytest.raises(InputError, match=r"encoder mine: its modules\.json names a folder outside its own"):
        source.check(0)


def test_what_is_known_without_weights_is_that_of_its_transformer(tmp_path):
    source = save(tmp_path, "bert", flags(mean_tokens=True), "0_Transformer")
    shutil.copytree(tmp_path / "0_Transformer", tmp_path / "plain")
    assert describe(source) == describe(EncoderSource("plain", folder=str(tmp_path / "plain")))
    with pytest.raises(InputError, match=r"layers is 4, but .*0_Transformer has 3 layers"):
        replace(source, layers=4).check(0)
    assert source.folders() == [tmp_path]
