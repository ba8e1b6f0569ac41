"""The profile for clusters with a submit command of their own; here it starts jobs on this machine."""

import pytest
from checkout import Checkout, results

STUDY = "tests/slurm/small.yaml"
# As a scheduler: notes what it was given, prints a number, and lets the job run on its own.
SUBMIT = """#!/bin/sh
echo "$1 $2 $3" >> submitted
setsid sh "$4" > /dev/null 2>&1 &
echo $!
"""


@pytest.mark.hard
def test_jobs_go_by_a_command_of_the_site(checkout, tmp_path):
    submit = checkout.folder / "submit.sh"
    submit.write_text(SUBMIT)
    submit.chmod(0o755)
    command = f"{submit} {{rule}} {{resources.mem_mb}} {{resources.runtime}}"
    profile = ["--profile", "profiles/cluster-generic", "--latency-wait", "5"]
    checkout.run("table7", *profile, "--cluster-generic-submit-cmd", command, study=STUDY)
    submitted = [line.split() for line in (checkout.folder / "submitted").read_text().splitlines()]
    assert {"prepare_task", "finetune", "directprobe", "make_table"} <= {rule for rule, *_ in submitted}
    assert all(int(memory) >= 1000 and int(minutes) >= 10 for _, memory, minutes in submitted)
    here = Checkout.fresh(tmp_path / "here")
    here.run("table7", study=STUDY)
    assert results(checkout, "small") == results(here, "small")


@pytest.mark.hard
def test_without_a_command_it_says_where_to_name_one(checkout):
    done = checkout.snakemake(
        "table1", "--profile", "profiles/cluster-generic", "--retries", "0", study=STUDY
    )
    assert done.returncode != 0
    assert "name the submit command of this cluster in profiles/cluster-generic/config.yaml" in done.stderr
