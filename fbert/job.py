"""The frame of a workflow job: its log, the check of what it reads, and the record of what it made."""

from __future__ import annotations

import math
import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any

from fbert.attempts import attempt
from fbert.environment import environment
from fbert.errors import InputError
from fbert.made import Job, Ledger, Made, check_inputs, installed, read_from, resolved, signature, sums_of
from fbert.paths import DOWNLOADS
from fbert.warm import hand_over

CHANGED = "changed"
"""The name of the input by which a rule tells Snakemake that something has changed; no job reads it."""
# The system counts in kilobytes, that of Apple in bytes.
_RSS_PER_MB = 2**20 if sys.platform == "darwin" else 2**10


@contextmanager
def job(snakemake: Any, alone: bool = False) -> Iterator[None]:
    """Run the work of a script as a job.

    The work is done in a fork of the workflow's warm process if there is one (`fbert.warm`); so a script
    imports within the block what it needs. Its output goes to its log. Its input files must be what the jobs
    that made them wrote. When it is done, it leaves the record of what was made from what; while it runs
    there is none, so that a job that is killed has made nothing.

    Args:
        snakemake: what Snakemake gives a script; its `params.job` has the fields of a `Job`.
        alone: in this process, whatever there is, since libraries must find another environment when they are
            imported.
    """
    if not alone:
        hand_over(snakemake.rule)
    begin = time.monotonic()
    with logged(snakemake.log[0]), attempt(snakemake.log[0], _seconds(snakemake)):
        todo = Job(**snakemake.params.job)
        todo.record.unlink(missing_ok=True)
        mark = snakemake.input.get(CHANGED)
        read = [path for path in snakemake.input if path != mark] + _packaged_files(todo.settings)
        sums = sums_of(todo.root, read)
        check_inputs(todo.root, sums, Ledger([todo.root, DOWNLOADS]))
        yield
        written = sums_of(todo.root, snakemake.output)
        _made(todo, sums, written, took(begin)).write(todo.record)


@contextmanager
def logged(log: str) -> Iterator[None]:
    """Send all output of this process, libraries included, to the file `log`.

    An InputError ends the process with status 1 and its message as the log's last line; if the log cannot
    take it, as on a full disk, it goes to where errors went before.
    """
    outside = os.dup(sys.stderr.fileno())
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(stream, sys.stdout.fileno())
    os.dup2(stream, sys.stderr.fileno())
    try:
        yield
    except InputError as error:
        _tell(f"Error: {error}\n".encode(), stream, outside)
        sys.exit(1)


def took(begin: float) -> dict[str, float]:
    """Return seconds since `begin`, processor seconds and most megabytes of this process and its children."""
    us = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "seconds": round(time.monotonic() - begin, 2),
        "processor_seconds": round(sum(usage.ru_utime + usage.ru_stime for usage in us), 2),
        "memory_mb": round(max(usage.ru_maxrss for usage in us) / _RSS_PER_MB),
    }


def _seconds(snakemake: Any) -> float:
    """Return how long a job may run, which is for ever where its rule does not say."""
    return 60.0 * float(snakemake.resources.get("runtime", math.inf))


def _packaged_files(settings: Mapping[str, Any]) -> list[str]:
    """Return the files of installed packages from which a job reads its encoder.

    They are no inputs of its rule, since a package need not be installed where the workflow is planned. One
    that is not installed here either is for the work itself to complain of.
    """
    states = settings.get("states", {})
    sources = [settings.get("source", {}), settings.get("given", {})]
    sources += states.values() if isinstance(states, Mapping) else []
    folders: list[str] = []
    for source in sources:
        with suppress(ImportError):  # of a parent, for a name with dots
            spec = find_spec(source["package"]) if "package" in source else None
            folders += (spec.submodule_search_locations or []) if spec else []
    return read_from(f"{folder}/model" for folder in dict.fromkeys(folders))


def _made(todo: Job, sums: dict[str, str], written: dict[str, str], cost: dict[str, float]) -> Made:
    """Return the record of a job that was done."""
    return Made(
        rule=todo.rule,
        wildcards=todo.wildcards,
        settings=todo.settings,
        code=todo.code,
        versions={name: here for name in todo.versions if (here := installed(name)) is not None},
        inputs=sums,
        outputs=written,
        seen={path: signature(resolved(path)) for path in sums if not path.startswith("./")},
        by=environment(),
        took=cost,
    )


def _tell(message: bytes, log: int, otherwise: int) -> None:
    """Write a message to a log; if that is not possible, elsewhere."""
    try:
        os.write(log, message)
    except OSError:
        os.write(otherwise, message)
