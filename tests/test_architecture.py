"""Data flows one way and imports follow it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from fbert.fingerprint import PACKAGE, _file_of, direct_imports, imported_files, imports

# Each module may import those of earlier lines, never of its own line or of later ones.
ORDER = [
    ["errors", "layers", "words", "text_kind", "fingerprint", "environment"],
    ["states", "files", "hub", "published", "warm"],
    ["paths", "made", "attempts"],
    ["products", "job", "provenance", "corpora"],
    ["task_definitions", "prepared"],
    ["health"],
    ["prepare", "study"],
    ["encoder", "advice"],
    ["depths"],
    ["plan", "store", "demo"],
    ["check", "check_encoder", "verify", "profile", "finetune", "records", "console", "closing"],
    ["__main__", "probe", "directprobe"],
    ["analysis"],
    ["findings", "measures"],
    ["tables", "figures"],
    ["report"],
]
LINE = {module: number for number, modules in enumerate(ORDER) for module in modules}
# What a face has that imports a name when it is first asked for.
WHEN_ASKED = {"__getattr__", "__dir__"}
HEAVY = {"torch", "transformers", "sklearn", "matplotlib", "numba", "peft"}


def module_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"]
SCRIPTS = sorted((PACKAGE.parent / "scripts").glob("*.py"))
# What words for readers, and what the workflow plans by, may never reach.
PLANNING = {"products", "plan", "study", "verify", "__main__"}
COMPUTING = [
    "prepare_task",
    "describe_encoder",
    "finetune",
    "embed",
    "probe",
    "directprobe",
    "measures",
    "dynamics",
]


def test_every_module_has_its_place():
    assert {module_of(path) for path in FILES} == set(LINE)


def test_imports_follow_the_data():
    upward = [
        f"{path.relative_to(PACKAGE)} must not import {name}"
        for path in FILES
        for name in {module_of(file) for file in all_imports(path)} - {module_of(path)}
        if LINE[name] >= LINE[module_of(path)]
    ]
    assert not upward


def all_imports(path):
    """The files that one file imports itself, those that frame a job included."""
    named = {_file_of(name) for name in imports(path)}
    return (named | direct_imports(path)) - {None, PACKAGE / "__init__.py"}


def test_heavy_imports_stay_in_their_stages():
    allowed = {
        "demo": {"torch", "transformers"},
        "encoder": {"torch", "transformers", "peft"},
        "finetune": {"torch", "transformers", "peft"},
        "probe": {"torch", "sklearn"},
        "directprobe": {"sklearn", "numba"},
        "figures": {"matplotlib"},
    }
    for path in FILES:
        heavy = {name.partition(".")[0] for name in imports(path)} & HEAVY
        assert heavy <= allowed.get(module_of(path), set()), path


def test_modules_import_modules_and_faces_are_for_users():
    """A face passes on the names of a whole package: who imports it stands on all of it."""
    faces = [
        f"{path.relative_to(PACKAGE.parent)} imports the face {file.relative_to(PACKAGE)}"
        for path in [*FILES, *SCRIPTS]
        for file in all_imports(path)
        if file.name == "__init__.py" and path.name != "__init__.py" and _only_passes_on(file)
    ]
    assert not faces


def _only_passes_on(face):
    """Tell a face with names of other modules, at once or when asked, from a package with code of its own."""
    tree = ast.parse(face.read_text())
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree)) and own <= WHEN_ASKED


def test_what_is_only_passed_on_has_no_substance():
    for face in PACKAGE.rglob("__init__.py"):
        if _only_passes_on(face):
            kinds = {type(node) for node in ast.parse(face.read_text()).body}
            assert kinds <= {ast.Expr, ast.ImportFrom, ast.Assign, ast.If, ast.FunctionDef}, face


def test_no_job_stands_on_what_plans_it():
    for script in SCRIPTS:
        assert not {module_of(file) for file in imported_files(script)} & PLANNING, script


@pytest.mark.parametrize("name", COMPUTING)
def test_what_computes_knows_no_words_for_readers(name):
    script = PACKAGE.parent / "scripts" / f"{name}.py"
    reached = {module_of(file) for file in imported_files(script)}
    assert not reached & {"words", "advice", "published", "findings", "tables", "figures", "report"}


def test_planning_imports_only_the_standard_library_and_what_snakemake_has():
    code = (
        "import sys; import fbert.plan; "
        "print(*{'numpy', 'pandas', 'torch', 'sklearn', 'h5py', 'requests'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


@pytest.mark.parametrize(
    ("statement", "none_of"),
    [
        ("import fbert.directprobe", {"torch", "pandas", "sklearn", "scipy", "numba"}),
        ("from fbert.directprobe import hull_distance", {"torch", "pandas", "sklearn", "scipy.stats"}),
        ("from fbert.directprobe import pairwise_distances", {"torch", "pandas", "sklearn", "scipy.stats"}),
        ("from fbert.directprobe import DirectProbe", {"torch", "snakemake", "h5py"}),
    ],
)
def test_directprobe_brings_what_is_asked_of_it(statement, none_of):
    code = f"{statement}; import sys; print(*{none_of!r} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


def test_the_face_of_directprobe_has_the_names_it_lists():
    from fbert import directprobe

    assert set(directprobe.__all__) <= set(dir(directprobe))
    assert all(callable(getattr(directprobe, name)) for name in directprobe.__all__)
    with pytest.raises(AttributeError, match="no attribute 'DirectProb'"):
        directprobe.DirectProb  # noqa: B018


@pytest.mark.parametrize(
    ("script", "none_of"),
    [
        ("make_table", {"torch", "transformers", "sklearn", "matplotlib", "numba"}),
        ("findings", {"torch", "transformers", "sklearn", "matplotlib", "numba"}),
        ("draw_figure", {"torch", "transformers", "sklearn", "numba"}),
        ("prepare_task", {"torch", "transformers", "sklearn", "matplotlib", "numba", "h5py"}),
        ("report", {"torch", "transformers", "sklearn", "matplotlib", "numba", "h5py"}),
        ("directprobe", {"torch", "transformers", "matplotlib"}),
        ("measures", {"torch", "transformers", "sklearn", "matplotlib", "numba"}),
        ("probe", {"transformers", "matplotlib", "numba"}),
    ],
)
def test_a_job_imports_what_it_computes_with(script, none_of):
    """Importing torch takes seconds, and a study has hundreds of jobs: what runs counts, faces included."""
    tree = ast.parse((PACKAGE.parent / "scripts" / f"{script}.py").read_text())
    imports = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    code = "; ".join([*imports, f"import sys; print(*{none_of!r} & set(sys.modules))"])
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
