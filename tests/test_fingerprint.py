"""A stage's fingerprint follows the substance of its code and of all it imports, and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def copy(tmp_path):
    for folder in ("fbert", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def prints(copy: Path) -> dict[str, str]:
    """Fingerprints of all scripts, computed by the copied package in a process of its own."""
    code = (
        "from pathlib import Path; from fbert.fingerprint import fingerprint\n"
        "for path in sorted(Path('scripts').glob('*.py')): print(path.name, fingerprint(path))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=copy, capture_output=True, text=True, check=True)
    return dict(line.split() for line in found.stdout.splitlines())


def changed(copy: Path, path: str, edit) -> set[str]:
    before = prints(copy)
    file = copy / path
    file.write_text(edit(file.read_text()))
    after = prints(copy)
    return {name for name in before if before[name] != after[name]}


def test_comments_and_docstrings_change_nothing(copy):
    def edit(text):
        return text.replace('"""', '"""Reworded. ', 1) + "\n\n# a remark\n"

    assert changed(copy, "fbert/tasks.py", edit) == set()


def test_a_change_of_substance_reaches_every_script_that_imports_the_module(copy):
    found = changed(copy, "fbert/store/read.py", lambda text: text + "\nANSWER = 42\n")
    assert {"embed.py", "probe.py", "directprobe.py"} <= found
    assert not found & {"fetch_corpus_file.py", "prepare_corpus.py", "describe_encoder.py"}


def test_tables_stand_alone(copy):
    assert changed(copy, "fbert/tables/render.py", lambda text: text + "\nANSWER = 42\n") == {"make_table.py"}


def test_the_probe_reaches_probes_and_learning_curves_alone(copy):
    found = changed(copy, "fbert/probe/training.py", lambda text: text + "\nANSWER = 42\n")
    assert found == {"probe.py", "learning_curves.py"}


def test_package_data_counts(copy):
    users = {"make_table.py", "findings.py"}
    assert changed(copy, "fbert/published/representations.csv", lambda text: text + "\n") == users


def test_the_page_of_the_report_stands_alone(copy):
    for file in ("report.html", "report.css", "report.js"):
        assert changed(copy, f"fbert/report/page/{file}", lambda text: text + "\n") == {"report.py"}


def test_views_of_movement_do_not_depend_on_the_page(copy):
    found = changed(copy, "fbert/report/movement.py", lambda text: text + "\nANSWER = 42\n")
    assert found == {"movement_view.py"}
