"""The package as its users get it: built, and installed with its core alone, outside the checkout."""

import importlib.metadata
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
from checkout import Checkout
from documentation.test_examples import write_results
from empty_environment import LOCKED, install, with_packages
from packaging.requirements import Requirement

from fbert.directprobe import DirectProbe

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NOT_CORE = ("torch", "transformers", "snakemake", "matplotlib", "datasets")
BUILD = "import setuptools.build_meta as backend; print(backend.build_{form}({folder!r}))"

# For every commit with the versions that are locked, with the lowest among the tests that take long.
pytestmark = pytest.mark.anywhere


def build(form, source, folder):
    """Build as pip does, with the setuptools that is here."""
    command = [sys.executable, "-c", BUILD.format(form=form, folder=str(folder))]
    said = subprocess.run(command, cwd=source, capture_output=True, text=True, check=True).stdout
    return folder / said.splitlines()[-1]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    source = Checkout.fresh(folder / "checkout").folder
    return build("wheel", source, folder), build("sdist", source, folder)


class Environment:
    """A virtual environment with the wheel, and an empty folder in which it is used."""

    def __init__(self, folder, wheel, constraints):
        self.folder, self.constraints = folder, constraints
        self.bin = with_packages(folder / "venv", wheel, constraints=constraints)

    def install(self, *packages):
        install(self.bin, *packages, constraints=self.constraints)

    def __call__(self, program, *arguments, status=0, **environment):
        command = [self.bin / program, *arguments]
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | environment
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr


def write_lowest(file):
    """Write the lowest versions that the core admits."""
    bounds = [f"{Requirement(line)}\n".replace(">=", "==") for line in PROJECT["dependencies"]]
    file.write_text("".join(bounds))
    return file


@pytest.fixture(scope="module", params=[pytest.param("lowest", marks=pytest.mark.hard), "locked"])
def environment(request, tmp_path_factory, built):
    folder = tmp_path_factory.mktemp(request.param)
    constraints = write_lowest(folder / "lowest.txt") if request.param == "lowest" else LOCKED
    return Environment(folder, built[0], constraints)


def test_the_source_archive_builds_the_same_wheel(built, tmp_path):
    wheel, archive = built
    with tarfile.open(archive) as file:
        file.extractall(tmp_path, filter="data")
    (source,) = (path for path in tmp_path.iterdir() if path.is_dir())
    again = build("wheel", source, tmp_path)
    assert contents(again) == contents(wheel)
    assert {"fbert/demo/model/model.safetensors", "fbert/study/schema.yaml"} <= contents(wheel).keys()


def contents(wheel):
    with zipfile.ZipFile(wheel) as file:
        return {name: file.read(name) for name in file.namelist() if not name.endswith("RECORD")}


def test_the_core_needs_neither_torch_nor_snakemake(environment):
    found = importlib.metadata.distributions(
        path=[str(next(environment.folder.glob("venv/lib/*/site-packages")))]
    )
    names = {distribution.name.lower() for distribution in found}
    assert "fbert" in names
    assert not names & set(NOT_CORE)


def test_the_command_and_the_class_find_the_same_clusters(environment):
    random = np.random.default_rng(0)
    X, y = random.normal(size=(60, 3)), np.arange(60) % 3
    np.savez(environment.folder / "points.npz", X=X, y=y)
    said = environment("fbert-directprobe", "points.npz", "--output", "out")
    probe = DirectProbe().fit(X, y)
    assert f"{probe.n_clusters_} clusters for 3 labels" in said
    assert (environment.folder / "out/clusters.txt").read_text().split() == [str(n) for n in probe.labels_]
    code = "import numpy as np, fbert; from fbert.directprobe import DirectProbe; f = np.load('points.npz'); "
    code += "print(fbert.__file__, *DirectProbe().fit(f['X'], f['y']).labels_)"
    file, *labels = environment("python", "-c", code).split()
    assert Path(file).is_relative_to(environment.folder)
    assert labels == [str(n) for n in probe.labels_]


def test_what_the_core_lacks_is_said_with_what_brings_it(environment):
    assert "no results of a study" in environment("fbert", "verify", ".", status=2)
    assert "pip install 'fbert[workflow]'" in environment("fbert", "check", "fbert.demo", status=2)


def test_examples_of_the_documentation_run(environment):
    write_results(environment.folder)
    pages = ["README.md", "docs/tutorial/directprobe.md"]
    environment("python", "-m", "documentation.examples", *pages, PYTHONPATH=str(ROOT / "tests"))


@pytest.mark.hard
def test_the_tests_of_directprobe_pass(environment):
    environment.install("pytest", "pytest-timeout", "hypothesis")
    tests = ROOT / "tests" / "directprobe"
    passed_over = ["--ignore", tests / "test_pud.py"]  # its vectors are an encoder's
    options = ["-q", "-p", "no:cacheprovider", *passed_over]
    said = environment("python", "-m", "pytest", *options, tests, PYTHONPATH=str(ROOT / "tests"))
    assert " passed" in said
