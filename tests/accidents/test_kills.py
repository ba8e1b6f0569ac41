"""`kill -9` at random moments, and whatever the machine's number of cores: the results are the same bytes."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from checkout import TINY, Checkout, results
from safetensors import SafetensorError, safe_open

KILLS, SERIES = 30, 6
EPOCHS = 4
# What is killed: all processes at once as in a power cut, the driver alone, one job of a stage, or a job
# while its store is half written.
STORE_WRITE = "store write"
VICTIMS = ["everything", "finetune", "driver", "embed", STORE_WRITE, "directprobe"]


class Run:
    """One run of a study in a process group of its own."""

    def __init__(self, checkout: Checkout, study: Path, chance: random.Random, patience: float):
        self.chance, self.patience = chance, patience
        command = [
            sys.executable,
            "-m",
            "snakemake",
            "--cores",
            "2",
            "--quiet",
            "all",
            "--config",
            f"study={study}",
        ]
        self.folder = checkout.folder
        self.said = checkout.folder / "said.txt"
        with open(self.said, "w") as stream:
            self.driver = subprocess.Popen(
                command, cwd=checkout.folder, stdout=stream, stderr=stream, start_new_session=True
            )

    def jobs(self, stage: str) -> list[int]:
        """The processes that run a stage's script; Snakemake runs a copy called `tmp....STAGE.py`."""
        return [pid for pid, words in self._processes() if any(w.endswith(f".{stage}.py") for w in words)]

    def writers(self) -> list[int]:
        """The processes that have a store half written; its temporary name has their number."""
        unfinished = self.folder.glob("results/tiny/embeddings/**/.*.h5.*.tmp")
        numbers = {int(path.name.split(".")[-2]) for path in unfinished}
        return [pid for pid, _ in self._processes() if pid in numbers]

    def killed(self, victim: str) -> bool:
        """Kill a victim at a random moment and wait for the end; False if the study was complete before."""
        while self.driver.poll() is None:
            pids = self._chosen(victim)
            for pid in pids:
                with suppress(ProcessLookupError):  # it may have just ended
                    os.kill(pid, signal.SIGKILL)
            if pids:
                self.wait()
                return True
        assert self.driver.returncode == 0, self.said.read_text()
        return False

    def _chosen(self, victim: str) -> list[int]:
        """Wait for a random time, and return the processes to kill; none if they have ended by then."""
        if victim in ("driver", "everything"):
            time.sleep(self.chance.uniform(0, 3 * self.patience))
            everything = [pid for pid, _ in self._processes()]
            return [pid for pid in everything if victim == "everything" or pid == self.driver.pid]
        if victim == STORE_WRITE:
            while self.driver.poll() is None and not self.writers():
                time.sleep(0.01)
            return self.writers()[:1]
        while self.driver.poll() is None and not self.jobs(victim):
            time.sleep(0.05)
        time.sleep(self.chance.uniform(0, self.patience))
        return self.jobs(victim)[:1]

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


def updates_lost(checkout: Checkout) -> dict[str, int]:
    """For each training that was cut off, by the name of its folder, the updates it will do again."""
    lost = {}
    for partial in checkout.folder.glob("results/tiny/checkpoints/*/*.partial"):
        log = partial / "log.jsonl"
        done = log.read_text().count('"loss"') if log.is_file() else 0
        try:
            with safe_open(partial / "state.safetensors", "np") as state:
                saved = int(state.metadata()["update"])
        except (FileNotFoundError, SafetensorError):
            saved = 0
        lost[partial.stem] = done - saved
    return lost


def updates_of_an_epoch(checkout: Checkout) -> dict[str, int]:
    """For each training that ended, the updates from one saved state to the next."""
    logs = checkout.folder.glob("results/tiny/checkpoints/*/*/log.jsonl")
    return {log.parent.name: log.read_text().partition("test_accuracy")[0].count('"loss"') for log in logs}


@pytest.fixture(scope="module")
def longer(tmp_path_factory) -> Path:
    """One task of the tiny study, through every stage, with epochs enough to be killed in mid-training."""
    study = yaml.safe_load(TINY.read_text())
    study |= {
        "corpora": {"treebank": study["corpora"]["treebank"]},
        "tasks": {"POS": study["tasks"]["POS"]},
        "finetuning": {"epochs": EPOCHS},
        "produce": ["table7", "figure4", "memorisation"],
    }
    path = tmp_path_factory.mktemp("study") / "tiny.yaml"
    path.write_text(yaml.safe_dump(study))
    return path


@pytest.fixture(scope="module")
def undisturbed(longer, tmp_path_factory) -> Checkout:
    """A checkout in which the study ran on two cores, without accidents."""
    checkout = Checkout.fresh(tmp_path_factory.mktemp("undisturbed"))
    checkout.run(study=longer)
    return checkout


def kill(
    checkout: Checkout, study: Path, whole: Checkout, victims: list[str], patience: float, begin
) -> None:
    """Kill each victim in turn, start again after each, and compare what is there at the end.

    Args:
        checkout: where the study runs.
        study: what runs.
        whole: a checkout in which it ran without accidents.
        victims: in this order.
        patience: how many seconds a job may have run when it is killed; Snakemake, three times as many.
        begin: takes away what is to be made; called again if the study ended before a victim began.
    """
    chance, interval = random.Random(0), updates_of_an_epoch(whole)
    begin()
    while victims:
        if Run(checkout, study, chance, patience).killed(victims[0]):
            victims = victims[1:]
            assert all(0 <= lost <= interval[name] for name, lost in updates_lost(checkout).items())
            checkout.run("--unlock", study=study)
        else:
            assert_undisturbed(checkout, whole)
            begin()
    checkout.run(study=study)
    assert_undisturbed(checkout, whole)


def assert_undisturbed(checkout: Checkout, whole: Checkout) -> None:
    assert results(checkout) == results(whole)
    assert not list(checkout.folder.glob("results/**/*.tmp"))


def test_a_kill_of_each_kind_changes_no_byte(finished, tmp_path):
    """While one task of the finished study is tuned, embedded and clustered anew."""
    checkout = finished.copied_to(tmp_path / "copy")
    root = checkout.folder / "results/tiny"

    def take_away():
        shutil.rmtree(root / "checkpoints/demo/PS-fxn-seed0")
        (root / "tables/table7.csv").unlink()
        for stage in ("embeddings", "directprobe"):
            for file in root.glob(f"{stage}/demo/PS-fxn-seed0/*"):
                file.unlink()

    # A store is written by what embeds, so one of the two will do.
    victims = [victim for victim in VICTIMS if victim != "embed"]
    kill(checkout, TINY, finished, victims, 2, take_away)


@pytest.mark.hard
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("series", range(SERIES))
def test_thirty_kills_change_no_byte(longer, undisturbed, checkout, series):
    """Five kills to a series, each victim five times in all."""
    victims = (VICTIMS * (KILLS // len(VICTIMS)))[series * KILLS // SERIES :][: KILLS // SERIES]
    root = checkout.folder / "results/tiny"
    kill(checkout, longer, undisturbed, victims, 5, lambda: shutil.rmtree(root, ignore_errors=True))


@pytest.mark.hard
@pytest.mark.timeout(3600)
def test_one_core_and_two_give_the_same_bytes(longer, undisturbed, checkout):
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    run_on_one = ["taskset", "-c", "0", sys.executable, "-m", "snakemake", "--cores", "1"]
    command = [*run_on_one, "--config", f"study={longer}"]
    subprocess.run(command, cwd=checkout.folder, env=os.environ | one, check=True)
    assert_undisturbed(checkout, undisturbed)
