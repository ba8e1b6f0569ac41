"""Frozen layers stay, low-rank updates are all that changes, and a checkpoint is an ordinary one."""

import json

import numpy as np
import pytest
import torch
from encoder.tiny import build, corpus
from safetensors.torch import load_file
from transformers import AutoModel

from fbert.encoder.model import Encoder
from fbert.errors import InputError
from fbert.finetune import FinetuneSettings
from fbert.finetune.run import TrainingRun
from fbert.finetune.settings import Lora
from fbert.finetune.training import finetune

pytestmark = pytest.mark.training
EMBEDDINGS = ("embeddings.", "embed_", "shared.", "wte.", "wpe.")
DECODERS = ["gpt2", "llama", "gemma", "pythia"]
FAMILIES = ["bert", "roberta", "distilbert", "electra", "deberta", "modernbert", "t5", "bart", *DECODERS]
LORA = FinetuneSettings(epochs=2, batch_size=8, learning_rate=1e-2, lora=Lora(2, 4))
WORDS = ["the", "light", "unbelievable"]


def vectors(place):
    (found,) = Encoder.load(place, "cpu").vectors([WORDS])
    return found.words


def tuned(source, folder, settings, seed=0, **options):
    finetune(source, corpus(), "POS", settings, seed, folder, device="cpu", **options)
    return folder


@pytest.mark.parametrize("family", FAMILIES)
def test_frozen_layers_give_the_same_vectors_and_the_others_do_not(family, tmp_path):
    source = build(family, tmp_path / "original")
    before = vectors(source)
    settings = FinetuneSettings(epochs=1, batch_size=8, freeze=2)
    after = vectors(tuned(source, tmp_path / "tuned", settings))
    np.testing.assert_array_equal(after[:3], before[:3])
    assert not np.array_equal(after[3], before[3])


FINAL_NORMS = {
    "modernbert": "final_norm.weight",
    "llama": "norm.weight",
    "gpt2": "ln_f.weight",
    "pythia": "final_layer_norm.weight",
    "t5": "encoder.final_layer_norm.weight",
}


@pytest.mark.parametrize(("family", "norm"), FINAL_NORMS.items())
def test_the_norm_after_the_last_layer_is_trained_with_the_upper_ones(family, norm, tmp_path):
    source = build(family, tmp_path / "original")
    folder = tuned(source, tmp_path / "tuned", FinetuneSettings(epochs=1, batch_size=8, freeze=2))
    before, after = (load_file(place / "model.safetensors") for place in (tmp_path / "original", folder))
    assert not torch.equal(before[norm], after[norm])


@pytest.mark.parametrize("family", ["bert", "modernbert"])
def test_with_all_layers_frozen_the_head_alone_learns(family, tmp_path):
    source = build(family, tmp_path / "original")
    settings = FinetuneSettings(epochs=2, batch_size=8, learning_rate=1e-2, freeze=3)
    after = vectors(tuned(source, tmp_path / "tuned", settings))
    np.testing.assert_array_equal(after, vectors(source))
    lines = [json.loads(line) for line in (tmp_path / "tuned/log.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if "loss" in line]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("family", [*FAMILIES, "albert"])
def test_low_rank_updates_are_in_an_ordinary_checkpoint(family, tmp_path):
    source = build(family, tmp_path / "original")
    folder = tuned(source, tmp_path / "tuned", LORA)
    before, after = (load_file(place / "model.safetensors") for place in (tmp_path / "original", folder))
    before = {name: weight for name, weight in before.items() if not name.startswith("decoder.")}
    assert set(after) == set(before)
    assert not (folder / "adapter_config.json").exists()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    for name in changed:  # a matrix of a layer, changed by one of rank 2
        assert after[name].ndim == 2 and not any(part in name for part in EMBEDDINGS)
        assert torch.linalg.matrix_rank(after[name].double() - before[name].double(), atol=1e-5) <= 2
    assert AutoModel.from_pretrained(folder).config.num_hidden_layers == 3
    assert not np.array_equal(vectors(folder)[-1], vectors(source)[-1])


def test_merged_weights_compute_what_the_updates_compute(tmp_path):
    encoder, data = Encoder.load(build("bert", tmp_path), "cpu"), corpus()
    run = TrainingRun.prepare(encoder, data, "POS", LORA, 0, tmp_path, {})
    run.train()
    (with_updates,) = encoder.vectors([WORDS])
    with run.model.plain_model() as model:
        tokenizer, device, pooling = encoder.tokenizer, encoder.device, encoder.pooling
        (plain,) = Encoder("plain", model, tokenizer, device, pooling).vectors([WORDS])
    np.testing.assert_allclose(plain.words, with_updates.words, rtol=1e-4, atol=1e-5)


def test_low_rank_updates_above_frozen_layers(tmp_path):
    source = build("bert", tmp_path / "original")
    settings = FinetuneSettings(epochs=1, batch_size=8, freeze=2, lora=Lora(2, 4))
    before, after = vectors(source), vectors(tuned(source, tmp_path / "tuned", settings))
    np.testing.assert_array_equal(after[:3], before[:3])
    assert not np.array_equal(after[3], before[3])


@pytest.mark.parametrize(
    ("family", "mapping", "message"),
    [
        ("bert", {"freeze": 4}, "freeze is 4, but it has only 3 layers"),
        ("albert", {"freeze": 1}, "its layers share their weights"),
        ("bert", {"freeze": 3, "lora": {"rank": 2, "alpha": 4}}, "freeze leaves no layer that lora"),
        ("bert", {"freeze": -1}, "freeze is a number of layers, not -1"),
        ("bert", {"lora": {"rank": 0, "alpha": 4}}, r"rank \(0\) and alpha \(4\) must be at"),
    ],
)
def test_what_cannot_be_is_refused(family, mapping, message, tmp_path):
    source = build(family, tmp_path / "original")
    with pytest.raises(InputError, match=message):
        tuned(source, tmp_path / "tuned", FinetuneSettings.from_study(mapping))
