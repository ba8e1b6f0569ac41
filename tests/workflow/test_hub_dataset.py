"""A dataset of the hub goes through the workflow: fetched once, read without a network."""

import json
import shutil

import pandas as pd
import pytest
import yaml
from checkout import Checkout
from encoder.tiny import NOUNS, OTHERS, build
from loopback_hub import NOWHERE, Repository, environment, serving

pytestmark = [pytest.mark.hard, pytest.mark.network]
REVISION, OTHER = "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8", "e9d71f5ee7c92d6dc9e92ffdad17b8bd49418f98"
EXAMPLES = "results/mine/examples/mood.json"
CARD = b"""---
dataset_info:
  features:
  - {name: text, dtype: string}
  - name: mood
    dtype: {class_label: {names: {"0": bad, "1": good}}}
---
"""
CORPUS = {"format": "hub", "hub": "me/moods", "revision": REVISION}
STUDY = {
    "description": "A dataset of the hub.",
    "encoders": {"mine": {"folder": "models/mine"}},
    "corpora": {"moods": CORPUS | {"files": {"train": "train", "test": "test"}}},
    "tasks": {"mood": {"corpus": "moods", "level": "sentence", "label": "mood"}},
    "finetuning": {"epochs": 2},
    "probe": {"kind": "linear", "l2": [1.0e-4, 1.0e-2]},
    "produce": ["table6", "table7"],
}


def rows(count):
    """Two words a row, good where the second is a noun."""
    words = [f"{OTHERS[n % len(OTHERS)]} {[NOUNS, OTHERS][n % 2][0]}" for n in range(count)]
    return "text,mood\n" + "".join(f"{text},{1 - n % 2}\n" for n, text in enumerate(words))


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    checkout = Checkout.fresh(tmp_path / "checkout")
    build("bert", checkout.folder / "models/mine")
    (checkout.folder / "mine.yaml").write_text(yaml.safe_dump(STUDY))
    files = {"README.md": CARD, "train.csv": rows(40).encode(), "test.csv": rows(10).encode()}
    with serving({("datasets", "me/moods"): Repository(files, REVISION)}) as server:
        for name, value in environment(server.endpoint, tmp_path / "cache").items():
            monkeypatch.setenv(name, value)
        yield checkout


def test_a_dataset_of_the_hub_goes_to_tables(checkout, monkeypatch):
    checkout.run(study="mine.yaml")
    results = checkout.folder / "results"
    sizes = pd.read_csv(results / "mine/tables/table6.csv").set_index("task")
    assert sizes.loc["mood", ["labels", "train_examples", "test_examples"]].tolist() == [2, 40, 10]
    found = pd.read_csv(results / "mine/tables/table7.csv")
    assert found["best_layer_sizes"].tolist() == ["linear", "linear"]
    assert found[["macro_f1", "auroc"]].notna().all(axis=None)
    assert json.loads((results / "mine/examples/mood.json").read_text())["labels"]["mood"] == ["bad", "good"]
    record = f"results/downloads/datasets/me/moods/{REVISION}/_/train.json"
    assert record in json.loads((results / "mine/provenance.json").read_text())["inputs"]
    assert checkout.planned(study="mine.yaml") == {}

    monkeypatch.setenv("HF_ENDPOINT", NOWHERE)
    before = (results / "mine/examples/mood.json").read_bytes()
    (results / "mine/examples/mood.json").unlink()
    assert checkout.planned(EXAMPLES, study="mine.yaml") == {"prepare_task": 1}
    checkout.run(EXAMPLES, study="mine.yaml")
    assert (results / "mine/examples/mood.json").read_bytes() == before
    assert checkout.planned(study="mine.yaml") == {}

    checkout.edit("mine.yaml", REVISION, OTHER)
    planned = checkout.planned(study="mine.yaml")
    assert (planned["fetch_dataset"], planned["prepare_task"]) == (2, 1)
    assert checkout.snakemake(study="mine.yaml").returncode != 0
    log = f"results/downloads/logs/datasets/me/moods/{OTHER}/_/train.log"
    assert "Error: dataset me/moods: the hub cannot be reached" in (checkout.folder / log).read_text()


def test_a_cache_that_is_gone_is_said(checkout, tmp_path):
    checkout.run(EXAMPLES, study="mine.yaml")
    shutil.rmtree(tmp_path / "cache")
    (checkout.folder / "results/mine/examples/mood.json").unlink()
    assert checkout.snakemake(EXAMPLES, study="mine.yaml").returncode != 0
    said = (checkout.folder / "results/mine/logs/prepare_task/mood.log").read_text()
    assert "is not in Hugging Face's cache" in said
