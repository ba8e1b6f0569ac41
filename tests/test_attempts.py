"""A job that is tried again in one run of the workflow, and in another."""

import os
import time

import pytest

from fbert.attempts import RUN, STOPPED, attempt, preemptions
from fbert.errors import InputError


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setenv(RUN, "first")
    return str(tmp_path / "job.log")


def fail(log, error, seconds=60.0):
    with pytest.raises(type(error)), attempt(log, seconds):
        raise error


def test_its_own_fault_is_not_tried_again_in_the_same_run(log, monkeypatch, capsys):
    fail(log, InputError("data.csv, line 3: no label"))
    with pytest.raises(InputError, match=r"data\.csv, line 3: no label"), attempt(log, 60):
        pytest.fail("it was begun")
    monkeypatch.setenv(RUN, "second")  # somebody has mended it
    with attempt(log, 60):
        pass
    monkeypatch.setenv(RUN, "first")
    with attempt(log, 60):
        pass


def test_a_bug_keeps_its_traceback(log, capsys):
    fail(log, KeyError("weights"))
    with pytest.raises(InputError, match="KeyError: 'weights'"), attempt(log, 60):
        pytest.fail("it was begun")
    assert "Traceback" in capsys.readouterr().err


class OutOfMemoryError(RuntimeError):
    """As torch has it for a GPU."""


@pytest.mark.parametrize("error", [MemoryError(), OSError(5, "Input/output error"), OutOfMemoryError()])
def test_what_more_memory_or_another_machine_may_mend_is_tried_again(log, error):
    fail(log, error)
    with attempt(log, 60):
        pass


def test_only_what_was_stopped_before_its_time_counts_as_preempted(log):
    fail(log, SystemExit(STOPPED))
    fail(log, SystemExit(STOPPED))
    assert preemptions(log) == 2
    fail(log, SystemExit(1))
    assert preemptions(log) == 2
    with pytest.raises(SystemExit), attempt(log, 0.01):
        time.sleep(0.02)
        raise SystemExit(STOPPED)
    assert preemptions(log) == 2
    with attempt(log, 60):
        pass
    assert preemptions(log) == 0
    assert not list(os.scandir(os.path.dirname(log)))


def test_without_a_run_nothing_is_noted(log, monkeypatch):
    monkeypatch.delenv(RUN)
    fail(log, ValueError("x"))
    with attempt(log, 60):
        pass
    assert preemptions(log) == 0
