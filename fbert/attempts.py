"""A job that is tried again: how its last attempt ended, so that the next does what helps.

On a cluster a job that fails is submitted anew, with more memory and time, since most were killed for want of
either. What failed by its own fault would fail again, three times as large; and one that was stopped so that
others could run needs no more than it had. Both leave a note beside the job's log, good for this run of the
workflow alone: whoever mends the fault starts another.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import format_exception

from fbert.errors import InputError
from fbert.files import write_json

RUN = "FBERT_RUN"
"""The environment variable with a name for this run of the workflow (rules/common.smk)."""
STOPPED = 75
"""Exit status (EX_TEMPFAIL of sysexits.h) of a job that was told to stop, and goes on from what it saved."""
_LIMIT = 0.9  # of the time that was asked for: who is told to stop later has run out of it
# What another attempt, with more memory or on another machine, may get past.
_PASSING = (MemoryError, OSError)


@contextmanager
def attempt(log: str, seconds_left: float) -> Iterator[None]:
    """Do the work of a job, unless it is known to fail, and note how it ended if it did not succeed.

    Args:
        log: the job's log.
        seconds_left: how long it may run.

    Raises:
        InputError: an attempt in this run of the workflow has failed by its own fault; the message is that
            one's.
    """
    note = _note(log)
    known = _known(note)
    if "fault" in known:
        print(known["traceback"], file=sys.stderr)  # of which the log has just been cleared
        raise InputError(known["fault"])
    begin = time.monotonic()
    try:
        yield
    except SystemExit as stopped:
        if stopped.code == STOPPED and time.monotonic() - begin < _LIMIT * seconds_left:
            _write(note, {"preemptions": preemptions(log) + 1})
        raise
    except _PASSING:
        raise
    except Exception as error:
        if "OutOfMemory" not in type(error).__name__:  # torch has a kind of its own for that of a GPU
            _write(note, {"fault": _said(error), "traceback": "".join(format_exception(error))})
        raise
    note.unlink(missing_ok=True)


def preemptions(log: str) -> int:
    """Return how often a job was told to stop before its time was up, in this run of the workflow."""
    return int(_known(_note(log)).get("preemptions", 0))


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"


def _note(log: str) -> Path:
    return Path(f"{log}.attempt")


def _known(note: Path) -> dict[str, str]:
    """Return what this run of the workflow has noted; nothing of another run, or where none is named."""
    run = os.environ.get(RUN)
    try:
        content: dict[str, str] = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if run and content.get("run") == run else {}


def _write(note: Path, content: dict[str, object]) -> None:
    if run := os.environ.get(RUN):
        write_json(note, content | {"run": run})
