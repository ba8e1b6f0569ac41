"""What a finished run leaves, against a naive training loop and against the stores."""

import json
import os

import numpy as np
import pytest
import torch
from encoder.tiny import MAX_POSITIONS, build, corpus, minilm
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy
from transformers import AutoModel, AutoTokenizer

from fbert.encoder.model import Encoder
from fbert.errors import CorruptFileError, InputError
from fbert.finetune import FinetuneSettings
from fbert.finetune.plan import Plan
from fbert.finetune.training import finetune
from fbert.prepared import Examples, PreparedCorpus, Split

pytestmark = pytest.mark.training
QUICK = FinetuneSettings(epochs=3, batch_size=8, learning_rate=1e-3)
STILL = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}

STILL_DECODER = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0, "attention_dropout": 0.0}


@pytest.fixture
def source(tmp_path):
    return build("bert", tmp_path / "original")


def log_of(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def naive_points(model, tokenizer, words, examples):
    """Represent the examples of one sentence, one at a time, from Hugging Face's own alignment."""
    encoded = tokenizer([words], is_split_into_words=True, return_tensors="pt")
    last = model(encoded["input_ids"]).last_hidden_state[0]
    ids = encoded.word_ids(0)
    vector = [
        last[[i for i, word in enumerate(ids) if word == number]].mean(0) for number in range(len(words))
    ]
    return [
        torch.cat([vector[word] for word in example]) if len(example) else last[0] for example in examples
    ]


def last_points(model, tokenizer, words, examples):
    """The same for a model that reads from left to right: the last subword of a word, and of a sentence."""
    encoded = tokenizer(" " + " ".join(words), return_tensors="pt")
    last, ids = model(encoded["input_ids"]).last_hidden_state[0], encoded.word_ids(0)
    vector = [
        last[max(i for i, word in enumerate(ids) if word == number)] for number in sorted({*ids} - {None})
    ]
    return [
        torch.cat([vector[word] for word in example]) if len(example) else last[-1] for example in examples
    ]


def naive_training(source, data, task, settings, head, points_of=naive_points):
    """Train one sentence at a time, with the plan's batches and torch's plain Adam; return the model."""
    model, tokenizer = AutoModel.from_pretrained(source.folder), AutoTokenizer.from_pretrained(source.folder)
    part, examples = data.splits["train"], data.splits["train"].examples[task]
    present = np.unique(examples.sentences)
    lengths = [len(tokenizer(" " + " ".join(part.sentences[s])).input_ids) for s in present]
    plan = Plan(settings, tuple(lengths), 0)
    optimizer = torch.optim.Adam([*model.parameters(), *head.parameters()], foreach=False)
    for update in range(plan.updates):
        points, labels = [], []
        for sentence in present[plan.batch(update)]:
            which = np.flatnonzero(examples.sentences == sentence)
            points += points_of(model, tokenizer, part.sentences[sentence], examples.words[which])
            labels += examples.labels[which].tolist()
        optimizer.param_groups[0]["lr"] = plan.learning_rate(update)
        optimizer.zero_grad()
        cross_entropy(head(torch.stack(points)), torch.tensor(labels)).backward()
        optimizer.step()
    return model


@pytest.mark.parametrize(("task", "arity"), [("POS", 1), ("DEP", 2), ("TREC-50", 0)])
@pytest.mark.parametrize(
    ("family", "points_of"), [("bert", naive_points), ("gpt2", last_points), ("llama", last_points)]
)
@pytest.mark.parametrize("at_once", [None, 3])
def test_training_is_that_of_a_naive_loop(tmp_path, family, points_of, task, arity, at_once):
    still = STILL if family == "bert" else STILL_DECODER
    source, data = build(family, tmp_path / "still", **still), corpus()
    settings = FinetuneSettings(epochs=1, batch_size=8, micro_batch_size=at_once, learning_rate=1e-3)
    finetune(source, data, task, settings, 0, tmp_path / "tuned", device="cpu")
    torch.manual_seed(0)
    head = torch.nn.Linear(max(arity, 1) * 16, len(data.labels[task]))
    expected = naive_training(source, data, task, settings, head, points_of).state_dict()
    found = load_file(tmp_path / "tuned" / "model.safetensors")
    # a bias of keys shifts all scores of a query alike: its gradient is rounding alone, which Adam scales up
    for name in (name for name in found if "key.bias" not in name and "c_attn.bias" not in name):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-3, atol=2e-5, err_msg=name)
    trained = load_file(tmp_path / "tuned" / "head.safetensors")
    np.testing.assert_allclose(trained["weight"], head.weight.detach(), rtol=1e-3, atol=2e-5)


def test_training_learns_what_can_be_learnt(tmp_path):
    finetune(minilm(1), corpus(), "POS", QUICK, 0, tmp_path / "tuned", device="cpu")
    lines = log_of(tmp_path / "tuned")
    updates, looks = [x for x in lines if "loss" in x], [x for x in lines if "test_accuracy" in x]
    assert [line["update"] for line in updates] == list(range(1, 16))
    assert [line["epoch"] for line in looks] == [1, 2, 3]
    assert updates[-1]["loss"] < updates[0]["loss"] / 3
    assert looks[-1]["test_accuracy"] > 0.9


def test_a_checkpoint_is_a_folder_of_huggingface_with_head_and_record(source, tmp_path):
    data = corpus()
    finetune(source, data, "DEP", QUICK, 5, tmp_path / "tuned", device="cpu", provenance={"study": "s"})
    encoder = Encoder.load(tmp_path / "tuned", "cpu")
    reopened = AutoModel.from_pretrained(tmp_path / "tuned")
    for name, weight in reopened.named_parameters():
        np.testing.assert_array_equal(weight.detach(), encoder.model.get_parameter(name).detach())
    assert load_file(tmp_path / "tuned" / "head.safetensors")["weight"].shape == (2, 32)
    record = json.loads((tmp_path / "tuned" / "training.json").read_text())
    expected = {
        "task": "DEP",
        "labels": ["left", "right"],
        "seed": 5,
        "corpus_checksum": data.checksum(["DEP"]),
    }
    assert expected.items() <= record.items()
    assert record["provenance"] == {"study": "s"}
    assert not (tmp_path / "tuned.partial").exists()


@pytest.mark.parametrize(
    "name", ["model.safetensors", "head.safetensors", "tokenizer.json", "config.json", "log.jsonl"]
)
def test_a_checkpoint_that_was_altered_is_refused(source, tmp_path, name):
    finetune(source, corpus(), "POS", FinetuneSettings(epochs=1), 0, tmp_path / "tuned", device="cpu")
    content = bytearray((tmp_path / "tuned" / name).read_bytes())
    content[-1] ^= 1
    (tmp_path / "tuned" / name).write_bytes(content)
    with pytest.raises(
        CorruptFileError, match=f"tuned/{name}: missing, truncated or altered; delete .*tuned"
    ):
        Encoder.load(tmp_path / "tuned", "cpu")


def test_colleagues_can_read_what_the_umask_lets_them(source, tmp_path):
    before = os.umask(0o027)
    try:
        settings = FinetuneSettings(epochs=1, snapshots=2)
        finetune(source, corpus(), "POS", settings, 0, tmp_path / "tuned", device="cpu")
    finally:
        os.umask(before)
    modes = {file.stat().st_mode & 0o777 for file in (tmp_path / "tuned").rglob("*") if file.is_file()}
    assert modes == {0o640}


def test_a_file_that_was_put_into_a_checkpoint_is_refused(source, tmp_path):
    finetune(source, corpus(), "POS", FinetuneSettings(epochs=1), 0, tmp_path / "tuned", device="cpu")
    (tmp_path / "tuned/added_tokens.json").write_text("{}")
    with pytest.raises(CorruptFileError, match=r"added_tokens\.json: was not there when the checkpoint was"):
        Encoder.load(tmp_path / "tuned", "cpu")


def test_seeds_differ_and_repeat(source, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        finetune(source, corpus(), "POS", FinetuneSettings(epochs=1), seed, tmp_path / name, device="cpu")
    a, b, c = ((tmp_path / name / "model.safetensors").read_bytes() for name in "abc")
    assert a == b != c


@pytest.mark.parametrize(
    "family", ["roberta", "distilbert", "electra", "albert", "deberta", "modernbert", "no-special"]
)
def test_other_families_are_tuned_too(tmp_path, family):
    source, data = build(family, tmp_path / "original"), corpus()
    finetune(source, data, "TREC-50", FinetuneSettings(epochs=1), 0, tmp_path / "tuned", device="cpu")
    original, tuned = (Encoder.load(place, "cpu") for place in (source, tmp_path / "tuned"))
    words = ["the", "light", "unbelievable"]
    assert [t.pieces for t in tuned.tokenize([words])] == [t.pieces for t in original.tokenize([words])]
    (before,), (after,) = original.vectors([words]), tuned.vectors([words])
    assert np.isfinite(after.words).all()
    assert not np.array_equal(before.sentence, after.sentence)


def test_overlong_sentences_are_trained_on_whole(source, tmp_path):
    words = ("light", "run") * MAX_POSITIONS
    examples = {
        "POS": Examples(np.zeros(len(words), int), np.arange(len(words))[:, None], np.arange(len(words)) % 2)
    }
    split = Split((words,), examples)
    long = PreparedCorpus("long", True, {"POS": ("A", "B")}, {"train": split, "test": split})
    finetune(
        source,
        long,
        "POS",
        FinetuneSettings(epochs=30, learning_rate=1e-2),
        0,
        tmp_path / "tuned",
        device="cpu",
    )
    assert log_of(tmp_path / "tuned")[-1]["test_accuracy"] > 0.9


def test_a_diverged_run_is_an_error(source, tmp_path):
    with pytest.raises(
        InputError, match=r"POS, encoder bert: the loss is nan at update \d+; .* lower learning_rate"
    ):
        finetune(
            source, corpus(), "POS", FinetuneSettings(learning_rate=1e30), 0, tmp_path / "tuned", device="cpu"
        )
    assert not (tmp_path / "tuned").exists()


def test_what_cannot_be_trained_is_refused(source, tmp_path):
    one = corpus()
    one.splits["train"].examples["POS"].labels[:] = 1
    folder = tmp_path / "tuned"
    with pytest.raises(InputError, match=r"corpus tiny: POS has 1 label\(s\) in the training part"):
        finetune(source, one, "POS", FinetuneSettings(), 0, folder, device="cpu")
    with pytest.raises(InputError, match="corpus tiny: no task XPOS; it has POS, DEP, TREC-50"):
        finetune(source, one, "XPOS", FinetuneSettings(), 0, folder, device="cpu")
