"""The paper's study at the real shapes of its encoders, in the form of the first BERTs, from a loopback hub.

Weights are random, the corpora the project's own, and little is done with them; all else is as in
studies/paper.yaml.
"""

import json
import shutil
import subprocess
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
import yaml
from checkout import Checkout
from encoder.test_loading import old_form
from loopback_hub import NOWHERE, Repository, environment, serving

from fbert.store.read import read

pytestmark = [pytest.mark.hard, pytest.mark.network]
PAPER = yaml.safe_load((Path(__file__).parents[2] / "studies/paper.yaml").read_text())
# Layers, width and heads, and the parameters that Table 1 of the paper has, in millions.
SHAPES = {
    "bert-tiny": (2, 128, 2, 4.4),
    "bert-mini": (4, 256, 4, 11.2),
    "bert-small": (4, 512, 8, 28.8),
    "bert-medium": (8, 512, 8, 41.4),
    "bert-base": (12, 768, 12, 109.5),
}
CORPORA = {
    "pud": {"known": "generated-treebank", "first": 120},
    "streusle": {"known": "generated-prepositions", "first": 80},
    "trec": {"known": "generated-questions", "first": 80},
}
SMALL = {
    "seeds": [0],
    "finetuning": PAPER["finetuning"] | {"epochs": 1},
    "probe": {"widths": [32], "l2": [1.0e-3], "max_epochs": 20, "runs": 1},
    "dynamics": {"tasks": ["POS"], "snapshots": 2},
    "memorisation": {"epochs": 2, "runs": 1},
}
TABLES = [f"table{number}" for number in range(1, 8)]


def repository(folder: Path, encoder: str) -> Repository:
    """Make an encoder of the shape that it has in the paper."""
    layers, hidden, heads, _ = SHAPES[encoder]
    folder.mkdir()
    old_form(
        folder,
        num_hidden_layers=layers,
        hidden_size=hidden,
        num_attention_heads=heads,
        intermediate_size=4 * hidden,
    )
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(folder)
    return Repository(files, PAPER["encoders"][encoder]["revision"])


def study(checkout: Checkout, name: str, encoders: list[str], **more) -> str:
    """Write the paper's study with some of its encoders, and little to do."""
    chosen = {encoder: {**PAPER["encoders"][encoder], "model_type": "bert"} for encoder in encoders}
    for entry in chosen.values():
        entry.pop("finetuning", None)
    content = PAPER | {"encoders": chosen, "corpora": CORPORA, "main_encoder": encoders[-1]} | SMALL | more
    (checkout.folder / f"{name}.yaml").write_text(yaml.safe_dump(content))
    return f"{name}.yaml"


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """Return what serves encoders to the workflow as long as it is entered."""

    def serve(encoders):
        made = {
            ("models", PAPER["encoders"][name]["hub"]): repository(tmp_path / name, name) for name in encoders
        }
        for name, value in environment("", tmp_path / "cache").items():
            monkeypatch.setenv(name, value)
        return serving(made)

    return serve


def test_the_papers_study_goes_from_the_hub_to_its_report(checkout, serve, monkeypatch):
    encoders = ["bert-tiny", "bert-mini"]
    name = study(checkout, "shape", encoders, produce=[*TABLES, "health", "findings", "report"])
    with serve(encoders) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        checkout.run(study=name)
    folder = checkout.folder / "results/shape"

    sizes = pd.read_csv(folder / "tables/table1.csv").set_index("model")
    for encoder in encoders:
        layers, hidden, heads, millions = SHAPES[encoder]
        assert sizes.loc[encoder, ["layers", "heads", "hidden"]].tolist() == [layers, heads, hidden]
        assert sizes.loc[encoder, "parameters_millions"] == millions
    found = pd.read_csv(folder / "tables/table7.csv")
    rows = found[["model", "task", "representation"]].itertuples(index=False, name=None)
    assert sorted(rows) == sorted(product(encoders, PAPER["tasks"], ["original", "fine-tuned"]))
    widths = found["model"].map({name: SHAPES[name][1] for name in encoders})
    assert found["d"].tolist() == widths.where(found["task"] != "DEP", 2 * widths).tolist()
    assert found[["accuracy", "clusters"]].notna().all(axis=None)
    for table in TABLES:
        assert len(pd.read_csv(folder / f"tables/{table}.csv")) > 0
    page = (folder / "report.html").read_text()
    assert all(encoder in page for encoder in encoders)
    assert checkout.planned(study=name) == {}

    # The cache alone gives the same record, and no other job has anything to do.
    entry = PAPER["encoders"]["bert-tiny"]
    record = f"results/downloads/encoders/{entry['hub']}/{entry['revision']}.json"
    before = (checkout.folder / record).read_bytes()
    (checkout.folder / record).unlink()
    monkeypatch.setenv("HF_ENDPOINT", NOWHERE)
    checkout.run(record, study=name)
    assert (checkout.folder / record).read_bytes() == before
    assert json.loads(before)["bytes"].keys() == {"config.json", "pytorch_model.bin", "vocab.txt"}
    assert checkout.planned(study=name) == {}


@pytest.mark.parametrize("encoder", ["bert-small", "bert-medium", "bert-base"])
def test_the_larger_encoders_reach_a_store(encoder, checkout, serve, monkeypatch):
    corpora = CORPORA | {"trec": {"known": "generated-questions", "first": 20}}
    name = study(checkout, "shape", [encoder], corpora=corpora)
    layers, hidden, _, _ = SHAPES[encoder]
    store = f"results/shape/embeddings/{encoder}/original/TREC-50-train.h5"
    with serve([encoder]) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        checkout.run(store, study=name)
    assert read(checkout.folder / store, "TREC-50", layers).X.shape[1] == hidden


def log_of(checkout: Checkout, log: str, target: str, study: str) -> str:
    """Return what a job that must fail leaves in its log."""
    done: subprocess.CompletedProcess = checkout.snakemake(target, study=study)
    assert done.returncode != 0
    return (checkout.folder / "results" / log).read_text()


def test_another_cache_and_a_wish_to_stay_offline_are_told(checkout, serve, tmp_path, monkeypatch):
    name = study(checkout, "shape", ["bert-tiny"])
    entry = PAPER["encoders"]["bert-tiny"]
    place = f"{entry['hub']}/{entry['revision']}"
    record, facts = f"results/downloads/encoders/{place}.json", "results/shape/encoders/bert-tiny.json"
    with serve(["bert-tiny"]) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        checkout.run(record, study=name)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "other"))
        said = log_of(checkout, "shape/logs/describe_encoder/bert-tiny.log", facts, name)
        assert f"Error: encoder bert-tiny: {record} says that it was fetched, but" in said
        assert f"cache, {tmp_path}/other/hub, has it not whole; set HF_HOME" in said

        (checkout.folder / record).unlink()
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        asked = server.asked
        said = log_of(checkout, f"downloads/logs/encoders/{place}.log", record, name)
        assert f"Error: encoder {entry['hub']}: HF_HUB_OFFLINE is set" in said
        assert server.asked == asked

    # Another study that forgot the key is told it before anything is opened.
    checkout.edit(name, "model_type: bert", "layers: 2")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    said = log_of(checkout, f"downloads/logs/encoders/{place}.log", record, name)
    assert "its config.json has no model_type" in said and "`model_type: bert`" in said
