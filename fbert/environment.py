"""Where results are made: commit, Python, machine."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path
from typing import Any


def environment() -> dict[str, Any]:
    """Return commit, version of Python, and machine; plain values."""
    return {"commit": commit(), "python": platform.python_version(), "machine": machine()}


def commit() -> str | None:
    """Return the commit of this checkout, with `-dirty` if files were changed since; None if there is none.

    What was unpacked from a git source (`workflow/Snakefile`) is in a folder of the commit's name. An
    installed package has none, though it may lie in a checkout of something else.
    """
    checkout = Path(__file__).parents[1]
    if re.fullmatch(r"[0-9a-f]{40}", checkout.name):
        return checkout.name
    if not (checkout / ".git").exists():
        return None
    # Git does not trust a colleague's checkout, but whoever runs its code does.
    trusted = f"safe.directory={checkout.resolve()}"
    return _said_by(
        "git", "-c", trusted, "-C", str(checkout), "describe", "--always", "--abbrev=40", "--dirty"
    )


def machine() -> dict[str, Any]:
    """Return system, processor, cores and GPUs."""
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
