"""A run that was killed and started again ends as if nothing had happened."""

import errno
import fcntl
import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from encoder.tiny import build, corpus

from fbert.attempts import STOPPED
from fbert.errors import CorruptFileError, InputError
from fbert.finetune import FinetuneSettings
from fbert.finetune.partial import partial_folder
from fbert.finetune.training import finetune
from finetune.train import SETTINGS

pytestmark = pytest.mark.training
SCRIPT = Path(__file__).with_name("train.py")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return build("bert", tmp_path_factory.mktemp("original"))


@pytest.fixture(scope="module")
def undisturbed(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    run(source, folder)
    return folder


def run(source, folder, settings=SETTINGS):
    finetune(source, corpus(), "DEP", settings, 3, folder / "tuned", "cpu")


def start(source, folder, *settings):
    command = [sys.executable, SCRIPT, source.folder, folder / "tuned", *settings]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def wait_for_updates(process, folder, updates):
    """Wait until the log has so many lines, or the process has ended."""
    log = folder / "tuned.partial" / "log.jsonl"
    while process.poll() is None and not (log.is_file() and log.read_bytes().count(b"\n") >= updates):
        time.sleep(0.002)


def assert_same(found, expected):
    """Compare the bytes of every file."""
    names = {path.relative_to(expected) for path in expected.rglob("*") if path.is_file()}
    assert {path.relative_to(found) for path in found.rglob("*") if path.is_file()} == names
    for name in names:
        assert (found / name).read_bytes() == (expected / name).read_bytes(), name


def test_killed_it_ends_the_same(source, undisturbed, tmp_path):
    process = start(source, tmp_path)
    wait_for_updates(process, tmp_path, 60)
    process.kill()
    process.communicate()
    run(source, tmp_path)
    assert_same(tmp_path, undisturbed)


@pytest.mark.hard
def test_killed_thirty_times_at_any_moment_it_ends_the_same(source, undisturbed, tmp_path):
    random = np.random.default_rng(1)
    for _ in range(30):
        process = start(source, tmp_path)
        wait_for_updates(process, tmp_path, 0)
        time.sleep(random.uniform(0, 1.0))
        process.kill()
        process.communicate()
    run(source, tmp_path)
    assert_same(tmp_path, undisturbed)


def test_sigterm_saves_and_says_so(source, undisturbed, tmp_path):
    process = start(source, tmp_path)
    wait_for_updates(process, tmp_path, 5)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate()
    assert process.returncode == STOPPED
    assert "start again to go on" in said
    done = int(said.split("stopped after update ")[1].split(";")[0])
    log = (tmp_path / "tuned.partial" / "log.jsonl").read_text().splitlines()
    assert done == sum("loss" in line for line in log)
    run(source, tmp_path)
    assert_same(tmp_path, undisturbed)


@pytest.mark.hard
@pytest.mark.parametrize("part", [{"freeze": 1}, {"lora": {"rank": 2, "alpha": 4}}])
def test_killed_where_only_a_part_is_trained_it_ends_the_same(source, tmp_path, part):
    keys = {"epochs": 6, "batch_size": 2, "snapshots": 7} | part
    process = start(source, tmp_path / "killed", json.dumps(keys))
    wait_for_updates(process, tmp_path / "killed", 50)
    process.kill()
    process.communicate()
    assert (tmp_path / "killed/tuned.partial/state.safetensors").is_file()
    for folder in ("killed", "whole"):
        run(source, tmp_path / folder, FinetuneSettings.from_study(keys))
    assert_same(tmp_path / "killed", tmp_path / "whole")


@pytest.fixture(scope="module")
def interrupted_once(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("interrupted")
    process = start(source, folder)
    wait_for_updates(process, folder, 5)
    process.terminate()
    process.communicate()
    return folder


@pytest.fixture
def interrupted(interrupted_once, tmp_path):
    """A folder with the state of a run after 5 updates or more."""
    return shutil.copytree(interrupted_once, tmp_path / "interrupted")


def test_the_state_of_other_settings_is_discarded_aloud(source, undisturbed, interrupted, caplog):
    run(source, interrupted, replace(SETTINGS, learning_rate=1e-5))
    assert "tuned.partial: of other settings or data; training starts anew" in caplog.text
    first, other = (
        (folder / "tuned/model.safetensors").read_bytes() for folder in (undisturbed, interrupted)
    )
    assert first != other
    run(source, interrupted)
    assert_same(interrupted, undisturbed)


def test_the_state_of_another_division_is_discarded_aloud(source, interrupted, caplog):
    """Else test sentences of the one would have been trained on in the other."""
    data = corpus()
    swapped = replace(data, splits={"train": data.splits["test"], "test": data.splits["train"]})
    finetune(source, swapped, "DEP", SETTINGS, 3, interrupted / "tuned", "cpu")
    assert "tuned.partial: of other settings or data; training starts anew" in caplog.text


def test_a_file_system_without_locks_is_warned_of(tmp_path, monkeypatch, caplog):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with partial_folder(tmp_path / "tuned", {}):
        assert "no locks on this file system" in caplog.text


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_a_truncated_state_is_refused_by_name(source, interrupted, share):
    state = interrupted / "tuned.partial" / "state.safetensors"
    state.write_bytes(state.read_bytes()[: int(state.stat().st_size * share)])
    with pytest.raises(
        CorruptFileError, match=r"state\.safetensors: truncated or altered .*delete .*tuned\.partial"
    ):
        run(source, interrupted)


def test_an_altered_state_is_refused_by_name(source, interrupted):
    state = interrupted / "tuned.partial" / "state.safetensors"
    content = bytearray(state.read_bytes())
    content[-3] ^= 1
    state.write_bytes(content)
    with pytest.raises(CorruptFileError, match=r"state\.safetensors: .*its checksum differs"):
        run(source, interrupted)


def test_a_shortened_log_is_refused_by_name(source, interrupted):
    (interrupted / "tuned.partial" / "log.jsonl").write_text("")
    with pytest.raises(
        CorruptFileError, match=r"log\.jsonl: shorter than when it was written; delete .*partial"
    ):
        run(source, interrupted)


def test_two_processes_do_not_train_the_same_run(source, tmp_path):
    with (
        partial_folder(tmp_path / "tuned", {}),
        pytest.raises(InputError, match="another process is training there"),
    ):
        run(source, tmp_path)
