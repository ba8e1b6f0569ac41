"""The workflow on a real SLURM of one node: what it submits and asks for, and what accidents do to it."""

import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from checkout import Checkout, results
from safetensors import safe_open

pytestmark = [pytest.mark.slurm, pytest.mark.timeout(1800)]
HERE = Path(__file__).parent
SMALL = HERE / "small.yaml"
LONG = HERE / "long.yaml"
# This cluster has no database, and answers at once.
PROFILE = ["--profile", "slurm", "--slurm-status-command", "squeue", "--latency-wait", "5"]
PROFILE += ["--slurm-init-seconds-before-status-checks", "1"]
TRAINING = "results/long/checkpoints/minilm-6/PS-role-seed0"


class Cluster:
    """A running cluster, asked through Slurm's own commands and its own record of finished jobs."""

    def __init__(self, folder: Path):
        self.folder = folder

    def submitted(self) -> set[str]:
        return set(re.findall(r"^JobId=(\d+)", self._ask("scontrol", "--oneliner", "show", "job"), re.M))

    def jobs(self, before: set[str] = frozenset()) -> list[dict[str, str]]:
        """What Slurm holds of each job submitted since `before`, oldest first."""
        lines = self._ask("scontrol", "--oneliner", "show", "job").splitlines()
        jobs = [dict(re.findall(r"(\S+?)=(\S*)", line)) for line in lines if line.startswith("JobId=")]
        return sorted((job for job in jobs if job["JobId"] not in before), key=lambda job: int(job["JobId"]))

    def recorded(self) -> dict[str, str]:
        """How each job ended, by its number, as Slurm wrote it down when the job ended."""
        lines = (self.folder / "jobs.txt").read_text().splitlines()
        return {
            line.split()[0].removeprefix("JobId="): re.search(r"JobState=(\w+)", line)[1] for line in lines
        }

    def wait_until_empty(self) -> None:
        wait_for(lambda: not self._ask("squeue", "--noheader"), "an empty queue")

    def _ask(self, *command: str) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def wait_for(condition, what: str, seconds: float = 600) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not after {seconds} s"
        time.sleep(0.2)


def daemons() -> set[str]:
    """The processes of Slurm and munge on this machine."""
    found = ["pgrep", "--list-name", "--exact", "slurmctld|slurmd|slurmstepd|slurmscriptd|munged"]
    return set(subprocess.run(found, capture_output=True, text=True, check=False).stdout.splitlines())


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder, before = tmp_path_factory.mktemp("cluster"), daemons()
    subprocess.run([HERE / "cluster.sh", "start", folder], check=True)
    yield Cluster(folder)
    subprocess.run([HERE / "cluster.sh", "stop", folder], check=True)
    assert daemons() == before


@pytest.fixture(scope="module")
def local(tmp_path_factory) -> Checkout:
    """Both studies, without SLURM and without accidents."""
    checkout = Checkout.fresh(tmp_path_factory.mktemp("local"))
    checkout.run(study=SMALL)
    checkout.run(TRAINING, study=LONG)
    return checkout


def test_a_study_runs_on_slurm_as_it_does_here(cluster, local, tmp_path):
    checkout, before = Checkout.fresh(tmp_path), cluster.submitted()
    checkout.run(*PROFILE, study=SMALL)
    jobs = cluster.jobs(before)
    assert Counter(job["Comment"].partition("_wildcards_")[0] for job in jobs) == {
        "rule_prepare_task": 2,
        "rule_finetune": 2,
        "rule_vectors_embed_probe": 4,
        "rule_directprobe": 4,
        "rule_make_table": 1,
    }
    on_gpu = {
        job["Comment"].partition("_wildcards_")[0] for job in jobs if job.get("TresPerJob") == "gres:gpu:1"
    }
    assert on_gpu == {"rule_finetune", "rule_vectors_embed_probe"}
    assert not any("gpu" in str(job) for job in jobs if "TresPerJob" not in job)
    recorded = cluster.recorded()
    assert {recorded[job["JobId"]] for job in jobs} == {"COMPLETED"}
    assert results(checkout, "small") == results(local, "small")


def test_a_job_killed_for_memory_is_tried_again_with_more(cluster, tmp_path):
    checkout, before = Checkout.fresh(tmp_path), cluster.submitted()
    # Attempts get 100 MB, which Snakemake alone exceeds, then 1600 MB.
    little = ["--set-resources", "prepare_task:mem_mb=100*16**(attempt-1)"]
    said = checkout.run("results/small/examples/PS-fxn.json", *PROFILE, *little, study=SMALL)
    assert "Trying to restart" in said
    jobs, recorded = cluster.jobs(before), cluster.recorded()
    assert [job["MinMemoryNode"] for job in jobs] == ["100M", "1600M"]
    assert [recorded[job["JobId"]] in ("FAILED", "OUT_OF_MEMORY") for job in jobs] == [True, False]
    assert recorded[jobs[-1]["JobId"]] == "COMPLETED"


def test_a_job_that_hangs_is_ended_by_its_time_limit_and_goes_on_with_more(cluster, local, tmp_path):
    checkout, before = Checkout.fresh(tmp_path), cluster.submitted()
    # Two minutes, then six.
    driver = start_training(
        checkout, tmp_path / "driver.txt", "--set-resources", "finetune:runtime=4*attempt-2"
    )
    [job] = [job["JobId"] for job in cluster.jobs(before) if job["JobState"] == "RUNNING"]
    subprocess.run(["scancel", "--signal=STOP", job], check=True)
    assert driver.wait(timeout=600) == 0
    assert "Trying to restart" in (tmp_path / "driver.txt").read_text()
    tried = trainings(cluster, before)
    assert [cluster.recorded()[job["JobId"]] for job in tried] == ["TIMEOUT", "COMPLETED"]
    assert [job["TimeLimit"] for job in tried] == ["00:02:00", "00:06:00"]
    assert_went_on(checkout, local)


def test_a_job_that_is_cancelled_is_tried_again_and_goes_on(cluster, local, tmp_path):
    checkout, before = Checkout.fresh(tmp_path), cluster.submitted()
    driver = start_training(checkout, tmp_path / "driver.txt")
    [job] = trainings(cluster, before)
    subprocess.run(["scancel", job["JobId"]], check=True)
    assert driver.wait(timeout=600) == 0
    assert "Trying to restart" in (tmp_path / "driver.txt").read_text()
    states = [cluster.recorded()[job["JobId"]] for job in trainings(cluster, before)]
    assert states == ["CANCELLED", "COMPLETED"]
    asked = {job["TimeLimit"] for job in trainings(cluster, before)}
    assert asked == {"04:00:00"}, "it was stopped before its time, and asks for no more"
    assert_went_on(checkout, local)


def test_a_bug_is_not_run_a_second_time(cluster, tmp_path):
    checkout, before = Checkout.fresh(tmp_path), cluster.submitted()
    bug = "open('begun', 'a').write('x'); raise ValueError('a bug'); "
    checkout.edit(
        "scripts/prepare_task.py", "from fbert.prepare import", f"{bug}\n        from fbert.prepare import"
    )
    done = checkout.snakemake("results/small/examples/PS-fxn.json", *PROFILE, "--retries", "1", study=SMALL)
    assert done.returncode != 0
    assert len(cluster.jobs(before)) == 2
    assert (checkout.folder / "begun").read_text() == "x"
    said = (checkout.folder / "results/small/logs/prepare_task/PS-fxn.log").read_text()
    assert "Traceback" in said
    assert said.endswith("Error: ValueError: a bug\n")


def test_training_goes_on_after_driver_and_job_are_killed(cluster, local, tmp_path):
    """`kill -9` of the driver, then scancel, whose SIGTERM is that of preemption and of time limits."""
    checkout, before = Checkout.fresh(tmp_path), cluster.submitted()
    driver = start_training(checkout, tmp_path / "driver.txt")
    driver.kill()
    driver.wait()
    second = checkout.snakemake(TRAINING, *PROFILE, study=LONG)
    assert second.returncode != 0
    assert "cannot be locked" in second.stderr

    # As docs/how-to/cluster.md says: cancel what still runs, unlock, start again.
    [job] = [job["JobId"] for job in cluster.jobs(before) if job["JobState"] == "RUNNING"]
    cancel = "squeue --me --noheader --format='%i %j' | awk '$2 ~ /^fbert_/ {print $1}' | xargs -r scancel"
    subprocess.run(cancel, shell=True, check=True)
    cluster.wait_until_empty()
    with safe_open(checkout.folder / f"{TRAINING}.partial/state.safetensors", "np") as state:
        update = int(state.metadata()["update"])
    assert 5 < update < read_lines(local.folder / TRAINING / "log.jsonl")
    checkout.run("--unlock", study=LONG)
    checkout.run(TRAINING, *PROFILE, study=LONG)

    assert cluster.recorded()[job] == "CANCELLED"
    assert results(checkout, "long") == results(local, "long")


def start_training(checkout: Checkout, said: Path, *arguments: str) -> subprocess.Popen:
    """Start the long study, and return the driver once its job is training."""
    log = checkout.folder / f"{TRAINING}.partial/log.jsonl"
    command = [sys.executable, "-m", "snakemake", TRAINING, *PROFILE, *arguments, "--config", f"study={LONG}"]
    with open(said, "w") as stream:
        driver = subprocess.Popen(command, cwd=checkout.folder, stdout=stream, stderr=stream)
    wait_for(lambda: log.is_file() and read_lines(log) > 5, "training")
    return driver


def trainings(cluster: Cluster, before: set[str]) -> list[dict[str, str]]:
    """The jobs of training that were submitted since `before`, oldest first."""
    return [job for job in cluster.jobs(before) if "rule_finetune" in job["Comment"]]


def assert_went_on(checkout: Checkout, local: Checkout) -> None:
    """The last training began where the one before it had ended, and ended as an undisturbed one does."""
    log = (checkout.folder / "results/long/logs/finetune/minilm-6/PS-role-seed0.log").read_text()
    assert int(re.search(r"(\d+)/\d+ \[", log)[1]) > 5, "it should go on, not begin anew"
    assert results(checkout, "long") == results(local, "long")


def read_lines(path: Path) -> int:
    return path.read_text().count("\n")
