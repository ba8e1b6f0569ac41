"""Checkpoints that were trained elsewhere go through the workflow by configuration alone."""

import hashlib
import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from encoder.test_adapter import adapter
from encoder.test_sentence_transformers import save
from encoder.tiny import build
from loopback_hub import Repository, environment, serving
from workflow.test_own import CORPORA, TASKS, write_corpora

from fbert.encoder.model import Encoder
from fbert.encoder.source import EncoderSource
from fbert.records.trajectory import Trajectory
from fbert.store.read import read, read_provenance

SETTINGS = {
    "description": "Somebody's checkpoints.",
    "corpora": CORPORA,
    "tasks": TASKS,
    "probe": {"widths": [16], "l2": [1.0e-4], "max_epochs": 100, "runs": 1, "control": False},
}


def further(folder, steps):
    """Save the model of a folder as a later checkpoint: the same, but for what so many steps changed."""
    target = folder.with_name(f"{folder.name}-{steps}")
    shutil.copytree(folder, target)
    loaded, _ = Encoder.load(EncoderSource("it", folder=str(folder)), "cpu").model, torch.manual_seed(0)
    with torch.no_grad():
        for weight in loaded.parameters():
            weight.add_(torch.randn_like(weight) * 0.02 * steps)
    loaded.save_pretrained(target)


def write_study(checkout, name, encoders, **more):
    study = checkout.folder / f"{name}.yaml"
    study.write_text(yaml.safe_dump(SETTINGS | {"encoders": encoders} | more, sort_keys=False))
    return study.name


def rows(checkout, study, table):
    return pd.read_csv(checkout.folder / f"results/{study}/tables/{table}.csv")


@pytest.mark.hard
def test_two_checkpoints_and_a_trajectory_reach_their_reports(checkout):
    write_corpora(checkout.folder / "data")
    models = checkout.folder / "models"
    build("bert", models / "bert")
    for steps in (1, 2, 3):
        further(models / "bert", steps)

    two = write_study(
        checkout, "two", {"mine": {"folder": "models/bert", "states": {"sft": {"folder": "models/bert-1"}}}}
    )
    planned = checkout.planned(study=two)
    assert not {"finetune", "dynamics", "follow_states", "learning_curves"} & planned.keys()
    checkout.run(study=two)
    table = rows(checkout, "two", "table7")
    assert table["representation"].tolist() == ["original", "sft"] * 2
    assert rows(checkout, "two", "table1")["source"].tolist() == ["models/bert", "models/bert-1"]
    page = (checkout.folder / "results/two/report.html").read_text()
    assert "sft (models/bert-1)" in page
    assert "nothing was trained" in page
    provenance = json.loads((checkout.folder / "results/two/provenance.json").read_text())
    assert provenance["study"]["states"]["mine"]["sft"]["source"] == {"folder": "models/bert-1"}
    assert "models/bert-1/model.safetensors" in provenance["inputs"]
    assert checkout.planned(study=two) == {}

    # Its store is what the checkpoint gives when it is opened as an encoder of its own.
    stores = checkout.folder / "results/two/embeddings/mine"
    alone = write_study(checkout, "alone", {"sft": {"folder": "models/bert-1"}}, seeds=[])
    checkout.run("results/alone/embeddings/sft/original/Case-train.h5", study=alone)
    expected = read(checkout.folder / "results/alone/embeddings/sft/original/Case-train.h5", "Case", 3)
    np.testing.assert_array_equal(read(stores / "sft/Case-train.h5", "Case", 3).X, expected.X)

    states = {f"step-{k}": {"folder": f"models/bert-{k}", "step": 1000 * k} for k in (3, 1, 2)}
    course = write_study(checkout, "course", {"mine": {"folder": "models/bert", "states": states}})
    checkout.run(study=course)
    run = Trajectory.read(checkout.folder / "results/course/dynamics/mine/given/Case.h5")
    assert run.updates.tolist() == [0, 1000, 2000, 3000]
    X, y, _ = read(checkout.folder / "results/course/embeddings/mine/step-2/Case-train.h5", "Case", 3)
    np.testing.assert_allclose(run.centroids[2, -1, 0], X[y == 0].mean(axis=0), rtol=1e-5)
    drawn = pd.read_csv(checkout.folder / "results/course/figures/figure6.csv")
    assert sorted(set(drawn["update"])) == [0, 1000, 2000, 3000]
    assert drawn["seed"].isna().all()
    assert rows(checkout, "course", "table7")["representation"].unique().tolist() == ["original", "step-3"]


@pytest.mark.hard
def test_a_decoder_its_checkpoint_and_its_adapter_and_an_embedding_model(checkout):
    """Two kinds of model that are not BERT's, on a table of texts and on a treebank, in one study."""
    write_corpora(checkout.folder / "data")
    models = checkout.folder / "models"
    build("llama", models / "llama")
    further(models / "llama", 1)
    adapter(models / "llama", models / "lora", "llama", head=True)
    save(models / "st", "bert", {"pooling_mode_mean_tokens": True})
    shutil.copytree(models / "st", models / "bert", ignore=shutil.ignore_patterns("modules.json", "1_*"))
    states = {"sft": {"folder": "models/llama-1"}, "lora": {"adapter": "models/lora"}}
    # A plain checkpoint has no pooling of its own: it is read as the encoder it is a state of.
    plain = {"folder": "models/st", "states": {"plain": {"folder": "models/bert"}}}
    encoders = {"st": plain, "llama": {"folder": "models/llama", "states": states}}
    study = write_study(checkout, "kinds", encoders, layers="all")
    checkout.run(study=study)
    table = rows(checkout, "kinds", "table7").set_index(["model", "task", "representation"])
    of_llama = table.loc["llama"]
    assert of_llama.index.get_level_values("representation").unique().tolist() == ["original", "sft", "lora"]
    assert set(of_llama["pooling"]) == {"last"}
    assert set(table["pooling"].loc["st"]) == {"mean"}
    stores = [
        checkout.folder / f"results/kinds/embeddings/st/{s}/mood-test.h5" for s in ("original", "plain")
    ]
    original, plain = (read(store, "mood", 3).X for store in stores)
    np.testing.assert_array_equal(original, plain)
    assert (of_llama.loc["mood"]["accuracy"] > 50).all(), "every sentence has a vector of its own"
    assert table["remark"].isna().all()
    by_layer = rows(checkout, "kinds", "table8")
    assert sorted(set(by_layer["layer"])) == [0, 1, 2, 3]
    assert len(by_layer) == 4 * 2 * (2 + 3)
    assert by_layer[["accuracy", "clusters", "separable_pairs"]].notna().all(axis=None)
    assert "models/lora" in rows(checkout, "kinds", "table1")["adapter"].tolist()
    assert (checkout.folder / "results/kinds/figures/layers.png").is_file()
    adapter(models / "llama", models / "lora", "llama", head=False)
    again = checkout.planned(study=study)
    assert again["embed"] == 2, "the adapter is another file, and its vectors alone are made again"


@pytest.mark.hard
@pytest.mark.network
def test_public_revisions_of_a_training_run_are_a_trajectory(checkout, tmp_path, monkeypatch):
    """As Pythia's: one repository of a decoder, a commit for each of its steps."""
    write_corpora(checkout.folder / "data")
    build("pythia", tmp_path / "pythia")
    commits = {step: hashlib.sha1(str(step).encode()).hexdigest() for step in (0, 1000, 3000)}
    for steps in (1, 3):
        further(tmp_path / "pythia", steps)
    folders = dict(zip(commits, ("pythia", "pythia-1", "pythia-3"), strict=True))
    published = {
        commit: Repository(files_of(tmp_path / folders[step]), commit) for step, commit in commits.items()
    }
    latest = replace(published[commits[3000]], others=published)
    states = {f"step{step}": {"revision": commits[step], "step": step} for step in (1000, 3000)}
    encoder = {"hub": "lab/pythia", "revision": commits[0], "step": 0, "states": states}
    study = write_study(checkout, "public", {"pythia": encoder})
    for name, value in environment("", tmp_path / "cache").items():
        monkeypatch.setenv(name, value)
    assert "pythia: not fetched yet" in checkout.run("--dry-run", study=study)
    with serving({("models", "lab/pythia"): latest}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        checkout.run(study=study)
    folder = checkout.folder / "results/public"
    run = Trajectory.read(folder / "dynamics/pythia/given/Case.h5")
    assert run.updates.tolist() == list(commits)
    for step, place in enumerate(folders.values()):
        alone = Encoder.load(EncoderSource("it", folder=str(tmp_path / place)), "cpu")
        state = "original" if not step else f"step{list(commits)[step]}"
        made_of = read_provenance(folder / f"embeddings/pythia/{state}/Case-train.h5")
        assert made_of["weights"] == alone.checksum()
    assert sorted(set(pd.read_csv(folder / "figures/figure6.csv")["update"])) == list(commits)
    assert "lab/pythia" in (folder / "report.html").read_text()
    assert rows(checkout, "public", "table1")["revision"].astype(str).tolist() == list(commits.values())
    assert checkout.planned(study=study) == {}


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_checkpoint_of_this_workflow_is_a_state_of_another_study(finished):
    """The given state has the vectors that the tuned state had."""
    encoder = {"package": "fbert.demo", "layers": 1}
    given = {"tuned-pos": {"folder": "results/tiny/checkpoints/demo/POS-seed0"}}
    tiny = yaml.safe_load((finished.folder / "tests/workflow/tiny.yaml").read_text())
    study = tiny | {"encoders": {"demo": encoder | {"states": given}}, "produce": ["table7"]}
    path = finished.folder / "given.yaml"
    path.write_text(
        yaml.safe_dump({key: study[key] for key in study if key not in ("finetuning", "dynamics")})
    )
    stores = [
        "results/tiny/embeddings/demo/POS-seed0/POS-test.h5",
        "results/given/embeddings/demo/tuned-pos/POS-test.h5",
    ]
    finished.run(stores[1], study=path.name)
    tuned, given = (read(finished.folder / store, "POS", 1).X for store in stores)
    np.testing.assert_array_equal(tuned, given)
