"""What made a study's results. It stands beside them, and none of them depends on it."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import fbert


def provenance(study: Mapping[str, Any], inputs: Iterable[str], results: Iterable[str]) -> dict[str, Any]:
    """Describe what made results.

    Args:
        study: all that was asked for, seeds included.
        inputs: files that no job made: raw corpora, encoders.
        results: files that came out.

    Returns:
        Plain values for JSON: study, versions of this package and of all that is installed, commit, machine,
        sha256 of each input and result.
    """
    return {
        "study": study,
        "fbert": fbert.__version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "packages": {found.name: found.version for found in sorted(distributions(), key=lambda d: d.name)},
        "machine": _machine(),
        "inputs": _checksums(inputs),
        "results": _checksums(results),
    }


def _checksums(paths: Iterable[str]) -> dict[str, str]:
    return {path: _sha256(path) for path in sorted(set(paths))}


def _sha256(path: str) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _commit() -> str | None:
    """Return the commit of this checkout, with `-dirty` if files were changed since; None outside git."""
    return _said_by("git", "-C", str(Path(__file__).parent), "describe", "--always", "--abbrev=40", "--dirty")


def _machine() -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "gpus": (_said_by("nvidia-smi", "--list-gpus") or "").splitlines(),
    }


def _said_by(*command: str) -> str | None:
    """Return what a command says; None if it fails or is not there."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
