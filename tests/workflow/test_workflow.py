"""The workflow, run as a user runs it: what it makes, and what reruns when something changes."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest
import yaml
from checkout import TINY

TABLES = ["table1", "table2", "table3", "table4", "table5", "table6", "table7"]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_there_in_three_forms(finished, table):
    folder = finished.folder / "results/tiny/tables"
    assert all((folder / f"{table}.{form}").stat().st_size > 0 for form in ("csv", "md", "tex"))


def test_table7_is_filled_and_says_that_the_text_is_synthetic(finished):
    rows = pd.read_csv(finished.folder / "results/tiny/tables/table7.csv")
    assert len(rows) == 2 * 3
    accuracy = rows.groupby("task")["accuracy"].min()
    assert accuracy["POS"] > 55 > accuracy["TREC-50"] >= 0
    assert (rows["clusters"] >= rows["labels"]).all()
    assert (rows["text"] == "synthetic").all()


def test_findings_have_a_verdict_each(finished):
    content = json.loads((finished.folder / "results/tiny/findings.json").read_text())
    verdicts = {finding["name"]: finding["verdict"] for finding in content["findings"]}
    assert set(verdicts) == {"F1", "F2", "F3", "F4", "F5", "Foresight"}
    assert set(verdicts.values()) <= {"supported", "mixed", "not supported", "not testable"}
    assert verdicts["F5"] == "not testable"  # an encoder of one layer
    assert content["synthetic"]
    assert "Synthetic text" in (finished.folder / "results/tiny/findings.md").read_text()


def test_help_lists_the_targets(checkout):
    said = checkout.run("help")
    assert all(f"  {name} " in said for name in ("all", "table7", "figure4", "memorisation", "findings"))


def test_the_catalogue_finds_the_same_workflow(checkout):
    planned = checkout.planned("--snakefile", "workflow/Snakefile")
    planned["all"] = planned.pop("study")
    assert planned == checkout.planned()
    assert yaml.safe_load((checkout.folder / "config/config.yaml").read_text())["study"] == "quickstart"
    schema = yaml.safe_load((checkout.folder / "workflow/schemas/config.schema.yaml").read_text())
    assert schema["required"] == ["study"]
    usage = yaml.safe_load((checkout.folder / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert (checkout.folder / "config/README.md").is_file()
    assert usage["mandatory-flags"]["flags"] == "--config study=quickstart"


def test_asked_again_there_is_nothing_to_do(finished):
    assert "Nothing to be done" in finished.run()


def test_results_vouch_for_themselves(finished):
    done = verified(finished.folder / "results/tiny", finished.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no faults" in done.stdout


def verified(folder, checkout):
    command = [sys.executable, "-m", "fbert", "verify", str(folder), "--study", str(TINY)]
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_jobs_are_forks_of_the_warm_process(checkout):
    who = "print(Path(f'/proc/{__import__(\"os\").getppid()}/cmdline').read_text())"
    checkout.edit(
        "scripts/write_generated_corpus.py", "job(snakemake):\n", f"job(snakemake):\n        {who}\n"
    )
    checkout.run("results/tiny/corpora/generated/treebank.conllu")
    log = checkout.folder / "results/tiny/logs/write_generated_corpus.log"
    assert "fbert.warm" in log.read_text()


def test_one_table_runs_only_what_it_needs(checkout):
    assert set(checkout.planned("table1")) == {"describe_encoder", "make_table", "table1"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["study=minilm", "miror=x"], "unknown key 'miror', did you mean 'mirror'?"),
        (["study=minlm"], "did you mean 'minilm'?"),
    ],
)
def test_a_wrong_configuration_ends_before_any_job(checkout, arguments, message):
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--config", *arguments]
    done = subprocess.run(command, cwd=checkout.folder, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_planning_imports_no_heavy_library(checkout):
    code = "import sys, runpy; sys.argv = ['snakemake', '-n', '--quiet', '--cores', '1']\n"
    code += "try: runpy.run_module('snakemake', run_name='__main__')\n"
    code += "except SystemExit: pass\n"
    code += "heavy = {'torch', 'sklearn', 'transformers', 'h5py', 'numba'}\n"
    code += "print('loaded:', *heavy & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout.folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].split() == ["loaded:"]


def test_snakemake_looks_for_jobs_when_one_is_done_and_not_by_the_clock(checkout):
    made = "results/tiny/corpora/generated/treebank.conllu"
    code = "import sys, runpy, threading\n"
    code += f"sys.argv = ['snakemake', '--cores', '1', {made!r}, '--config', {f'study={TINY}'!r}]\n"
    code += "threading.Timer = None\n"
    code += "runpy.run_module('snakemake', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], cwd=checkout.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (checkout.folder / made).is_file()
