"""Word embeddings that no text has are as if they were trained too: they stay as they are."""

import pytest
import torch
from encoder.tiny import build, corpus
from safetensors.torch import load_file

from fbert.encoder.model import Encoder
from fbert.finetune import FinetuneSettings
from fbert.finetune.run import TrainingRun
from fbert.finetune.vocabulary import UsedRows, Vocabulary

pytestmark = pytest.mark.training
SETTINGS = FinetuneSettings(epochs=1, batch_size=8)


def prepared(source, folder, settings=SETTINGS):
    return TrainingRun.prepare(Encoder.load(source, "cpu"), corpus(), "POS", settings, 0, folder, {})


@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert", "deberta", "gpt2", "llama"])
def test_with_some_rows_a_run_is_that_with_all(family, tmp_path, monkeypatch):
    source, found = build(family, tmp_path / "original"), []
    for name, cut in (("some", True), ("all", False)):
        monkeypatch.setattr("fbert.finetune.vocabulary._can_be_cut", lambda *_, cut=cut: cut)
        (tmp_path / name).mkdir()
        run = prepared(source, tmp_path / name)
        assert isinstance(run.model.encoder.model.get_input_embeddings(), UsedRows) == cut
        run.train()
        found.append(load_file(run.checkpoint() / "model.safetensors"))
    some, whole = found
    assert some.keys() == whole.keys()
    for name, weight in some.items():
        torch.testing.assert_close(weight, whole[name], rtol=1e-5, atol=1e-6, msg=name)


def test_what_no_text_has_stays_to_the_bit(tmp_path):
    source = build("bert", tmp_path / "original")
    run = prepared(source, tmp_path)
    used = run.model.encoder.model.get_input_embeddings().ids
    run.train()
    name = "embeddings.word_embeddings.weight"
    before = load_file(tmp_path / "original/model.safetensors")[name]
    after = load_file(run.checkpoint() / "model.safetensors")[name]
    changed = (before != after).any(dim=1).nonzero().flatten()
    assert 0 < len(changed) <= len(used) < len(before)
    assert set(changed.tolist()) <= set(used.tolist())


@pytest.mark.parametrize("family", ["t5", "bart", "gemma"])
def test_shared_or_scaled_embeddings_stay_whole_or_work(family, tmp_path):
    encoder = Encoder.load(build(family, tmp_path), "cpu")
    ids = encoder.batch(encoder.tokenize([["light"]])).ids
    before = encoder.model.get_input_embeddings()(ids)
    vocabulary = Vocabulary(encoder.model, encoder.tokenize([["light"]]), encoder.tokenizer.pad_id)
    torch.testing.assert_close(encoder.model.get_input_embeddings()(ids), before)
    with vocabulary.whole():
        assert not isinstance(encoder.model.get_input_embeddings(), UsedRows)


def test_frozen_embeddings_stay_whole(tmp_path):
    settings = FinetuneSettings(epochs=1, batch_size=8, freeze=1)
    run = prepared(build("bert", tmp_path / "original"), tmp_path, settings)
    assert not isinstance(run.model.encoder.model.get_input_embeddings(), UsedRows)
