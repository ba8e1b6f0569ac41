"""The lock file: what is exported from it, and that it has all that the project needs and nothing else."""

import ast
import re
import runpy
import sys
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import fbert

ROOT = Path(__file__).parents[1]
ENVS = ROOT / "envs"
EXPORT = runpy.run_path(str(ENVS / "export.py"))
LOCK = (ENVS / "lock.txt").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
DEVELOP = EXTRAS["dev"]
RUN = [
    *PROJECT["dependencies"],
    *(line for name in ("encoders", "lora", "workflow") for line in EXTRAS[name]),
]
RUN = [line for line in RUN if not line.startswith("fbert[")]
# For each part of the package the extras that it may need; all else stands on the core alone.
MAY_NEED = {
    "console": {"workflow"},
    "corpora": {"encoders", "workflow"},
    "demo": {"encoders"},
    "encoder": {"encoders", "lora"},
    "figures": {"workflow"},
    "finetune": {"encoders", "lora"},
    "hub": {"encoders"},
    "probe": {"encoders"},
    "report": {"workflow"},
}
# Linux asks for everything that macOS does, and for more.
LINUX = default_environment() | {
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
}


def pinned(pins):
    """Versions by the names of packages, from NAME==VERSION."""
    parts = [pin.split("==") for pin in pins]
    return {canonicalize_name(name): version for name, version in parts}


GROUPS = {name: pinned(pins) for name, pins in EXPORT["groups"](LOCK).items()}
ALL = GROUPS["run"] | GROUPS["develop"]


def asked(requirement):
    """Return what an installed package asks for, given the extras with which it is asked for itself."""
    lines = map(Requirement, metadata.requires(requirement.name) or [])
    extras = requirement.extras or {""}
    return [r for r in lines if not r.marker or any(r.marker.evaluate(LINUX | {"extra": e}) for e in extras)]


def closure(roots):
    """Return everything that packages ask for, directly or through others."""
    found, waiting = {}, [Requirement(root) for root in roots]
    while waiting:
        requirement = waiting.pop()
        if str(requirement) not in found:
            found[str(requirement)] = requirement
            waiting += asked(requirement)
    return list(found.values())


def names(requirements):
    return {canonicalize_name(requirement.name) for requirement in requirements}


@pytest.mark.parametrize("name", EXPORT["exports"](LOCK))
def test_exported_files_are_those_of_the_lock(name):
    assert (ENVS / name).read_text() == EXPORT["exports"](LOCK)[name], "run `make lock`"


def test_the_project_has_lower_bounds_and_the_lock_versions_within_them():
    for requirement in map(Requirement, RUN):
        assert [bound.operator for bound in requirement.specifier] == [">="], requirement
        assert GROUPS["run"][canonicalize_name(requirement.name)] in requirement.specifier, requirement
    assert pinned(DEVELOP).items() <= ALL.items()


def test_what_is_installed_is_what_is_locked():
    """The tests below read what installed packages ask for, which is of no use for other versions."""
    assert {name: Version(metadata.version(name)).public for name in ALL} == ALL


def test_the_lock_has_what_is_needed_in_its_group_and_nothing_else():
    run = names(closure(RUN))
    assert set(GROUPS["run"]) == run | {"pip"}
    assert set(GROUPS["develop"]) == names(closure(DEVELOP)) - run


def test_the_lock_has_versions_that_go_together():
    for requirement in closure(RUN + DEVELOP):
        version = ALL[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version, prereleases=True), requirement


def test_what_is_imported_is_asked_for():
    for file in ROOT.glob("fbert/**/*.py"):
        part = file.relative_to(ROOT / "fbert").parts[0].removesuffix(".py")
        assert_declared(file, MAY_NEED.get(part, set()))
    for file in ROOT.glob("scripts/*.py"):
        assert_declared(file, {"encoders", "lora", "workflow"})


def assert_declared(file, extras):
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    declared, of = names(map(Requirement, lines)), distributions()
    for module in imported(file) - sys.stdlib_module_names - {"fbert"}:
        assert declared & {canonicalize_name(name) for name in of.get(module, ())}, f"{file}: {module}"


def test_every_part_that_may_need_an_extra_does():
    core = names(map(Requirement, PROJECT["dependencies"]))
    of = distributions()
    for part in MAY_NEED:
        files = [*ROOT.glob(f"fbert/{part}.py"), *ROOT.glob(f"fbert/{part}/**/*.py")]
        found = {name for file in files for name in imported(file) - sys.stdlib_module_names - {"fbert"}}
        assert {canonicalize_name(name) for module in found for name in of.get(module, ())} - core, part


@cache
def distributions():
    """Return which distributions bring each module."""
    return metadata.packages_distributions()


def imported(file):
    """Return the first part of each absolute import in a file."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_conda_and_pip_install_the_same_weights():
    files = ["model-requirements.txt", "fbert.post-deploy.sh"]
    pip, conda = (re.findall(r"\S+==\S+", (ENVS / name).read_text()) for name in files)
    assert len(pip) == 1
    assert pip == conda


def test_every_job_has_the_environment_that_conda_makes():
    for file in ROOT.glob("rules/*.smk"):
        text = file.read_text()
        assert text.count("    script:\n") == text.count('    conda:\n        "../envs/fbert.yaml"\n'), file


def test_badges_name_the_least_snakemake_that_the_workflow_takes():
    least = re.search(r'min_version\("([\d.]+)"\)', (ROOT / "Snakefile").read_text())
    assert f"snakemake-%E2%89%A5{least[1]}-" in (ROOT / "README.md").read_text()


def test_version_citation_and_changelog_agree():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    released = re.search(r"^## (\d+\.\d+\.\d+) \((\S+)\)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert released is not None
    assert (cited["version"], str(cited["date-released"])) == released.groups()
    assert cited["version"] == fbert.__version__
    images = (ROOT / "docs/how-to/containers.md").read_text()
    assert set(re.findall(r"fbert[:-](\d[\d.]*\d)", images)) == {fbert.__version__}
