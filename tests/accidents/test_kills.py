"""`kill -9` at random moments, and whatever the machine's number of cores: the results are the same bytes."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from checkout import TINY, Checkout, results
from safetensors import SafetensorError, safe_open

pytestmark = pytest.mark.hard
STAGES = ["corpora", "encoders", "checkpoints", "embeddings", "probes", "directprobe", "dynamics"]
STAGES += ["learning_curves", "tables", "figures"]
KILLS = 30
# What is killed: all processes at once as in a power cut, the driver alone, or one job of a stage.
VICTIMS = ["finetune", "embed", "directprobe", "driver", "everything"]


class Run:
    """One run of the workflow in a process group of its own."""

    def __init__(self, checkout: Checkout):
        command = [
            sys.executable,
            "-m",
            "snakemake",
            "--cores",
            "2",
            "--quiet",
            "all",
            "--config",
            f"study={TINY}",
        ]
        self.driver = subprocess.Popen(
            command,
            cwd=checkout.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def jobs(self, stage: str) -> list[int]:
        """The processes that run a stage's script; Snakemake runs a copy called `tmp....STAGE.py`."""
        return [pid for pid, words in self._processes() if any(w.endswith(f".{stage}.py") for w in words)]

    def kill(self, victim: str) -> None:
        pids = {"driver": [self.driver.pid], "everything": [pid for pid, _ in self._processes()]}
        for pid in pids[victim] if victim in pids else self.jobs(victim)[:1]:
            with suppress(ProcessLookupError):  # it may have just ended
                os.kill(pid, signal.SIGKILL)

    def wait(self) -> None:
        """Wait for the driver, and for jobs that outlive it."""
        self.driver.wait()
        while self._processes():
            time.sleep(0.05)

    def _processes(self) -> list[tuple[int, list[str]]]:
        """Every process of this run that still runs, with its command line."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it may have just ended
                words = (folder / "cmdline").read_text().split("\0")
                if os.getsid(int(folder.name)) == self.driver.pid and words != [""]:
                    found.append((int(folder.name), words))
        return found


def updates_lost(checkout: Checkout) -> list[int]:
    """For each training that was cut off, the updates it will do again."""
    lost = []
    for partial in checkout.folder.glob("results/tiny/checkpoints/*/*.partial"):
        log = partial / "log.jsonl"
        done = sum('"loss"' in line for line in log.read_text().splitlines()) if log.is_file() else 0
        try:
            with safe_open(partial / "state.safetensors", "np") as state:
                saved = int(state.metadata()["update"])
        except (FileNotFoundError, SafetensorError):
            saved = 0
        lost.append(done - saved)
    return lost


def test_thirty_kills_change_no_byte(finished, tmp_path):
    checkout, chance = Checkout.fresh(tmp_path), random.Random(0)
    interval = max(
        sum('"loss"' in line for line in log.read_text().splitlines())
        for log in finished.folder.glob("results/tiny/checkpoints/*/*/log.jsonl")
    )
    killed = dict.fromkeys(VICTIMS, 0)
    for number in range(KILLS):
        run, victim = Run(checkout), VICTIMS[number % len(VICTIMS)]
        while (
            victim in ("finetune", "embed", "directprobe")
            and not run.jobs(victim)
            and run.driver.poll() is None
        ):
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 6))
        killed[victim] += run.driver.poll() is None
        run.kill(victim)
        run.wait()
        assert all(0 <= lost <= interval for lost in updates_lost(checkout))
        checkout.run("--unlock")
    assert sum(killed.values()) > KILLS // 2
    checkout.run()
    assert results(checkout, *STAGES) == results(finished, *STAGES)
    assert not list(checkout.folder.glob("results/**/*.tmp"))


def test_one_core_and_two_give_the_same_bytes(finished, tmp_path):
    checkout = Checkout.fresh(tmp_path)
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = [
        "taskset",
        "-c",
        "0",
        sys.executable,
        "-m",
        "snakemake",
        "--cores",
        "1",
        "--config",
        f"study={TINY}",
    ]
    subprocess.run(command, cwd=checkout.folder, env=os.environ | one, check=True)
    assert results(checkout, *STAGES) == results(finished, *STAGES)
