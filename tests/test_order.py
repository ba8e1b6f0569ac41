"""How tests are divided and ordered, by pytest on a few tests of its own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
HARD = "import pytest\npytestmark = pytest.mark.hard\n"
FILES = {
    "test_a.py": HARD + "@pytest.mark.parametrize('n', range(3))\ndef test_one(n): pass\n"
    "@pytest.mark.parametrize('n', range(3))\ndef test_other(n): pass\n",
    "test_b.py": HARD + "def test_one(): pass\ndef test_other(): pass\n",
    "test_c.py": "def test_quick(): pass\ndef test_on_the_study(finished): pass\n",
    "test_d.py": "def test_quick(): pass\n",
    "test_e.py": "def test_on_the_study(finished): pass\ndef test_starts(checkout): pass\n",
    "test_f.py": "def test_quick(): pass\n",
    "test_g.py": HARD.replace("hard", "slurm") + "def test_one(): pass\ndef test_other(): pass\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    shutil.copy(TESTS / "conftest.py", folder)
    marks = "\n".join(f"  {mark}" for mark in ("hard", "slurm", "workflow"))
    (folder / "pytest.ini").write_text(f"[pytest]\npythonpath = {TESTS}\nmarkers =\n{marks}\n")
    return folder


def chosen(folder, *options) -> list[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *options]
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    said = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=True).stdout
    return re.findall(r"^test_\S+", said, re.MULTILINE)


def test_every_test_is_in_one_part_and_those_that_share_in_the_same(folder):
    parts = [chosen(folder, "-m", "hard", "--part", f"{number}/3") for number in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == sorted(chosen(folder, "-m", "hard"))
    assert parts[0] == [
        "test_a.py::test_one[0]",
        "test_a.py::test_other[0]",
        "test_b.py::test_one",
        "test_b.py::test_other",
    ]


def test_on_slurm_each_test_is_a_part_of_its_own(folder):
    parts = [chosen(folder, "-m", "slurm", "--part", f"{number}/2") for number in (1, 2)]
    assert parts == [["test_g.py::test_one"], ["test_g.py::test_other"]]


def test_one_file_makes_the_study_and_the_others_that_need_it_are_last(folder):
    files = [name.partition("::")[0] for name in chosen(folder, "-m", "not hard and not slurm")]
    assert list(dict.fromkeys(files)) == ["test_c.py", "test_d.py", "test_f.py", "test_e.py"]


def test_what_starts_snakemake_is_marked(folder):
    assert chosen(folder, "-m", "workflow") == [
        "test_c.py::test_on_the_study",
        "test_e.py::test_on_the_study",
        "test_e.py::test_starts",
    ]
