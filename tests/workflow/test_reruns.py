"""What reruns after an edit: real edits in the finished tiny study, and exactly the rules that follow.

The plan is asked for in Python (`fbert.plan`); that Snakemake plans the same is tested for a few edits of
each kind.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from checkout import TINY, Checkout

ASKED = """
import json, sys
from collections import Counter
from pathlib import Path
from fbert.plan import Plan
from fbert.study import load_study

plan = Plan(load_study(sys.argv[1], Path("studies")), Path("scripts"), versions_count=sys.argv[2] == "yes")
stale = (made for key, made in plan.ledger.records.items() if plan.ledger.changes_of(key))
print(json.dumps(Counter(made.rule for made in stale)))
"""
SHOWN = {"make_table": 9, "findings": 1}
AFTER_FIGURES = {"figure_data": 3, "draw_figure": 3, "findings": 1, "make_table": 7}
# What follows when every vector is another: all but examples, descriptions, and the table of those.
AFTER_STORES = {
    "probe": 7,
    "directprobe": 7,
    "measures": 6,
    "learning_curves": 1,
    "health": 1,
    "make_table": 8,
    "findings": 1,
}
AFTER_STORES |= {"figure_data": 1, "draw_figure": 1}
ALL_VECTORS = AFTER_STORES | {"embed": 7, "dynamics": 1, "figure_data": 2, "draw_figure": 2}


def stale(checkout: Checkout, study: str | Path = TINY, versions: str = "yes", **environment) -> dict:
    """Ask which records are out of date, in a process that has read the code as it is now."""
    command = [sys.executable, "-c", ASKED, str(study), versions]
    environment = os.environ | {"PYTHONPATH": str(checkout.folder)} | environment
    done = subprocess.run(
        command, cwd=checkout.folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {rule: n for rule, n in json.loads(done.stdout).items() if rule != "provenance"}


def changed(checkout: Checkout, path: str, old: str, new: str) -> dict:
    file = checkout.folder / path
    before = file.read_text()
    assert old in before, f"{path} has no {old!r}"
    file.write_text(before.replace(old, new, 1))
    try:
        return stale(checkout)
    finally:
        file.write_text(before)


def test_nothing_is_stale_once_all_is_done(finished):
    assert stale(finished) == {}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("fbert/corpora/tree.py", "a word cannot be its own head", "no word is its own head"),
        ("fbert/corpora/readers.py", "is the path right?", "is it there?"),
        ("fbert/__init__.py", '__version__ = "', '__version__ = "1'),
        ("fbert/prepared.py", '"""', '"""In other words: '),
        ("scripts/finetune.py", '"""', '"""In other words: '),
        ("fbert/store/__init__.py", "Vectors on disk", "Vectors in a file"),
        (
            "fbert/store/read.py",
            "task: str, layer: int) -> Labelled",
            "task: 'str', layer: 'int') -> 'Labelled'",
        ),
        ("fbert/analysis/dynamics.py", '"update %d: done"', '"update %d: measured"'),
        ("fbert/job.py", "0o644", "0o600"),
        ("fbert/errors.py", "cutoff=0.5", "cutoff=0.6"),
        ("fbert/study/schema.yaml", "Passes over the training set.", "How often it is seen."),
        ("fbert/corpora/__init__.py", "__all__", "__version__ = 1\n__all__"),
    ],
    ids=lambda value: value if "/" in value else "",
)
def test_words_are_no_reason_to_compute_again(finished, path, old, new):
    assert changed(finished, path, old, new) == {}


EDITS = [
    ("fbert/products.py", "What DirectProbe does", "What DirectProbe did", {"draw_figure": 1}),
    ("fbert/products.py", '"Encoders"', '"All encoders"', {"make_table": 1}),
    ("fbert/words.py", "shows that the tool works", "shows a tool at work", SHOWN | {"draw_figure": 3}),
    ("fbert/tables/render.py", "_DECIMALS = 2", "_DECIMALS = 3", {"make_table": 9}),
    ("fbert/measures/convexity.py", "NEIGHBOURS = 10", "NEIGHBOURS = 9", {"measures": 6, "make_table": 2}),
    ("fbert/findings/rule.py", "> self.tested / 2", "> self.tested / 3", {"findings": 1}),
    ("fbert/findings/bootstrap.py", "DRAWS = 2000", "DRAWS = 1000", {"findings": 1, "make_table": 9}),
    ("fbert/figures/similarity/draw.py", "markersize=2", "markersize=3", {"draw_figure": 1}),
    ("fbert/figures/style.py", "SMALL, NORMAL = 6.5", "SMALL, NORMAL = 6.0", {"draw_figure": 3}),
    (
        "fbert/figures/similarity/rows.py",
        "0, position]",
        "1, position]",
        {"figure_data": 1, "draw_figure": 1},
    ),
    (
        "fbert/directprobe/solver/kernel.py",
        "import numpy as np",
        "import numpy as np\nANSWER = 42",
        {"directprobe": 7, "dynamics": 1, "figure_data": 2, "draw_figure": 2, "make_table": 7, "findings": 1},
    ),
    (
        "fbert/probe/search.py",
        "1 / 6",
        "1 / 5",
        {"probe": 7, "make_table": 6, "findings": 1},
    ),
    (
        "fbert/probe/training.py",
        "import torch",
        "import torch\nANSWER = 42",
        {
            "probe": 7,
            "learning_curves": 1,
            "figure_data": 1,
            "draw_figure": 1,
            "make_table": 6,
            "findings": 1,
        },
    ),
    (
        "fbert/store/embed.py",
        "BLOCK, BLOCK_MB = 200, 256",
        "BLOCK, BLOCK_MB = 200, 256\nANSWER = 42",
        ALL_VECTORS,
    ),
    (
        "fbert/health/examples.py",
        "if len(labels) > 1",
        "if len(labels) > 2",
        {"health": 1, "make_table": 1, "findings": 1},
    ),
    ("fbert/advice.py", "UNKNOWN_SHARE = 1.0", "UNKNOWN_SHARE = 2.0", {"findings": 1}),
    ("fbert/published/representations.csv", "bert-tiny", "bert-Tiny", SHOWN),
    (
        "fbert/finetune/plan.py",
        "BUCKET = 50",
        "BUCKET = 51",
        {"finetune": 3, "embed": 4, "probe": 4, "directprobe": 4, "measures": 3, "learning_curves": 1}
        | {"dynamics": 1, "figure_data": 2, "draw_figure": 2, "make_table": 7, "findings": 1},
    ),
    (
        "fbert/corpora/generated/lexicon.yaml",
        "will may can",
        "will may shall",
        ALL_VECTORS | {"write_generated_corpus": 1, "prepare_task": 3, "finetune": 3, "make_table": 8},
    ),
    (
        "fbert/encoder/tokens.py",
        "NO_WORD = -1",
        "NO_WORD = -2",
        ALL_VECTORS | {"describe_encoder": 1, "finetune": 3, "make_table": 9},
    ),
]


@pytest.mark.parametrize(("path", "old", "new", "expected"), EDITS, ids=[edit[0] for edit in EDITS])
def test_an_edit_reruns_what_stands_on_it(finished, path, old, new, expected):
    assert changed(finished, path, old, new) == expected


def study_with(tmp_path: Path, **changes) -> Path:
    """The tiny study with other keys; None takes a key away."""
    content = yaml.safe_load(TINY.read_text()) | changes
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump({key: value for key, value in content.items() if value is not None}))
    return path


TASKS = yaml.safe_load(TINY.read_text())["tasks"]
ONE_TASK_LESS = {task: entry for task, entry in TASKS.items() if task != "TREC-50"}
TABLES_OF_ALL = ["table1", "table2", "table3", "table5", "table6", "table7", "figure4", "findings"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"encoders": {"demo": {"layers": 1, "package": "fbert.demo"}}}, {}),
        ({"memorisation": {"runs": 1, "epochs": 3}}, {}),
        ({"finetuning": {"epochs": 1, "batch_size": 32}}, {}),
        ({"description": "In other words."}, SHOWN),
        ({"store": {"dtype": "float16"}}, AFTER_STORES | {"embed": 7}),
        (
            {"dynamics": {"tasks": ["POS"], "snapshots": 5}},
            {"finetune": 1, "embed": 2, "probe": 2, "directprobe": 2, "measures": 1, "learning_curves": 1}
            | {"dynamics": 1, "figure_data": 2, "draw_figure": 2, "make_table": 6, "findings": 1},
        ),
        (
            {"probe": {"widths": [32, 64], "l2": [1.0e-4], "max_epochs": 20, "runs": 2}},
            {"probe": 7, "make_table": 6, "findings": 1},
        ),
        ({"probe": {"kind": "linear"}}, {"probe": 7, "make_table": 6, "findings": 1}),
        (
            {"directprobe": {"gap": 0.002}},
            {
                "directprobe": 7,
                "dynamics": 1,
                "figure_data": 1,
                "draw_figure": 1,
                "make_table": 7,
                "findings": 1,
            },
        ),
        ({"tasks": TASKS | {"DEP": {"corpus": "treebank"}}}, {"health": 1, "make_table": 6, "findings": 1}),
        ({"seeds": [0, 1]}, {"make_table": 7, "findings": 1, "figure_data": 2, "draw_figure": 2}),
        (
            {"finetuning": {"epochs": 2}},
            {"finetune": 3, "embed": 4, "probe": 4, "directprobe": 4, "measures": 3, "learning_curves": 1}
            | {"dynamics": 1, "figure_data": 2, "draw_figure": 2, "make_table": 7, "findings": 1},
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_another_study_reruns_what_it_changes(finished, tmp_path, changes, expected):
    assert stale(finished, study_with(tmp_path, **changes)) == expected


@pytest.fixture(scope="module")
def copy(finished, tmp_path_factory) -> Checkout:
    """A copy without times and without Snakemake's memory, as from `cp -r`, a clone or a colleague."""
    folder = tmp_path_factory.mktemp("copy") / "checkout"
    shutil.copytree(
        finished.folder, folder, ignore=shutil.ignore_patterns(".snakemake"), copy_function=shutil.copyfile
    )
    (folder / "results/tiny/made/study").unlink()  # the tests ask for other studies of its name
    return Checkout(folder)


def test_a_task_less_reruns_tables_alone_and_leaves_what_is_now_foreign(finished, copy, tmp_path):
    study = study_with(
        tmp_path,
        tasks=ONE_TASK_LESS,
        produce=["table1", "table2", "table3", "table5", "table6", "table7", "figure4", "findings"],
    )
    of_that_task = {"prepare_task": 1, "finetune": 1, "embed": 2, "probe": 2, "directprobe": 2, "measures": 2}
    assert stale(finished, study) == of_that_task | {"health": 1, "make_table": 7, "findings": 1}
    assert set(copy.planned(study=study)) == {"all", "health", "make_table", "findings"}


def test_time_stamps_do_not_count(copy):
    for path in copy.folder.glob("results/tiny/**/*.h5"):
        os.utime(path)
    assert "Nothing to be done" in copy.run()


def test_a_job_that_runs_hides_nothing_that_is_missing_behind_it(copy):
    """As after a kill: a training is to be done again, and a table made of it is not there."""
    root = copy.folder / "results/tiny"
    record, table = root / "made/finetune/demo/PS-fxn-seed0.json", root / "tables/table7.csv"
    kept = record.read_bytes(), table.read_bytes()
    record.unlink()
    table.unlink()
    planned = copy.planned()
    record.write_bytes(kept[0])
    table.write_bytes(kept[1])
    assert {"finetune": 1, "make_table": 6}.items() <= planned.items()


def test_without_snakemakes_memory_what_is_stale_reruns(copy, tmp_path):
    assert copy.planned(study=study_with(tmp_path, finetuning={"epochs": 2}))["finetune"] == 3
    planned = copy.planned(study=study_with(tmp_path, seeds=[0, 1]))
    assert (planned["finetune"], planned["embed"], planned["make_table"]) == (3, 4, 7)


def test_snakemake_plans_what_the_records_say(finished):
    edits = [
        edit
        for edit in EDITS
        if edit[0] in ("fbert/directprobe/solver/kernel.py", "fbert/figures/similarity/draw.py")
    ]
    for path, old, new, expected in edits:
        finished.edit(path, old, new)
        planned = finished.planned()
        finished.edit(path, new, old)
        assert planned == expected | {"all": 1}


def test_another_version_of_a_package_reruns_what_computes_with_it_unless_switched_off(finished, tmp_path):
    info = tmp_path / "torch-9.9.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 9.9.9\n")
    path = os.pathsep.join([str(tmp_path), str(finished.folder)])
    found = stale(finished, PYTHONPATH=path)
    assert {"finetune": 3, "embed": 7, "probe": 7, "dynamics": 1}.items() <= found.items()
    assert "prepare_task" not in found
    assert stale(finished, versions="no", PYTHONPATH=path) == {}
