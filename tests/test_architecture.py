"""Data flows one way and imports follow it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from fbert.fingerprint import PACKAGE, direct_imports

# Each module may import those of earlier lines, never of its own line or of later ones.
ORDER = [
    ["errors", "fingerprint"],
    ["files", "job", "provenance", "published"],
    ["corpora"],
    ["task_definitions", "figure_definitions", "table_definitions", "tasks"],
    ["prepare", "study"],
    ["encoder"],
    ["store"],
    ["finetune"],
    ["probe", "directprobe"],
    ["analysis"],
    ["findings"],
    ["tables", "figure_data", "figures"],
    ["report"],
]
LINE = {module: number for number, modules in enumerate(ORDER) for module in modules}
HEAVY = {"torch", "transformers", "sklearn", "matplotlib", "numba", "peft"}


def module_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def files():
    return [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"]


def test_every_module_has_its_place():
    assert {module_of(path) for path in files()} == set(LINE)


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_follow_the_data(path):
    own = module_of(path)
    imported = {module_of(file) for file in direct_imports(path) if file != PACKAGE / "__init__.py"} - {own}
    upward = {name for name in imported if LINE[name] >= LINE[own]}
    assert not upward, f"{own} must not import {upward}"


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_imports_stay_in_their_stages(path):
    tree = ast.parse(path.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    heavy = {name.split(".")[0] for name in names} & HEAVY
    allowed = {
        "encoder": {"torch", "transformers", "peft"},
        "store": {"torch"},
        "finetune": {"torch", "transformers", "peft"},
        "probe": {"torch", "sklearn"},
        "directprobe": {"sklearn", "numba"},
        "figures": {"matplotlib"},
    }
    assert heavy <= allowed.get(module_of(path), set())


def test_planning_imports_only_the_standard_library_and_what_snakemake_has():
    code = (
        "import sys; import fbert.study, fbert.fingerprint; "
        "print(*{'numpy', 'pandas', 'torch', 'sklearn', 'h5py', 'requests'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
