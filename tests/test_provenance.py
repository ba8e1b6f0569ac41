"""What made the results: told from the records of jobs, distinct ones each once."""

import json
import subprocess
from dataclasses import replace
from importlib.metadata import version

import fbert
from fbert.environment import commit
from fbert.fingerprint import PACKAGE, imported_files
from fbert.made import Made, record_path
from fbert.provenance import provenance

ROOT = PACKAGE.parent
MADE = Made(
    rule="make_table",
    wildcards={"table": "table7"},
    settings={},
    code="0",
    versions={"numpy": "2.0"},
    inputs={"data/raw.csv": "a", "./probes/x.json": "b"},
    outputs={"./tables/table7.csv": "c"},
    by={"commit": "old", "python": "3.11", "machine": {"system": "Linux"}},
)


def test_it_names_every_commit_version_and_machine_that_had_a_part(tmp_path):
    newer = replace(MADE, wildcards={"table": "table6"}, by=MADE.by | {"commit": "new"}, outputs={})
    third = replace(MADE, wildcards={"table": "table5"}, outputs={})
    for made in (MADE, newer, third):
        made.write(record_path(str(tmp_path), made.rule, made.wildcards))
    content = provenance({"seeds": [0, 1]}, str(tmp_path))
    assert json.loads(json.dumps(content)) == content
    assert content["study"]["seeds"] == [0, 1]
    assert content["fbert"] == fbert.__version__
    assert content["packages"]["numpy"] == version("numpy")
    assert [(by["commit"], by["jobs"]) for by in content["made_by"]] == [("old", 2), ("new", 1)]
    assert content["inputs"] == {"data/raw.csv": "a"}
    assert content["results"] == {"./tables/table7.csv": "c"}


def test_the_commit_is_that_of_the_checkout():
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert commit().removesuffix("-dirty") == head.stdout.strip()


def test_no_other_job_depends_on_it():
    scripts = [path for path in (ROOT / "scripts").glob("*.py") if path.name != "provenance.py"]
    assert not any(PACKAGE / "provenance.py" in imported_files(path) for path in scripts)
