"""The substance of a stage's code, as one short string.

Snakemake watches a rule's script, not what the script imports. Every rule therefore carries the fingerprint
of its script as a parameter: a hash over the syntax trees, without docstrings and comments, of the script and
of every module of this package it imports, directly or not, with the data files of those packages. Editing a
docstring changes nothing; a change of substance reruns exactly the stages that stand on it.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
_DATA = (".yaml", ".csv", ".html", ".css", ".js")


def fingerprint(script: Path | str) -> str:
    """Return the fingerprint of a script and all it imports from this package, as 16 hexadecimal digits."""
    digest = hashlib.sha256(_substance(Path(script)))
    for path in sorted(imported_files(Path(script))):
        digest.update(str(path.relative_to(PACKAGE)).encode())
        digest.update(_substance(path))
        for data in _data_files(path):
            digest.update(data.read_bytes())
    return digest.hexdigest()[:16]


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


@cache
def direct_imports(path: Path) -> frozenset[Path]:
    """Return the files of this package that one file imports itself, functions' own imports included.

    Importing `fbert.a.b` runs `fbert/__init__.py` and `fbert/a/__init__.py` too, so they count.
    """
    names = [name for node in ast.walk(_tree(path)) for name in _imported_names(node)]
    return frozenset(file for name in names for file in _files_of(name))


def _imported_names(node: ast.AST) -> Iterator[str]:
    """Yield the dotted names an import statement may load; `from a import b` may mean the module a.b."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files_of(name: str) -> Iterator[Path]:
    """Yield the files that importing the dotted `name` runs, if it belongs to this package."""
    parts = name.split(".")
    if parts[0] != PACKAGE.name:
        return
    for end in range(1, len(parts) + 1):
        base = PACKAGE.joinpath(*parts[1:end])
        module = base.with_suffix(".py") if end > 1 else base / "__init__.py"
        yield from (file for file in (module, base / "__init__.py") if file.is_file())


def _data_files(path: Path) -> list[Path]:
    """Return the data files that belong to a package: those beside its `__init__.py`."""
    if path.name != "__init__.py":
        return []
    return sorted(file for file in path.parent.iterdir() if file.suffix in _DATA)


@cache
def _substance(path: Path) -> bytes:
    """Return a file's syntax tree as text, without positions, comments and docstrings."""
    tree = _tree(path)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            _drop_docstring(node)
    return ast.dump(tree).encode()


def _drop_docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    if ast.get_docstring(node, clean=False) is not None:
        node.body = node.body[1:]


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
