"""Somebody's own encoder, texts and treebank go through the workflow by configuration alone."""

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
import yaml
from checkout import Checkout
from encoder.tiny import NOUNS, OTHERS, VERBS, build

from fbert.encoder.model import Encoder
from fbert.encoder.source import EncoderSource
from fbert.prepared import PreparedCorpus
from fbert.store.embed import Embedder
from fbert.store.read import read

FAMILIES = ["bert", "roberta", "xlm-roberta", "deberta", "electra", "modernbert", "distilbert", "t5", "bart"]
FAMILIES += ["gpt2", "qwen", "gemma"]
# Each family, two ways to tune a part of an encoder, and one of the ways to read it otherwise.
ENCODERS = {family: {"folder": f"models/{family}"} for family in FAMILIES} | {
    "bert-frozen": {"folder": "models/bert", "finetuning": {"freeze": 2}},
    "bert-lora": {"folder": "models/bert", "finetuning": {"lora": {"rank": 2, "alpha": 4}}},
    "llama-mean": {
        "folder": "models/llama",
        "pooling": {"words": "mean", "sentences": "mean"},
        "dtype": "bfloat16",
        "finetuning": {"lora": {"rank": 2, "alpha": 4}},
    },
}
SETTINGS = {
    "finetuning": {"epochs": 2, "batch_size": 8},
    "probe": {"widths": [16], "l2": [1.0e-4], "max_epochs": 300, "runs": 1, "control": False},
    "dynamics": {"snapshots": 3},
    "produce": ["table1", "table2", "table6", "table7", "findings", "report"],
}
CORPORA = {
    "reviews": {"format": "csv", "files": {"all": "data/reviews.csv"}, "test_share": 0.25, "text": "review"},
    "german": {"format": "conllu", "files": {"train": "data/de.conllu", "test": "data/de-test.conllu"}},
}
TASKS = {
    "mood": {"corpus": "reviews", "level": "sentence", "label": "mood"},
    "Case": {"corpus": "german", "level": "word", "label": "feats.Case", "where": {"upos": "NOUN|PROPN"}},
}


def texts(count, seed):
    random = np.random.default_rng(seed)
    return [random.choice(NOUNS + VERBS + OTHERS, size=random.integers(3, 8)).tolist() for _ in range(count)]


def reviews():
    moods = ["good" if "light" in words else "bad" for words in texts(60, 0)]
    rows = [f'"{" ".join(words)}, {n}",{moods[n]}' for n, words in enumerate(texts(60, 0))]
    return "review,mood\n" + "\n".join(rows) + "\n"


def treebank(seed):
    """Write sentences of which each word but the first hangs on the first; nouns have a case."""
    blocks = []
    for words in texts(30, seed):
        rows = []
        for number, word in enumerate(words, start=1):
            noun = word in NOUNS
            feats = f"Case={'Nom' if word in NOUNS[:2] else 'Acc'}" if noun else "_"
            head, relation = ("0", "root") if number == 1 else ("1", "dep")
            tag = "NOUN" if noun else "X"
            rows.append(f"{number}\t{word}\t_\t{tag}\t_\t{feats}\t{head}\t{relation}\t_\t_")
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks) + "\n\n"


def write_corpora(folder):
    folder.mkdir()
    (folder / "reviews.csv").write_text(reviews())
    (folder / "de.conllu").write_text(treebank(1))
    (folder / "de-test.conllu").write_text(treebank(2))


def write_study(checkout, **content):
    path = checkout.folder / "mine.yaml"
    path.write_text(yaml.safe_dump({"description": "Somebody's own."} | SETTINGS | content))
    return "mine.yaml"


@pytest.fixture(scope="module", params=ENCODERS)
def encoder(request):
    return request.param


@pytest.fixture(scope="module")
def own(encoder, tmp_path_factory):
    """A study of an encoder and corpora of one's own that has been run."""
    checkout = Checkout.fresh(tmp_path_factory.mktemp("own"))
    write_corpora(checkout.folder / "data")
    folder = checkout.folder / ENCODERS[encoder]["folder"]
    build(folder.name, folder)
    encoders = {encoder: ENCODERS[encoder]}
    checkout.run(study=write_study(checkout, encoders=encoders, corpora=CORPORA, tasks=TASKS))
    return checkout


@pytest.mark.hard
def test_a_csv_and_a_treebank_go_through_every_encoder_to_a_report(own, encoder):
    rows = pd.read_csv(own.folder / "results/mine/tables/table7.csv")
    found = rows[["model", "task", "representation"]].itertuples(index=False, name=None)
    assert sorted(found) == sorted(product([encoder], TASKS, ["original", "fine-tuned"]))
    case = rows[rows["task"] == "Case"]  # it depends on the word alone
    assert (case["accuracy"] >= case["majority_accuracy"]).all()
    assert (rows["clusters"] >= rows["labels"]).all()
    assert (rows["text"] == "real").all()
    sizes = pd.read_csv(own.folder / "results/mine/tables/table6.csv").set_index("task")
    assert sizes.loc["mood", ["labels", "train_examples", "test_examples"]].tolist() == [2, 45, 15]
    assert sizes.loc["Case", "labels"] == 2
    findings = json.loads((own.folder / "results/mine/findings.json").read_text())
    cases = findings["findings"][0]["claims"][1]["cases"]
    assert len(cases) == len(TASKS)
    report = (own.folder / "results/mine/report.html").read_text()
    assert all(f"{encoder}, {task}" in report for task in TASKS)


@pytest.mark.hard
@pytest.mark.parametrize("encoder", ["llama-mean"], indirect=True)
def test_a_tuned_state_is_read_as_its_encoder(own, encoder):
    results = own.folder / "results/mine"
    stored = read(results / f"embeddings/{encoder}/Case-seed0/Case-test.h5", "Case", 3).X
    place = {"folder": str(own.folder / ENCODERS[encoder]["folder"])}
    source = EncoderSource.from_study(encoder, ENCODERS[encoder] | place)
    tuned = Encoder.load(results / f"checkpoints/{encoder}/Case-seed0", "cpu", of=source)
    again = Embedder(tuned, PreparedCorpus.read(results / "examples/Case.json"), "test", "Case")
    np.testing.assert_array_equal(again.vectors([3])[3], stored)


@pytest.mark.hard
@pytest.mark.parametrize("encoder", ["electra"], indirect=True)
def test_a_changed_row_reruns_what_reads_it(own):
    assert own.planned(study="mine.yaml") == {}
    reviews = own.folder / "data/reviews.csv"
    before = reviews.read_text()
    own.edit("data/reviews.csv", ",bad\n", ",good\n")
    planned = own.planned(study="mine.yaml")
    assert (planned["prepare_task"], planned["finetune"]) == (1, 1), "the treebank is another matter"
    reviews.write_text(before)


@pytest.mark.hard
@pytest.mark.parametrize("encoder", ["electra"], indirect=True)
def test_swapped_files_rerun_what_reads_them(own):
    before = (own.folder / "mine.yaml").read_text()
    swapped = {"train": "data/de-test.conllu", "test": "data/de.conllu"}
    content = yaml.safe_load(before)
    content["corpora"]["german"]["files"] = swapped
    (own.folder / "mine.yaml").write_text(yaml.safe_dump(content))
    assert own.planned(study="mine.yaml")["prepare_task"] == 1
    (own.folder / "mine.yaml").write_text(before)


@pytest.mark.hard
@pytest.mark.parametrize("encoder", ["electra"], indirect=True)
def test_new_weights_in_a_folder_rerun_what_reads_them(own):
    weights = own.folder / "models/electra/model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    planned = own.planned(study="mine.yaml")
    assert (planned["describe_encoder"], planned["finetune"]) == (1, len(TASKS))


def test_a_wrong_row_ends_the_run_with_its_line(checkout):
    write_corpora(checkout.folder / "data")
    build("bert", checkout.folder / "models/mine")
    checkout.edit("data/reviews.csv", "review,mood\n", "review,moods\n")
    study = write_study(
        checkout, encoders={"mine": {"folder": "models/mine"}}, corpora=CORPORA, tasks={"mood": TASKS["mood"]}
    )
    done = checkout.snakemake("table6", study=study)
    assert done.returncode != 0
    said = (checkout.folder / "results/mine/logs/prepare_task/mood.log").read_text()
    assert "data/reviews.csv:2: found no column 'mood'" in said
    assert "did you mean 'moods'?" in said


@pytest.mark.hard
def test_pairs_of_sentences_and_tagged_words_go_through(checkout):
    (checkout.folder / "data").mkdir()
    pairs = [
        {"a": " ".join(a), "b": " ".join(b), "same": len(a) == len(b)}
        for a, b in zip(texts(60, 3), texts(60, 4), strict=True)
    ]
    (checkout.folder / "data/pairs.jsonl").write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
    lines = [
        "\n".join(f"{word}\t{'N' if word in NOUNS else 'O'}" for word in words) for words in texts(40, 5)
    ]
    (checkout.folder / "data/words.txt").write_text("\n\n".join(lines) + "\n")
    build("roberta", checkout.folder / "models/mine")
    pairs_file = {"format": "jsonl", "files": {"all": "data/pairs.jsonl"}, "test_share": 0.25}
    corpora = {
        "pairs": pairs_file | {"text": ["a", "b"]},
        "tagged": {"format": "words", "files": {"all": "data/words.txt"}, "test_share": 0.25},
    }
    tasks = {
        "same": {"corpus": "pairs", "level": "sentence pair", "label": "same"},
        "noun": {"corpus": "tagged", "level": "word", "label": "label"},
    }
    encoders = {"mine": {"folder": "models/mine"}}
    study = write_study(checkout, encoders=encoders, corpora=corpora, tasks=tasks, produce=["table7"])
    checkout.run(study=study)
    rows = pd.read_csv(checkout.folder / "results/mine/tables/table7.csv")
    assert sorted(rows["task"]) == ["noun", "noun", "same", "same"]
    assert (rows["clusters"] >= rows["labels"]).all()
