"""A small end-to-end run on the real corpora, where they are at hand."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from checkout import Checkout

pytestmark = [pytest.mark.hard, pytest.mark.workflow]
STUDY = Path(__file__).with_name("real.yaml")
COUNTS = {  # labels, training and test examples together
    "POS": (17, 21176),
    "DEP": (46, 20176),
    "PS-role": (46, 4282 + 457),
    "PS-fxn": (40, 4282 + 457),
    "TREC-50": (50, 5452 + 500),
}


@pytest.fixture(scope="module")
def tables(corpora_folder, tmp_path_factory):
    """The tables of the study, from the corpora in the folder; its own checksums, if it has any, hold."""
    folder = tmp_path_factory.mktemp("real")
    own = corpora_folder / "mirror.yaml"
    machine = yaml.safe_load(own.read_text()) if own.is_file() else {}
    (folder / "machine.yaml").write_text(yaml.safe_dump(machine | {"mirror": str(corpora_folder)}))
    checkout = Checkout.fresh(folder / "checkout")
    checkout.run("--configfile", str(folder / "machine.yaml"), study=STUDY)
    verified = [sys.executable, "-m", "fbert", "verify", "results/real", "--study", str(STUDY)]
    verified += ["--configfile", str(folder / "machine.yaml")]
    said = subprocess.run(verified, cwd=checkout.folder, capture_output=True, text=True, check=False)
    assert said.stdout.splitlines()[-1].endswith("files read, no faults"), said
    return checkout.folder / "results/real/tables"


def test_the_counts_of_the_corpora_come_out(tables):
    rows = pd.read_csv(tables / "table6.csv").set_index("task")
    found = {
        task: (row["labels"], row["train_examples"] + row["test_examples"]) for task, row in rows.iterrows()
    }
    assert found == COUNTS
    assert (rows["text"] == "real").all()


def test_every_cell_of_table7_is_filled(tables):
    rows = pd.read_csv(tables / "table7.csv")
    assert len(rows) == 2 * len(COUNTS)
    assert (rows["accuracy"] > 100 / rows["labels"]).all(), "better than chance"
    assert (rows["clusters"] >= rows["labels"]).all()
    tuned = rows[rows["representation"] == "fine-tuned"].set_index("task")
    assert tuned["accuracy"]["POS"] > 80


def test_hardly_a_verdict_is_left_open(tables):
    rows = pd.read_csv(tables / "table7.csv")
    pairs = rows["labels"] * (rows["labels"] - 1) / 2
    assert (rows["undecided_verdicts"] <= 0.02 * 2 * pairs).all()
