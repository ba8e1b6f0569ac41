"""What stands on the screen: stages, time left, and why a job failed."""

import logging
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from fbert.closing import closing_words
from fbert.console import STAGES, LogHandler, Progress, last_words
from fbert.files import write_json
from fbert.paths import Results

ROOT = Path(__file__).parents[1]


def test_every_rule_belongs_to_a_stage():
    text = "".join(path.read_text() for path in (ROOT / "rules").glob("*.smk"))
    rules = set(re.findall(r"^rule (\w+):", text, flags=re.MULTILINE)) - {"help"}
    assert rules == {rule for stage in STAGES.values() for rule in stage}


def test_a_stage_has_its_line_once_its_last_job_is_through():
    progress = Progress.of({"probe": 2, "finetune": 1, "all": 1, "total": 4}, now=100)
    progress.start(1, "finetune", 100)
    assert progress.status(101) == "fine-tuning 0 of 1"
    assert progress.finish(1, 163).split() == ["1:03", "fine-tuning", "1"]
    progress.start(2, "probe", 163)
    progress.start(3, "probe", 163)
    assert progress.finish(2, 173) is None
    assert progress.finish(3, 173).split() == ["1:13", "probes", "2"]
    assert progress.finish(4, 180) is None  # of no stage


def test_the_time_left_is_that_of_jobs_like_those_so_far():
    progress = Progress.of({"probe": 10}, now=0)
    for job in range(2):  # side by side, ten seconds each
        progress.start(job, "probe", 0)
    assert progress.seconds_left(5) is None
    for job in range(2):
        progress.finish(job, 10)
    assert progress.seconds_left(10) == pytest.approx(40)
    progress.start(2, "probe", 10)
    assert progress.status(10).endswith("about 40 s left")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a warning\nError: data/x.csv:3: found nothing\nlast\n", "data/x.csv:3: found nothing"),
        ("Traceback\n  ...\nKeyError: 'x'\n\n", "KeyError: 'x'"),
        ("", "it said nothing"),
    ],
)
def test_the_last_words_of_a_job_are_its_own_error(tmp_path, text, said):
    (tmp_path / "log").write_text(text)
    assert last_words(tmp_path / "log") == said


def handler(capsys, **changes):
    settings = {"stdout": False, "nocolor": True, "quiet": None, "verbose": False, "debug_dag": False}
    settings |= {"dryrun": False, "show_failed_logs": True, "printshellcmds": False}
    return LogHandler(SimpleNamespace(**(settings | changes)), None)


def record(text, level=logging.INFO, **extra):
    made = logging.LogRecord("snakemake", level, "", 0, text, None, None)
    vars(made).update(extra)
    return made


def test_a_failure_is_said_once_with_its_reason_and_its_log(tmp_path, capsys):
    log = tmp_path / "probe.log"
    log.write_text("Error: no such column\n")
    shown = handler(capsys)
    failed = {
        "event": LogEvent.JOB_ERROR,
        "rule_name": "probe",
        "rule_msg": None,
        "jobid": 3,
        "log": [str(log)],
    }
    shown.emit(record("", logging.ERROR, **failed))
    shown.emit(record("", logging.ERROR, **failed))
    assert capsys.readouterr().err == f"probe failed: no such column\n  its log: {log}\n"


def test_chatter_is_left_to_the_log_and_what_is_unknown_is_shown(capsys):
    shown = handler(capsys)
    for text in ("Building DAG of jobs...", "Select jobs to execute...", "changed for probe: code"):
        shown.emit(record(text))
    shown.emit(record("No rule to produce tabel7 (if you", logging.ERROR, event=LogEvent.ERROR))
    said = capsys.readouterr().err
    assert "changed for probe" in said
    assert "Building" not in said
    assert "did you mean 'table7'?" in said


@pytest.mark.parametrize("how", ["dryrun", "verbose"])
def test_a_dry_run_and_whoever_asks_for_more_gets_what_snakemake_says(capsys, how):
    handler(capsys, **{how: True}).emit(record("Building DAG of jobs..."))
    assert "Building DAG" in capsys.readouterr().err


def test_of_results_that_an_earlier_run_left_nothing_is_said(tmp_path):
    results = Results(str(tmp_path))
    found = {"name": "F1", "title": "Sets drift", "verdict": "mixed", "said": "mixed in this run"}
    content = {"findings": [found], "synthetic": True}
    write_json(results.findings(), content)
    headings = ["Encoder", "Task", "Accuracy", "Widths"]
    write_json(
        results.table("table7", "json"), {"headings": headings, "rows": [["a", "POS", "90.0", "32"]] * 7}
    )
    assert closing_words(results, []) == ""
    said = closing_words(results, [results.findings(), results.table("table7", "json"), results.report])
    assert said.splitlines() == [
        "  F1         Sets drift: mixed in this run",
        "  (Synthetic text: shows that the tool works, says nothing about a language.)",
        "",
        "  Encoder  Task  Accuracy",
        *["  a        POS   90.0"] * 5,
        f"  ... and 2 rows more in Table 7, {results.table('table7', 'md')}",
        f"Open {results.report} in a browser.",
    ]
