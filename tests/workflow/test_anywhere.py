"""The workflow as it is deployed: with Snakemake alone, in another folder, as a module, from a git source."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from checkout import TINY, Checkout
from empty_environment import with_packages

HERE = [sys.executable, "-m", "snakemake"]
SNAKEDEPLOY = "snakedeploy==0.17.1"
MODULE = """
module fbert:
    snakefile: {snakefile}
    config: {{"study": "tiny"}}
    {prefix}
use rule * from fbert{names}
"""
GIT = ["git", "-c", "user.name=fbert", "-c", "user.email=fbert@example.org"]


def asked(folder, *arguments, snakemake=HERE, **environment):
    """Run Snakemake in a folder, which must succeed; return what it says."""
    command = [*snakemake, "--cores", "2", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def elsewhere(tmp_path):
    """An empty folder but for the tiny study."""
    folder = tmp_path / "elsewhere"
    (folder / "studies").mkdir(parents=True)
    shutil.copy(TINY, folder / "studies")
    return folder


def record(folder, job="make_table/table1"):
    return json.loads((folder / f"results/tiny/made/{job}.json").read_text())


# ---- another folder


def test_the_folder_that_one_works_in_comes_before_the_checkout(checkout, elsewhere):
    planned = ["-n", "-s", checkout.folder / "Snakefile", "table1"]
    shipped = asked(elsewhere, *planned)
    assert "results/quickstart/tables" in shipped
    (elsewhere / "config").mkdir()
    (elsewhere / "config/config.yaml").write_text("study: tiny\n")
    assert "results/tiny/tables" in asked(elsewhere, *planned)
    (elsewhere / "config.yaml").write_text("study: quickstart\n")
    (elsewhere / "studies/tiny.yaml").rename(elsewhere / "studies/quickstart.yaml")
    own = asked(elsewhere, *planned)
    assert "results/quickstart/tables" in own
    assert "up to 5 times as much on disk" in own  # three tasks, one of them with snapshots
    assert "up to 5 times as much on disk" not in shipped


def test_what_is_run_elsewhere_stays_there(checkout, elsewhere):
    before = sorted(checkout.folder.rglob("*"))
    arguments = ["-s", checkout.folder / "Snakefile", "-d", elsewhere, "table1", "--config", "study=tiny"]
    said = asked(elsewhere.parent, *arguments)
    assert "tables and figures" in said  # a line for each stage
    assert (elsewhere / "results/tiny/tables/table1.csv").is_file()
    assert [file for file in before if "__pycache__" not in file.parts] == [
        file for file in sorted(checkout.folder.rglob("*")) if "__pycache__" not in file.parts
    ]
    assert "Nothing to be done" in asked(elsewhere.parent, "-n", *arguments)


@pytest.fixture
def read_only(tmp_path):
    """A checkout that cannot be written to, under a name that shells and URLs would have to quote."""
    folder = Checkout.fresh(tmp_path / "für alle's" / "fbert").folder
    for options in (["--bind", folder], ["-o", "remount,ro,bind"]):
        mounted = subprocess.run(["mount", *options, folder], capture_output=True, check=False)
        if mounted.returncode != 0:
            pytest.skip("folders can only be mounted as root")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.anywhere
def test_a_read_only_checkout_serves_who_cannot_write_to_it(read_only, elsewhere):
    with pytest.raises(OSError, match="Read-only"):
        (read_only / "x").touch()
    target = "results/tiny/directprobe/demo/original/POS-layer-last.json"
    arguments = ["-s", read_only / "Snakefile", target, "--config", "study=tiny"]
    asked(elsewhere, *arguments)
    assert (elsewhere / target).is_file()
    assert "Nothing to be done" in asked(elsewhere, "-n", *arguments)


# ---- a module


@pytest.mark.parametrize(
    ("entry", "prefix"),
    [("Snakefile", "deep/er"), pytest.param("workflow/Snakefile", "", marks=pytest.mark.hard)],
)
def test_as_a_module_its_results_are_where_the_prefix_says(checkout, elsewhere, entry, prefix):
    write_module(elsewhere, repr(str(checkout.folder / entry)), prefix and f'prefix: "{prefix}"', " as f_*")
    asked(elsewhere, "f_table1")
    root = elsewhere / prefix
    assert (root / "results/tiny/tables/table1.csv").is_file()
    assert sorted(record(root)["outputs"]) == [
        f"./tables/table1.{form}" for form in ("csv", "json", "md", "tex")
    ]
    assert {path.name for path in elsewhere.iterdir()} - {".snakemake"} == {
        "Snakefile",
        "studies",
        prefix.partition("/")[0] or "results",
    }
    assert "Nothing to be done" in asked(elsewhere, "-n", "f_table1")


def write_module(folder, snakefile, prefix="", names=""):
    (folder / "Snakefile").write_text(MODULE.format(snakefile=snakefile, prefix=prefix, names=names))


@pytest.mark.hard
def test_a_module_reruns_what_changed_and_nothing_else(checkout, elsewhere):
    write_module(elsewhere, repr(str(checkout.folder / "Snakefile")), 'prefix: "p"')
    profile = elsewhere / "profiles"
    shutil.copytree(checkout.folder / "profiles", profile)
    asked(elsewhere, "table1")
    checkout.edit("fbert/tables/render.py", '"""', '"""In other words: ')
    assert "Nothing to be done" in asked(elsewhere, "-n", "table1")
    checkout.edit("fbert/tables/render.py", "numparse=True", "numparse=False")
    assert jobs(asked(elsewhere, "-n", "table1")) == {"make_table": 1, "table1": 1}


def jobs(said):
    found = re.findall(r"^(\w+) +(\d+)$", said.rpartition("Job stats:")[2], flags=re.MULTILINE)
    return {rule: int(count) for rule, count in found if rule != "total"}


# ---- a git source


@pytest.fixture
def repository(tmp_path):
    """A repository of this checkout, whose records tell which copy of the package made them."""
    checkout = Checkout.fresh(tmp_path / "github" / "me" / "fbert")
    checkout.edit("fbert/environment.py", '{"commit":', '{"from": __file__, "commit":')
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"], ["tag", "v1"]):
        subprocess.run([*GIT, *command], cwd=checkout.folder, check=True)
    return checkout.folder


@pytest.mark.hard
def test_from_a_local_repository_all_of_the_commit_is_used(repository, elsewhere):
    write_module(elsewhere, f'gitfile({str(repository)!r}, path="workflow/Snakefile", tag="v1")')
    shutil.rmtree(repository / "fbert")  # only what was committed counts
    asked(elsewhere, "table1")
    made = record(elsewhere)["by"]
    commit = subprocess.check_output([*GIT, "rev-parse", "v1"], cwd=repository, text=True).strip()
    assert made["commit"] == commit
    assert made["from"] == str(elsewhere / ".snakemake/fbert" / commit / "fbert/environment.py")


@pytest.mark.anywhere
def test_snakedeploy_makes_an_empty_folder_ready_to_run(repository, elsewhere, tools, tmp_path):
    folder = tmp_path / "deployed"
    folder.mkdir()
    deploy = ["deploy-workflow", f"file://{repository}", ".", "--tag", "v1"]
    subprocess.run([tools / "snakedeploy", *deploy], cwd=folder, check=True)
    assert (
        'github("me/fbert", path="workflow/Snakefile", tag="v1")'
        in (folder / "workflow/Snakefile").read_text()
    )
    hub = {  # where git, and nobody else, finds github.com
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{tmp_path}/github/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    planned = jobs(asked(folder, "-n", snakemake=[tools / "snakemake"], **hub))
    assert planned["finetune"] == 5  # the quickstart
    (folder / "config/config.yaml").write_text(f"study: {elsewhere / 'studies/tiny.yaml'}\n")
    asked(folder, "table1", **hub)
    assert Path(record(folder)["by"]["from"]).is_relative_to(folder / ".snakemake/fbert")
    assert "Nothing to be done" in asked(folder, "-n", "table1", **hub)


# ---- Snakemake alone


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    """The programs of an environment with Snakemake and Snakedeploy, and neither fbert nor what jobs need."""
    return with_packages(tmp_path_factory.mktemp("tools"), "snakemake", SNAKEDEPLOY)


@pytest.mark.anywhere
def test_snakemake_alone_lints_and_plans(tools, checkout):
    found = subprocess.run([tools / "python", "-c", "import torch"], capture_output=True, check=False)
    assert found.returncode != 0
    assert "in a good condition" in asked(checkout.folder, "--lint", snakemake=[tools / "snakemake"])
    assert_plans_alone(tools, checkout, "quickstart")


@pytest.mark.hard
@pytest.mark.parametrize("study", ["large", "minilm", "paper", "seeds"])
def test_snakemake_alone_plans_larger_studies(tools, checkout, study):
    assert_plans_alone(tools, checkout, study)


def assert_plans_alone(tools, checkout, study):
    """The environment with Snakemake alone plans the same jobs as this one."""
    plan = [checkout.folder, "-n", "--config", f"study={study}"]
    assert jobs(asked(*plan, snakemake=[tools / "snakemake"])) == jobs(asked(*plan))


@pytest.mark.hard
def test_an_encoder_that_is_not_installed_is_planned_and_refused_when_jobs_would_run_here(checkout):
    study = checkout.folder / "studies/mine.yaml"
    study.write_text(TINY.read_text().replace("package: fbert.demo", "package: not_installed"))
    checkout.run("--dry-run", study=study)
    done = checkout.snakemake(study=study)
    assert done.returncode != 0
    assert "encoder demo: package 'not_installed' is not installed" in done.stderr
    assert not (checkout.folder / "results/mine").exists()


def test_a_record_has_what_was_read_of_an_installed_encoder_and_its_versions(finished):
    made = record(finished.folder, "describe_encoder/demo")
    assert {"site-packages:fbert/demo/model/model.safetensors"} <= made["inputs"].keys()
    assert made["versions"].keys() >= {"torch", "transformers"}
