"""An adapter of peft is merged into the weights it was trained beside, and refused elsewhere."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from encoder.tiny import MINILM, build
from fbert.encoder import EncoderSource
from fbert.encoder.model import Encoder
from fbert.errors import InputError

pytestmark = pytest.mark.training

WORDS = ["the", "light", "dog", "unbelievable"]
TARGETS = {"bert": ["query", "value"], "llama": ["q_proj", "v_proj"], "gpt2": ["c_attn"]}
HEADS = {
    "bert": ("AutoModelForSequenceClassification", "SEQ_CLS"),
    "llama": ("AutoModelForCausalLM", "CAUSAL_LM"),
    "gpt2": ("AutoModelForCausalLM", "CAUSAL_LM"),
}


def adapter(base: str | Path, folder: Path, family: str, head: bool, **options):
    """Save an adapter of random weights beside a model, with or without a head; return that model."""
    torch.manual_seed(1)
    from peft import LoraConfig, get_peft_model  # takes seconds, and every run of tests reads this file

    kind, task_type = HEADS[family] if head else ("AutoModel", None)
    model_class = getattr(transformers, kind)
    config = LoraConfig(r=2, lora_alpha=4, target_modules=TARGETS[family], task_type=task_type, **options)
    tuned = get_peft_model(model_class.from_pretrained(base), config)
    with torch.no_grad():
        for name, weight in tuned.named_parameters():
            if "lora_" in name:
                weight.normal_(0, 0.5)
    tuned.save_pretrained(folder)
    return tuned.eval()


def change(folder: Path, **keys):
    file = folder / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | keys))


@pytest.fixture
def made(tmp_path):
    """A tiny BERT with an adapter that fits."""
    source = build("bert", tmp_path / "bert")
    adapter(tmp_path / "bert", tmp_path / "adapter", "bert", head=False)
    return replace(source, adapter=str(tmp_path / "adapter"))


@pytest.mark.parametrize("head", [False, True])
@pytest.mark.parametrize("family", TARGETS)
def test_vectors_are_those_of_the_model_with_its_adapter(tmp_path, family, head):
    source = build(family, tmp_path / family)
    tuned = adapter(tmp_path / family, tmp_path / "adapter", family, head)
    encoder = Encoder.load(replace(source, adapter=str(tmp_path / "adapter")), "cpu")
    (tokens,) = encoder.tokenize([WORDS])
    body = getattr(tuned.base_model.model, tuned.base_model.model.base_model_prefix, tuned.base_model.model)
    with torch.no_grad():
        expected = body(torch.tensor([tokens.pieces[0].ids])).last_hidden_state[0]
    words = [position for position, word in enumerate(tokens.pieces[0].words) if word == 3]
    (vectors,) = encoder.vectors([WORDS])
    chosen = expected[words] if encoder.pooling.words == "mean" else expected[words[-1:]]
    np.testing.assert_allclose(vectors.words[-1, 3], chosen.mean(0), rtol=1e-5, atol=1e-5)
    (before,) = Encoder.load(source, "cpu").vectors([WORDS])
    assert not np.allclose(vectors.words[-1], before.words[-1], atol=1e-2)
    assert encoder.parameters == Encoder.load(source, "cpu").parameters


def test_a_module_that_was_trained_whole_is_taken_over_and_a_head_is_not(tmp_path):
    source = build("bert", tmp_path / "bert")
    tuned = adapter(
        tmp_path / "bert", tmp_path / "adapter", "bert", head=True, modules_to_save=["word_embeddings"]
    )
    whole = tuned.base_model.model.bert.embeddings.word_embeddings.modules_to_save["default"]
    with torch.no_grad():
        whole.weight.add_(1)
    tuned.save_pretrained(tmp_path / "adapter")
    assert any("classifier" in name for name in load_file(tmp_path / "adapter/adapter_model.safetensors"))
    merged = Encoder.load(replace(source, adapter=str(tmp_path / "adapter")), "cpu").model
    torch.testing.assert_close(merged.embeddings.word_embeddings.weight, whole.weight)


@pytest.mark.parametrize("family", ["bert", "llama"])
def test_an_adapter_is_merged_in_float32_and_rounded_then(tmp_path, family):
    """As if the merged model had been saved and were loaded in that dtype."""
    source = build(family, tmp_path / family)
    adapter(tmp_path / family, tmp_path / "adapter", family, head=False)
    with_it = replace(source, adapter=str(tmp_path / "adapter"))
    shutil.copytree(tmp_path / family, tmp_path / "merged")
    Encoder.load(with_it, "cpu").model.save_pretrained(tmp_path / "merged")
    saved = EncoderSource("merged", folder=str(tmp_path / "merged"))
    found, expected = (Encoder.load(replace(s, dtype="bfloat16"), "cpu") for s in (with_it, saved))
    assert found.model.dtype == torch.bfloat16
    assert found.checksum() == expected.checksum()
    for one, other in zip(found.vectors([WORDS]), expected.vectors([WORDS]), strict=True):
        np.testing.assert_array_equal(one.words, other.words)


@pytest.mark.parametrize(
    ("source", "base"),
    [
        ({"folder": "models/bert-tiny"}, ""),
        ({"folder": "models/bert-tiny"}, "somebody/BERT-tiny"),
        ({"hub": "google/bert-tiny", "revision": "0" * 40}, "google/bert-tiny"),
        ({"hub": "google/bert-tiny", "revision": "0" * 40}, "/data/models/bert-tiny/"),
        ({"package": MINILM}, "sentence-transformers/all-MiniLM-L6-v2"),
    ],
)
def test_the_base_may_be_called_by_any_name_it_is_known_by(made, source, base):
    change(Path(made.adapter), base_model_name_or_path=base)
    EncoderSource("x", adapter=made.adapter, **source).check_adapter()


@pytest.mark.parametrize(
    ("source", "base"),
    [
        ({"folder": "models/bert-tiny"}, "google/bert-small"),
        ({"hub": "google/bert-tiny", "revision": "0" * 40}, "google/bert-tiny-uncased"),
        ({"package": MINILM}, "sentence-transformers/all-mpnet-base-v2"),
    ],
)
def test_an_adapter_of_another_model_is_refused(made, source, base):
    change(Path(made.adapter), base_model_name_or_path=base)
    with pytest.raises(InputError, match=f"the adapter .* is for '{base}', not for"):
        EncoderSource("x", adapter=made.adapter, **source).check_adapter()


def test_a_folder_that_is_no_adapter_is_refused_before_any_job(made, tmp_path):
    with pytest.raises(InputError, match=f"encoder bert: {tmp_path}/bert is no folder of an adapter"):
        replace(made, adapter=str(tmp_path / "bert")).check(0)


def test_weights_in_a_form_that_could_execute_code_are_refused(made):
    file = Path(made.adapter, "adapter_model.safetensors")
    torch.save(load_file(file), file.with_suffix(".bin"))
    file.unlink()
    with pytest.raises(InputError, match=r"has no adapter_model\.safetensors; a file of another form could"):
        made.check(0)


def test_layers_and_adapter_are_refused_together(made):
    with pytest.raises(InputError, match="encoder bert: give layers or adapter, not both"):
        replace(made, layers=2)


def test_an_adapter_that_lacks_weights_is_refused(made):
    file = Path(made.adapter, "adapter_model.safetensors")
    weights = load_file(file)
    weights.pop(min(weights))
    save_file(weights, file)
    with pytest.raises(InputError, match=r"its weight file lacks 1 weights, among them .*lora_A"):
        Encoder.load(made, "cpu")


def test_an_adapter_with_weights_for_no_layer_is_refused(made):
    file = Path(made.adapter, "adapter_model.safetensors")
    weights = load_file(file)
    save_file(weights | {max(weights).replace("layer.2", "layer.7"): torch.ones(2, 16)}, file)
    with pytest.raises(InputError, match=r"has, for no layer of this model, 1 weights, .*layer\.7"):
        Encoder.load(made, "cpu")


def test_an_adapter_of_another_width_is_refused(made):
    file = Path(made.adapter, "adapter_model.safetensors")
    save_file({name: torch.ones(3, 3) for name in load_file(file)}, file)
    with pytest.raises(InputError, match="does not fit this model"):
        Encoder.load(made, "cpu")


def test_a_truncated_adapter_is_refused(made):
    file = Path(made.adapter, "adapter_model.safetensors")
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(InputError, match=r"encoder bert: adapter .*: cannot be read"):
        Encoder.load(made, "cpu")


def test_what_changes_no_weights_is_refused(made):
    model = transformers.AutoModel.from_pretrained(made.folder)
    from peft import PromptTuningConfig, get_peft_model

    config = PromptTuningConfig(num_virtual_tokens=2, task_type="FEATURE_EXTRACTION")
    get_peft_model(model, config).save_pretrained(made.adapter)
    with pytest.raises(InputError, match="PROMPT_TUNING changes no weights, so it cannot be merged"):
        Encoder.load(made, "cpu")
