"""A stage's fingerprint follows the substance of its code and of all it imports, and nothing else."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def copy(tmp_path):
    for folder in ("fbert", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def prints(copy: Path, python: str = sys.executable) -> dict[str, str]:
    """Fingerprints of all scripts, computed by the copied package in a process of its own."""
    code = (
        "from pathlib import Path; from fbert.fingerprint import fingerprint\n"
        "for path in sorted(Path('scripts').glob('*.py')): print(path.name, fingerprint(path))"
    )
    found = subprocess.run([python, "-c", code], cwd=copy, capture_output=True, text=True, check=True)
    return dict(line.split() for line in found.stdout.splitlines())


@cache
def unchanged() -> dict[str, str]:
    return prints(ROOT)


def changed(copy: Path, path: str, edit) -> set[str]:
    """Return the scripts whose fingerprints an edit changes, and take it back."""
    file = copy / path
    before = file.read_text()
    file.write_text(edit(before))
    after = prints(copy)
    file.write_text(before)
    return {name for name, found in unchanged().items() if found != after[name]}


def test_words_change_nothing(copy):
    def edit(text):
        text = text.replace('"""', '"""Reworded. ', 1) + "\n\n# a remark\n"
        return text.replace("no task {task}; it has", "has no task {task} but")

    assert changed(copy, "fbert/prepared.py", edit) == set()


def test_annotations_and_messages_are_words(copy):
    def edit(text):
        text = text.replace("def prepare(\n    name: str,", 'def prepare(\n    name: "str",')
        return text.replace("in a treebank, blank lines part", "blank lines part")

    assert changed(copy, "fbert/prepare.py", edit) == set()


def test_a_change_of_substance_reaches_every_script_that_imports_the_module(copy):
    found = changed(copy, "fbert/store/read.py", lambda text: text + "\nANSWER = 42\n")
    assert {"probe.py", "directprobe.py", "learning_curves.py", "dynamics.py"} <= found
    assert not found & {"fetch_corpus_file.py", "prepare_task.py", "describe_encoder.py", "finetune.py"}


def test_data_count_for_the_module_that_names_them(copy):
    found = changed(copy, "fbert/corpora/registry.yaml", lambda text: text + "\n")
    assert found == {"fetch_corpus_file.py", "report.py"}
    for file in ("report.html", "report.css", "report.js"):
        assert changed(copy, f"fbert/report/page/{file}", lambda text: text + "\n") == {"report.py"}


def test_views_of_movement_do_not_depend_on_the_page(copy):
    found = changed(copy, "fbert/report/movement.py", lambda text: text + "\nANSWER = 42\n")
    assert found == {"movement_view.py"}


def other_pythons() -> list[str]:
    """Every further version of Python from 3.11 on that is at hand, in the path or with pyenv."""
    beside = [str(path) for path in Path.home().glob(".pyenv/versions/3.1[1-9]*/bin/python")]
    named = [found for minor in range(11, 20) if (found := shutil.which(f"python3.{minor}"))]
    says = {python: version(python) for python in [*named, *beside]}
    own = version(sys.executable)
    return sorted({found: python for python, found in says.items() if found not in ("", own)}.values())


def version(python: str) -> str:
    done = subprocess.run([python, "-V"], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def test_every_version_of_python_at_hand_sums_up_the_code_alike(copy):
    own = prints(copy)
    for python in other_pythons():
        assert prints(copy, python) == own, python
