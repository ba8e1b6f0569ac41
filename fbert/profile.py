"""Where the time of a study went, from the records that its jobs left.

    python -m fbert profile results/NAME

sums seconds by rule, encoder and task, and says what no number of cores can shorten: the longest chain of
jobs that wait for one another. A folder may hold what several runs made; then it says what a run of all would
take, not what any of them took.

Example: a study of 100 minutes of processor time whose longest chain is 20 takes 50 minutes on two cores at
best, and 20 on any number; if on two it took 70, the cores were idle for 40 of their 140 minutes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fbert.errors import InputError
from fbert.made import Ledger, Made

_LONGEST = 8


@dataclass(frozen=True)
class Sum:
    """What some jobs took: their number, seconds on the clock and of the processor, and the most memory."""

    jobs: int
    seconds: float
    processor_seconds: float
    memory_mb: float

    @classmethod
    def of(cls, jobs: Sequence[Made]) -> Sum:
        """Add up jobs."""
        return cls(
            len(jobs),
            sum(made.took["seconds"] for made in jobs),
            sum(made.took["processor_seconds"] for made in jobs),
            max((made.took["memory_mb"] for made in jobs), default=0),
        )


class Profile:
    """The jobs of a folder of results."""

    def __init__(self, folder: Path) -> None:
        """Read the records of a folder.

        Raises:
            InputError: it has none, or one that was altered.
        """
        ledger = Ledger([str(folder)])
        if ledger.damaged:
            raise InputError(next(iter(ledger.damaged.values())))
        self.jobs = {key: made for key, made in ledger.records.items() if made.took}
        if not self.jobs:
            raise InputError(f"{folder}: no records of jobs; is it a folder of results, results/NAME?")
        self._ledger = ledger

    def by(self, part: Callable[[Made], str | None]) -> dict[str, Sum]:
        """Add up the jobs of each part, those that took most of the processor first; None belongs to none."""
        groups: dict[str, list[Made]] = defaultdict(list)
        for made in self.jobs.values():
            if (name := part(made)) is not None:
                groups[name].append(made)
        sums = {name: Sum.of(jobs) for name, jobs in groups.items()}
        return dict(sorted(sums.items(), key=lambda item: -item[1].processor_seconds))

    @cached_property
    def chain(self) -> list[Made]:
        """The jobs of the longest chain, each of which waits for the one before, by seconds on the clock."""
        end = max(self.jobs, key=lambda key: self._until[key])
        found = [end]
        while before := [key for key in self._before(found[-1]) if key not in found]:
            found.append(max(before, key=lambda key: self._until[key]))
        return [self.jobs[key] for key in reversed(found)]

    @cached_property
    def _until(self) -> Mapping[tuple[str, Path], float]:
        """For each job, how long after the start it ends where nothing waits for a core."""
        until: dict[tuple[str, Path], float] = {}

        def ends(key: tuple[str, Path]) -> float:
            if key not in until:
                until[key] = 0.0  # for records that name each other, which none of a real run do
                start = max(map(ends, self._before(key)), default=0.0)
                until[key] = start + self.jobs[key].took["seconds"]
            return until[key]

        for key in self.jobs:
            ends(key)
        return until

    def _before(self, key: tuple[str, Path]) -> list[tuple[str, Path]]:
        """Return the jobs whose files a job read."""
        makers = (self._ledger.maker_of(key[0], path) for path in self.jobs[key].inputs)
        return [maker for maker in dict.fromkeys(makers) if maker in self.jobs and maker != key]


def profile(folder: Path) -> Iterator[str]:
    """Yield the lines of the page.

    Args:
        folder: results/NAME, or a copy of it.

    Raises:
        InputError: it has no records, or one that was altered.
    """
    found = Profile(folder)
    jobs = list(found.jobs.values())
    total = Sum.of(jobs)
    yield (
        f"{folder}: {total.jobs} jobs, {_minutes(total.processor_seconds)} of processor time in them, "
        f"at most {total.memory_mb / 1000:.1f} GB of memory in one"
    )
    yield from _table("rule", found.by(lambda made: made.rule), total)
    yield from _table("encoder", found.by(lambda made: made.wildcards.get("encoder")), total)
    yield from _table("task", found.by(_task), total)
    yield ""
    yield "longest jobs"
    for made in sorted(jobs, key=lambda made: -made.took["seconds"])[:_LONGEST]:
        yield f"  {_minutes(made.took['seconds']):>10}  {made.name}"
    yield f"what no number of cores shortens: {_minutes(Sum.of(found.chain).seconds)}"
    for made in found.chain:
        yield f"  {_minutes(made.took['seconds']):>10}  {made.name}"


def _table(name: str, sums: Mapping[str, Sum], total: Sum) -> Iterator[str]:
    """Yield a line for each part; waiting is for the disk, or for a core that something else had."""
    if not sums:
        return
    yield ""
    yield f"{name:<24}{'jobs':>5}{'processor':>12}{'share':>8}{'waiting':>12}{'memory':>10}"
    for value, took in sums.items():
        share = took.processor_seconds / max(total.processor_seconds, 1e-9)
        waiting = _minutes(max(took.seconds - took.processor_seconds, 0.0))
        yield (
            f"{value:<24}{took.jobs:>5}{_minutes(took.processor_seconds):>12}{share:>8.0%}{waiting:>12}"
            f"{took.memory_mb / 1000:>7.1f} GB"
        )


def _task(made: Made) -> str | None:
    """Return the task that a job is about: its own, or that of the state it trains or follows."""
    tuned = made.wildcards.get("tuned")
    return made.wildcards.get("task") or (tuned.rpartition("-seed")[0] if tuned else None)


def _minutes(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"
