import hashlib
import json
import subprocess
from importlib.metadata import version
from pathlib import Path

import fbert
from fbert.fingerprint import PACKAGE, imported_files
from fbert.provenance import provenance

ROOT = PACKAGE.parent


def test_it_says_what_was_asked_for_and_what_did_it(tmp_path):
    raw = tmp_path / "raw.conllu"
    raw.write_bytes(b"1\tword\n")
    content = provenance({"seeds": [0, 1]}, [str(raw), str(raw)], [str(raw)])
    assert json.loads(json.dumps(content)) == content
    assert content["study"]["seeds"] == [0, 1]
    assert content["fbert"] == fbert.__version__
    assert content["packages"]["numpy"] == version("numpy")
    assert content["inputs"] == content["results"] == {str(raw): hashlib.sha256(b"1\tword\n").hexdigest()}


def test_the_commit_is_that_of_the_checkout():
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    commit = provenance({}, [], [])["commit"]
    assert commit.removesuffix("-dirty") == head.stdout.strip()


def test_no_other_job_depends_on_it():
    scripts = [path for path in Path(ROOT / "scripts").glob("*.py") if path.name != "provenance.py"]
    assert not any(PACKAGE / "provenance.py" in imported_files(path) for path in scripts)
