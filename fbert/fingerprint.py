"""The substance of a stage's code, as one short string.

What a stage's numbers come from is its script and every module of this package that the script imports,
directly or not. Snakemake watches the script alone, and by its time stamp; here the code itself is summed up,
without what changes no number:

- docstrings, comments, annotations, and the arguments of errors and log messages are words for people;
- the face of a package (`__init__.py`) only passes names on, so a module does not stand on the faces above
  it;
- the frame of a job (its log, the record of how its results were made) and the errors themselves change no
  number;
- positions, and fields of syntax trees that only some versions of Python have, are left out, so that every
  version from 3.11 on sums up the same code alike.

A data file counts for the module that names it (`"schema.yaml"` in a string, the file beside the module).

Example: `fbert/tables/render.py` is reached from `scripts/make_table.py` alone. Another number of decimals
there changes the fingerprint of that script and of no other; another docstring changes none.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
_DATA = (".yaml", ".csv", ".html", ".css", ".js")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# Fields without substance: annotations, and what only some versions of Python have or fill.
_PASSED_OVER = {
    "annotation",
    "returns",
    "type_comment",
    "type_params",
    "type_ignores",
    "kind",
    "ctx",
    "simple",
}
_LOG_LEVELS = {"debug", "info", "warning", "error"}
# What frames a job and changes no number: its log, its record, what it says to users.
_FRAME = {
    PACKAGE / name
    for name in ("errors.py", "fingerprint.py", "environment.py", "made.py", "warm.py", "job.py")
}


@cache
def fingerprint(script: Path | str) -> str:
    """Return the fingerprint of a script and all it imports from this package, as 16 hexadecimal digits."""
    digest = hashlib.sha256(_substance(Path(script)))
    for path in sorted(imported_files(Path(script))):
        digest.update(str(path.relative_to(PACKAGE)).encode())
        digest.update(_substance(path))
    return digest.hexdigest()[:16]


@cache
def third_party(script: Path | str) -> frozenset[str]:
    """Return the top-level names that a script, or a module behind it, imports from outside the package."""
    files = [Path(script), *imported_files(Path(script))]
    return frozenset(name.partition(".")[0] for file in files for name in imports(file)) - {PACKAGE.name}


def imported_files(script: Path) -> set[Path]:
    """Return the files of this package that `script` imports, directly or through others."""
    reached: set[Path] = set()
    waiting = list(direct_imports(script))
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting.extend(direct_imports(path))
    return reached


def direct_imports(path: Path) -> set[Path]:
    """Return the files of this package that one file imports itself, functions' own imports included."""
    found = {file for name in imports(path) if (file := _file_of(name)) is not None}
    return found - _FRAME


@cache
def imports(path: Path) -> frozenset[str]:
    """Return the dotted names of what a file imports, wherever in it; `from a import b` may mean a.b."""
    return frozenset(name for node in ast.walk(_tree(path)) for name in _imported_names(node))


def _imported_names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        inner = [f"{node.module}.{alias.name}" for alias in node.names]
        modules = [name for name in inner if _file_of(name) is not None]
        yield from modules or [node.module]


def _file_of(name: str) -> Path | None:
    """Return the file of this package that a dotted name means, if it does."""
    package, *parts = name.split(".")
    if package != PACKAGE.name:
        return None
    base = PACKAGE.joinpath(*parts)
    return next((file for file in (base.with_suffix(".py"), base / "__init__.py") if file.is_file()), None)


@cache
def _substance(path: Path) -> bytes:
    """Return what of a file can change a number: its syntax tree as text, and the data files it names."""
    text = "".join(_canonical(_tree(path)))
    return text.encode() + b"".join(file.read_bytes() for file in _data_files(path))


def _data_files(path: Path) -> list[Path]:
    """Return the data files beside a module that it names in a string."""
    texts = {node.value for node in ast.walk(_tree(path)) if isinstance(node, ast.Constant)}
    named = {text for text in texts if isinstance(text, str) and text.endswith(_DATA) and "\n" not in text}
    return sorted(file for text in named if (file := path.parent / text).is_file())


def _canonical(node: object) -> Iterator[str]:
    """Yield a syntax tree as text in which every version of Python agrees."""
    if isinstance(node, ast.AST):
        yield type(node).__name__ + "("
        for name, value in _fields(node):
            yield f"{name}="
            yield from _canonical(value)
            yield ","
        yield ")"
    elif isinstance(node, list):
        yield "["
        for item in node:
            yield from _canonical(item)
        yield "]"
    else:
        yield repr(node)


def _fields(node: ast.AST) -> Iterable[tuple[str, object]]:
    """Return the fields of a node that have substance; empty ones have none."""
    fields = {name: value for name, value in ast.iter_fields(node) if name not in _PASSED_OVER}
    if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = node.body[1:]
    if _speaks(node):
        fields["args"], fields["keywords"] = [], []
    if isinstance(node, ast.Expr) and _is_text(node.value):  # a string that documents an attribute
        fields["value"] = None
    return [(name, value) for name, value in fields.items() if value is not None and value != []]


def _speaks(node: ast.AST) -> bool:
    """Tell the call of an error or of a logger, whose arguments are read by people."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr in _LOG_LEVELS:
        return True
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return bool(name.endswith("Error"))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


class _AsItRuns(ast.NodeTransformer):
    """Takes out what only a checker of types reads."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        """Leave out `if TYPE_CHECKING:` with its imports."""
        return None if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" else node


@cache
def _tree(path: Path) -> ast.Module:
    tree: ast.Module = _AsItRuns().visit(ast.parse(path.read_text(encoding="utf-8"), filename=str(path)))
    return tree
