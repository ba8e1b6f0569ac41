"""Figures by the workflow: what they need, what reruns when one changes, and that they hold together."""

import pandas as pd
import pytest
import yaml
from checkout import TINY


@pytest.fixture(scope="module")
def figures(finished):
    return finished.folder / "results/tiny/figures"


@pytest.mark.parametrize("figure", ["figure1", "figure4", "memorisation"])
def test_a_figure_comes_with_its_table_and_caption(figures, figure):
    assert (figures / f"{figure}.pdf").read_bytes().startswith(b"%PDF")
    assert (figures / f"{figure}.png").read_bytes().startswith(b"\x89PNG")
    assert len(pd.read_csv(figures / f"{figure}.csv")) > 0
    assert (figures / f"{figure}.md").read_text().startswith("**")


def test_captions_say_that_the_text_is_synthetic(figures):
    assert "Synthetic text" in (figures / "figure4.md").read_text()
    assert "Synthetic text" not in (figures / "figure1.md").read_text()


def test_snapshots_stay_as_weights(finished):
    checkpoints = finished.folder / "results/tiny/checkpoints/demo"
    assert len(list((checkpoints / "POS-seed0/snapshots").glob("update_*.safetensors"))) == 3
    assert not (checkpoints / "PS-fxn-seed0/snapshots").exists()
    assert (finished.folder / "results/tiny/dynamics/demo/POS-seed0.h5").is_file()


def test_further_figures_need_no_training(finished):
    planned = finished.planned("figure2", "figure5")
    assert planned == {"figure_data": 2, "draw_figure": 2, "figure2": 1, "figure5": 1}


def test_what_a_study_has_no_task_for_is_refused_by_name(checkout, tmp_path):
    study = yaml.safe_load(TINY.read_text())
    del study["tasks"]["TREC-50"], study["corpora"]["questions"]
    path = tmp_path / "few.yaml"
    path.write_text(yaml.safe_dump(study | {"produce": ["table7"]}))
    done = checkout.snakemake("table4", "--dry-run", study=path)
    assert done.returncode != 0
    assert "study few: table4 needs the task TREC-50" in done.stdout + done.stderr
    said = checkout.run("help", study=path)
    assert "(not in this study: it needs DEP under dynamics.tasks)" in said
