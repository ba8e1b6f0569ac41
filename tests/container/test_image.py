"""The image of the Dockerfile: what is in it, and studies run in it, by itself and by Snakemake.

Without Docker's daemon it is built by Buildah upon what debootstrap makes; `make test-container` installs
both. Debian has no Apptainer, so a program of its name does in the image what Snakemake asks of it.
"""

import json
import os
import shutil
import sys

import pytest
from checkout import ROOT, TINY, Checkout
from packaging.utils import canonicalize_name

from container.build import TORCH, builder, said_by
from fbert import __version__

pytestmark = [pytest.mark.container, pytest.mark.timeout(3600)]
NOBODY = "1234:1234"
TARGET = "results/tiny/directprobe/demo/original/POS-layer-last.json"
APPTAINER = """#!{python}
import os, sys
if sys.argv[1:] == ["--version"]:
    print("apptainer version 1.4.0")
    sys.exit()
words = iter(sys.argv[2:])
mounts, home = [], None
for word in words:
    if word == "--home":
        home = next(words)
    elif word == "--bind":
        mounts.append(next(words))
    else:
        image = word
        break
assert image == "fbert-{version}.sif", image
mounted = [f"{{mount}}:{{mount}}" if ":" not in mount else mount for mount in [home, *mounts]]
told = os.environ | {{"HOME": home}}
options = [word for mount in mounted for word in ("--volume", mount)]
options += [word for name in told if name != "PATH" for word in ("--env", f"{{name}}={{told[name]}}")]
before, after = {running!r}
there = ["sh", "-c", 'cd "$0" && exec "$@"', home]
os.execvp(before[0], [*before, *options, *after, *there, *words])
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    found = builder(folder)
    if found is None:
        pytest.skip("neither Docker's daemon nor Buildah with debootstrap is here")
    found.build()
    yield found
    shutil.rmtree(folder)


@pytest.fixture
def work(tmp_path):
    """A folder with the tiny study, which a user who is known by number alone can write to."""
    folder = tmp_path / "work"
    (folder / "studies").mkdir(parents=True)
    shutil.copy(TINY, folder / "studies")
    folder.chmod(0o777)
    return folder


def in_image(engine, work, *command, status=0):
    """Run a command in the image, in a folder, as a user who is known by number alone."""
    before, after = engine.running(NOBODY)
    return said_by([*before, "--volume", f"{work}:/work", *after, *command], status)


def test_it_has_what_is_locked_and_no_tools_of_developers(engine, work):
    listed = json.loads(in_image(engine, work, "python", "-m", "pip", "list", "--format", "json"))
    found = {canonicalize_name(one["name"]): one["version"].partition("+")[0] for one in listed}
    assert pins("requirements.txt").items() <= found.items()
    assert not pins("dev-requirements.txt").keys() & found.keys()
    assert found["fbert"] == __version__
    tools = "for tool in gcc cc c++ make pytest ruff mypy snakefmt; do command -v $tool; done; true"
    assert in_image(engine, work, "sh", "-c", tools) == ""


def pins(name):
    lines = (ROOT / "envs" / name).read_text().splitlines()
    parts = [line.split("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(package): version for package, version in parts}


def test_a_user_without_a_name_lints_plans_and_runs_a_study(engine, work):
    snakemake = ["snakemake", "-s", "/opt/fbert/Snakefile", "--cores", "2"]
    assert "in a good condition" in in_image(engine, work, *snakemake, "--lint")
    study = ["--config", "study=tiny"]
    assert "finetune" in in_image(engine, work, *snakemake, "--dry-run", *study)
    in_image(engine, work, *snakemake, TARGET, "table1", *study)
    owner = (work / TARGET).stat()
    assert f"{owner.st_uid}:{owner.st_gid}" == NOBODY
    assert "Nothing to be done" in in_image(engine, work, *snakemake, "-n", "table1", *study)


def test_jobs_run_in_it_when_snakemake_asks_apptainer(engine, work, tmp_path, monkeypatch):
    checkout = Checkout.fresh(tmp_path / "checkout").folder
    snakemake = [sys.executable, "-m", "snakemake", "-s", checkout / "Snakefile", "--cores", "1"]
    asked = [*snakemake, "table1", "--config", "study=tiny", "--sdm", "apptainer"]
    running = engine.running(f"{os.getuid()}:{os.getgid()}")
    program = tmp_path / "bin/apptainer"
    program.parent.mkdir()
    program.write_text(APPTAINER.format(python=sys.executable, version=__version__, running=running))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.chdir(work)
    assert f"there is no image fbert-{__version__}.sif" in said_by(asked, status=1)
    (work / f"fbert-{__version__}.sif").touch()
    said_by(asked)
    made = json.loads((work / "results/tiny/made/make_table/table1.json").read_text())
    assert made["by"]["python"] == in_image(engine, work, "python", "-V").split()[1]


def test_the_wrong_build_of_torch_is_refused(engine):
    other = "cpu" if TORCH == "cuda" else "cuda"
    said = engine.build(other, status=1)
    assert f"this is torch for {TORCH}, not for TORCH={other}" in said
