"""A checkpoint is read as its encoder was: pooling, length and dtype, whatever the family."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from encoder.test_adapter import adapter
from encoder.tiny import build, corpus
from safetensors.torch import load_file
from transformers import AutoModel

from fbert.analysis.dynamics import course_of_checkpoint
from fbert.encoder.model import Encoder
from fbert.encoder.pooling import Pooling
from fbert.finetune import FinetuneSettings
from fbert.finetune.settings import Lora
from fbert.finetune.training import finetune
from fbert.states import State
from fbert.store import read
from fbert.store.embed import embed

pytestmark = pytest.mark.training
QUICK = FinetuneSettings(epochs=1, batch_size=8, learning_rate=1e-3)
WORDS = ["the", "light", "unbelievable"]


def tuned(source, folder, task="TREC-50", settings=QUICK):
    finetune(source, corpus(), task, settings, 0, folder, device="cpu")
    return folder


def vectors(encoder):
    (found,) = encoder.vectors([WORDS])
    return found


def test_a_checkpoint_keeps_the_pooling_and_the_length_that_its_encoder_brought(tmp_path):
    source = build("bert", tmp_path / "st")
    modules = [{"type": f"x.{kind}", "path": path} for kind, path in (("Transformer", ""), ("Pooling", "1"))]
    (tmp_path / "st/1").mkdir()
    (tmp_path / "st/modules.json").write_text(json.dumps(modules))
    (tmp_path / "st/1/config.json").write_text(json.dumps({"pooling_mode": "mean"}))
    (tmp_path / "st/sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 30}))
    folder = tuned(source, tmp_path / "tuned")
    for encoder in (Encoder.load(folder, "cpu"), Encoder.load(folder, "cpu", of=source)):
        assert encoder.pooling == Pooling("mean", "mean")
        assert encoder.tokenizer.max_length == 30


def test_what_a_study_asks_for_goes_before_what_a_checkpoint_was_trained_with(tmp_path):
    source = build("bert", tmp_path / "original")
    folder = tuned(source, tmp_path / "tuned")
    of = replace(source, pooling={"words": "last"}, dtype="bfloat16")
    encoder = Encoder.load(folder, "cpu", of=of)
    assert encoder.pooling == Pooling("last", "cls")
    assert encoder.model.dtype == torch.bfloat16


@pytest.mark.parametrize("family", ["bert", "llama"])
def test_training_keeps_float32_and_vectors_have_the_dtype_of_their_encoder(tmp_path, family):
    exact = build(family, tmp_path / "original")
    settings = replace(QUICK, snapshots=2)
    in_half = replace(exact, dtype="bfloat16")
    folder = tuned(in_half, tmp_path / "tuned", "POS", settings)
    found, expected = (
        load_file(place / "model.safetensors") for place in (folder, tuned(exact, tmp_path / "exact", "POS"))
    )
    for name, weight in expected.items():
        assert torch.equal(found[name], weight), name
    course = course_of_checkpoint(in_half, folder, corpus(), State("POS", 0))
    embed(Encoder.load(folder, "cpu", of=in_half), corpus(), "train", tmp_path / "store.h5", ["POS"])
    last = course.vectors(course.updates[-1])
    for layer in course.layers:
        np.testing.assert_array_equal(last[layer], read(tmp_path / "store.h5", "POS", layer).X)
    difference = np.abs(
        last[3] - course_of_checkpoint(exact, folder, corpus(), State("POS", 0)).vectors(5)[3]
    )
    assert 0 < difference.max() < 0.5


@pytest.mark.parametrize("lora", [None, Lora(2, 4)])
def test_training_goes_on_from_a_merged_adapter(tmp_path, lora):
    source = build("llama", tmp_path / "original")
    adapter(tmp_path / "original", tmp_path / "adapter", "llama", head=True)
    source = replace(source, adapter=str(tmp_path / "adapter"))
    settings = replace(QUICK, lora=lora, snapshots=2)
    before, after = (
        Encoder.load(place, "cpu").model.state_dict()
        for place in (source, tuned(source, tmp_path / "tuned", "POS", settings))
    )
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed >= {f"layers.{layer}.self_attn.q_proj.weight" for layer in range(3)}
    assert ("embed_tokens.weight" in changed) == (lora is None)
    course = course_of_checkpoint(source, tmp_path / "tuned", corpus(), State("POS", 0))
    embed(Encoder.load(source, "cpu"), corpus(), "train", tmp_path / "store.h5", ["POS"])
    np.testing.assert_array_equal(course.vectors(0)[3], read(tmp_path / "store.h5", "POS", 3).X)


def test_weights_of_elsewhere_are_read_as_those_of_their_encoder(tmp_path):
    source = replace(build("bert", tmp_path / "original"), pooling={"sentences": "mean"}, dtype="bfloat16")
    other = Encoder.load(build("bert", tmp_path / "other"), "cpu", of=source)
    assert other.pooling == Pooling("mean", "mean")
    assert other.model.dtype == torch.bfloat16


@pytest.mark.parametrize("family", ["t5", "bart"])
def test_the_checkpoint_of_an_encoder_half_opens_with_transformers(tmp_path, family):
    """With a random decoder, since there is none in it."""
    folder = tuned(build(family, tmp_path / "original"), tmp_path / "tuned")
    encoder = Encoder.load(folder, "cpu")
    model = AutoModel.from_pretrained(folder).get_encoder().eval()
    (tokens,) = encoder.tokenize([WORDS])
    with torch.no_grad():
        last = model(torch.tensor([tokens.pieces[0].ids])).last_hidden_state[0]
    at = encoder.tokenizer.sentence_position(tokens.pieces[0])
    np.testing.assert_allclose(vectors(encoder).sentence[-1], last[at], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("family", ["t5", "bart", "gpt2"])
def test_snapshots_of_all_weights_are_written_and_read(tmp_path, family):
    source = build(family, tmp_path / "original")
    folder = tuned(source, tmp_path / "tuned", "POS", replace(QUICK, snapshots=2))
    course = course_of_checkpoint(source, folder, corpus(), State("POS", 0))
    embed(Encoder.load(folder, "cpu"), corpus(), "train", tmp_path / "store.h5", ["POS"])
    stored = read(tmp_path / "store.h5", "POS", 3).X
    np.testing.assert_array_equal(course.vectors(course.updates[-1])[3], stored)


@pytest.mark.parametrize("family", ["gpt2", "qwen", "mistral", "pythia"])
def test_a_decoder_learns_what_sentences_say(tmp_path, family):
    """Lengths of sentences, which no first token could tell."""
    settings = FinetuneSettings(epochs=12, batch_size=8, learning_rate=1e-2)
    folder = tuned(build(family, tmp_path / "original"), tmp_path / "tuned", settings=settings)
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if "loss" in line]
    assert np.mean(losses[-3:]) < 0.5 * np.mean(losses[:3])
