"""What a person sees while a study runs: a line for each stage, and why a job failed.

Snakemake says sixteen lines for each of some hundred jobs. All of that goes to the log that it names at the
end; on the screen stands a line for each stage once it is through, and below them, on a terminal, what is
under way and about how long it will take:

         0:04  corpora                 8
         0:31  fine-tuning             5
    embedding 3 of 9, probes 0 of 10 ... about 2 min left

A dry run, and whoever asks for more or less (`--verbose`, `--quiet`, a `--logger`), gets what Snakemake says.
The workflow asks for this itself (`rules/common.smk`). A profile with the name of a plugin could be read only
where the plugin is installed.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from logging import WARNING, Logger, LogRecord
from pathlib import Path
from typing import Any, TextIO

from snakemake.logging import ColorizingTextHandler, DefaultFilter, DefaultFormatter
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from fbert.errors import nearest
from fbert.products import PRODUCTS

STAGES: Mapping[str, tuple[str, ...]] = {
    "corpora": ("fetch_corpus_file", "fetch_dataset", "write_generated_corpus", "prepare_task"),
    "encoders": ("fetch_encoder", "describe_encoder"),
    "fine-tuning": ("finetune",),
    "embedding": ("embed",),
    "probes": ("probe", "learning_curves"),
    "DirectProbe": ("directprobe", "dynamics", "follow_states"),
    "other measures": ("measures",),
    "tables and figures": ("health", "make_table", "figure_data", "draw_figure", "findings"),
    "report": ("movement_view", "provenance", "report"),
}
"""The rules of each stage, in the order of the flow of data."""
_STAGE = {rule: stage for stage, rules in STAGES.items() for rule in rules}
# What Snakemake says of itself, by how it begins; what is not known to be such is shown.
_CHATTER = (
    "Assuming unrestricted",
    "Building DAG",
    "Using shell",
    "Conda environments",
    "Singularity containers",
    "Group jobs",
    "Select jobs",
    "Execute ",
    "host: ",
    "Removing temporary",
    "Finished jobid",
    "Elapsed time",
    "Shutting down",
)
_OF_SNAKEMAKE = "DefaultStreamHandler"
_CLEARED = "\r\x1b[K"


def show_stages(logger: Logger, settings: Any) -> None:
    """Show a run as said above, in place of what Snakemake writes to the screen by itself.

    Args:
        logger: of Snakemake.
        settings: how Snakemake was asked to show its output.
    """
    for handler in [handler for handler in logger.handlers if handler.name == _OF_SNAKEMAKE]:
        logger.removeHandler(handler)
        logger.addHandler(LogHandler(settings, None))


@dataclass
class Stage:
    """A stage of a run: its jobs, and the seconds that those that are through took together."""

    jobs: int = 0
    done: int = 0
    seconds: float = 0.0


@dataclass
class Progress:
    """What of a run is through; times are seconds of any clock.

    Attributes:
        begin: when the run began.
        stages: by name, those that have jobs.
        running: for each job under way, its stage and when it began.
    """

    begin: float
    stages: dict[str, Stage] = field(default_factory=dict)
    running: dict[int, tuple[str, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, jobs: Mapping[str, int], now: float) -> Progress:
        """Begin a run with so many jobs of each rule; what is no stage's (`all`, `total`) is left out."""
        progress = cls(now)
        for stage, rules in STAGES.items():
            if count := sum(jobs.get(rule, 0) for rule in rules):
                progress.stages[stage] = Stage(count)
        return progress

    def start(self, job: int, rule: str, now: float) -> None:
        """Note that a job has begun."""
        if (stage := _STAGE.get(rule)) in self.stages:
            self.running[job] = str(stage), now

    def finish(self, job: int, now: float) -> str | None:
        """Note that a job is through; return its stage's line if that was its last."""
        if job not in self.running:
            return None
        name, begin = self.running.pop(job)
        stage = self.stages[name]
        stage.done += 1
        stage.seconds += now - begin
        if stage.done < stage.jobs:
            return None
        return f"  {_clock(now - self.begin):>7}  {name:<20}{stage.jobs:>5}"

    def status(self, now: float) -> str:
        """Say what is under way and about how long the rest will take."""
        names = dict.fromkeys(name for name, _ in self.running.values())
        shown = ", ".join(f"{name} {self.stages[name].done} of {self.stages[name].jobs}" for name in names)
        left = self.seconds_left(now)
        return shown if left is None else f"{shown} ... about {_in_words(left)} left"

    def seconds_left(self, now: float) -> float | None:
        """Estimate how long the rest will take, None as long as nothing is through.

        A job takes as long as the mean of its stage so far, or of all stages where there is none yet, and as
        many run side by side as so far.
        """
        done = [stage for stage in self.stages.values() if stage.done]
        elapsed = now - self.begin
        if not done or elapsed <= 0:
            return None
        spent = sum(stage.seconds for stage in done)
        under_way = sum(now - begin for _, begin in self.running.values())
        mean = spent / sum(stage.done for stage in done)
        rest = sum(
            (stage.jobs - stage.done) * (stage.seconds / stage.done if stage.done else mean)
            for stage in self.stages.values()
        )
        return max(rest - under_way, 0.0) * elapsed / max(spent + under_way, elapsed)


class LogHandler(LogHandlerBase):
    """Shows a run on the screen; Snakemake hands it every record of its log."""

    def __post_init__(self) -> None:
        """Begin without a run."""
        settings = self.common_settings
        self._stream: TextIO = sys.stdout if settings.stdout else sys.stderr
        self._progress: Progress | None = None
        self._failed: set[str] = set()
        quiet, verbose = set(settings.quiet or ()), settings.verbose
        self._plain = ColorizingTextHandler(
            nocolor=settings.nocolor,
            stream=self._stream,
            formatter=DefaultFormatter(quiet, settings.show_failed_logs),
            filter=DefaultFilter(
                quiet, settings.debug_dag, verbose, settings.dryrun, settings.printshellcmds
            ),
        )
        self._as_ever = bool(settings.dryrun or verbose or quiet or settings.debug_dag)

    writes_to_stream = True
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False

    def emit(self, record: LogRecord) -> None:
        """Show a record, count it, or leave it to the log."""
        event = getattr(record, "event", None)
        if self._as_ever:
            self._plain.handle(record)
        elif event == LogEvent.RUN_INFO and self._progress is None:
            self._begin(record)
        elif event == LogEvent.JOB_INFO:
            self._start(record)
        elif event == LogEvent.JOB_FINISHED:
            self._finish(record)
        elif event == LogEvent.JOB_ERROR:
            self._fail(record)
        elif event in (None, LogEvent.ERROR, LogEvent.GROUP_ERROR) and not self._is_chatter(record):
            self._clear()
            self._plain.handle(record)
            self._say(_nearest_target(str(record.msg)))

    def _is_chatter(self, record: LogRecord) -> bool:
        text = str(record.msg or "").lstrip()
        return record.levelno < WARNING and (not text or text.startswith(_CHATTER))

    def _begin(self, record: Any) -> None:
        self._progress = Progress.of(record.stats, time.monotonic())
        self._say([f"{sum(stage.jobs for stage in self._progress.stages.values())} jobs"])

    def _start(self, record: Any) -> None:
        if self._progress is not None:
            self._progress.start(record.jobid, record.rule_name, time.monotonic())
            self._show_status()

    def _finish(self, record: Any) -> None:
        if self._progress is not None:
            line = self._progress.finish(record.job_id, time.monotonic())
            self._say([line] if line else [])
            self._show_status()

    def _fail(self, record: Any) -> None:
        """Say what a job said last; Snakemake reports some failures twice."""
        logs = [path for path in record.log if Path(path).is_file()]
        if self._progress is not None:
            self._progress.running.pop(record.jobid, None)
        said = [f"{record.rule_name} failed: {last_words(Path(path))}\n  its log: {path}" for path in logs]
        if not said:
            said = [f"{record.rule_name} failed: {record.rule_msg or 'it left no log'}"]
        self._say([line for line in said if line not in self._failed])
        self._failed.update(said)

    def _say(self, lines: list[str]) -> None:
        if lines:
            self._clear()
            self._stream.write("".join(line + "\n" for line in lines))
            self._stream.flush()

    def _show_status(self) -> None:
        if self._stream.isatty() and self._progress is not None:
            self._stream.write(_CLEARED + self._progress.status(time.monotonic())[:100])
            self._stream.flush()

    def _clear(self) -> None:
        if self._stream.isatty():
            self._stream.write(_CLEARED)


def last_words(log: Path) -> str:
    """Return why a job says it failed: its own error, or the last line of its log."""
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    own = [line for line in lines if line.startswith("Error: ")]
    return (own or lines or ["it said nothing"])[-1].removeprefix("Error: ")


def _nearest_target(message: str) -> list[str]:
    """Return which target was meant by one that Snakemake knows no rule for."""
    unknown = re.search(r"No rule to produce (\S+)", message)
    if unknown is None or "/" in unknown[1]:
        return []
    return [f"{nearest(unknown[1], list(PRODUCTS))} (`snakemake --cores 1 help` lists what can be made)"]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def _in_words(seconds: float) -> str:
    if seconds < 90:
        return f"{max(10, 10 * round(seconds / 10))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
