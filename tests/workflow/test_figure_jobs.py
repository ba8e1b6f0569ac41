"""Figures by the workflow: what they need, what reruns when one changes, and that they hold together."""

import pandas as pd
import pytest
import yaml
from checkout import TINY

FIGURE4 = "fbert/figures/similarity.py"


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


def test_snapshots_are_gone_once_they_were_used(finished):
    assert not list((finished.folder / "results/tiny/snapshots").rglob("*.h5"))
    assert (finished.folder / "results/tiny/dynamics/minilm-1/POS-seed0.h5").is_file()


def test_a_change_of_style_redraws_that_figure(finished):
    finished.edit(FIGURE4, "markersize=2", "markersize=3")
    planned = finished.planned()
    finished.edit(FIGURE4, "markersize=3", "markersize=2")
    assert planned == {"all": 1, "draw_figure": 1}


def test_a_change_of_the_common_style_redraws_all_figures(finished):
    finished.edit("fbert/figures/style.py", "SMALL, NORMAL = 6.5", "SMALL, NORMAL = 6.0")
    planned = finished.planned()
    finished.edit("fbert/figures/style.py", "SMALL, NORMAL = 6.0", "SMALL, NORMAL = 6.5")
    assert planned == {"all": 1, "draw_figure": 3}


@pytest.mark.parametrize("figure", ["figure2", "figure3", "figure5", "figure6", "figure7", "movement"])
def test_a_further_figure_needs_no_training(finished, figure):
    assert finished.planned(figure) == {"figure_data": 1, "draw_figure": 1, figure: 1}


def test_a_figure_runs_only_what_it_needs(checkout):
    assert checkout.planned("figure6") == {
        "write_embedded_corpus": 1,
        "prepare_corpus": 1,
        "finetune_with_snapshots": 1,
        "dynamics": 1,
        "figure_data": 1,
        "draw_figure": 1,
        "figure6": 1,
    }
    assert checkout.planned("figure1") == {"figure_data": 1, "draw_figure": 1, "figure1": 1}


def test_table5_needs_one_task_probed_in_several_states(checkout):
    planned = checkout.planned("table5")
    assert (planned["probe"], planned["directprobe"]) == (3, 3)
    assert planned["finetune"] + planned["finetune_with_snapshots"] == 2


@pytest.mark.parametrize(
    ("name", "lack"), [("table4", "the task TREC-50"), ("figure8", "DEP under dynamics.tasks")]
)
def test_what_a_study_has_no_task_for_is_refused_by_name(checkout, tmp_path, name, lack):
    study = yaml.safe_load(TINY.read_text())
    del study["tasks"]["TREC-50"], study["corpora"]["questions"]
    path = tmp_path / "few.yaml"
    path.write_text(yaml.safe_dump(study | {"produce": ["table7"]}))
    done = checkout.snakemake(name, "--dry-run", study=path)
    assert done.returncode != 0
    assert f"study few: {name} needs {lack}" in done.stdout + done.stderr
    said = checkout.run("help", study=path)
    assert f"(not in this study: it needs {lack})" in said


def test_projections_need_the_first_seed_alone(checkout):
    planned = checkout.planned("figure7", study="paper")
    assert planned["finetune_with_snapshots"] == 1
    assert checkout.planned("figure4", study="paper")["dynamics"] == 4 * 5
