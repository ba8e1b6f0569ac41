"""The form of a checkpoint: a Hugging Face folder, the task's head, and a record of what made it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from fbert.errors import CorruptFileError
from fbert.files import read_json, write_json

RECORD = "training.json"
WEIGHTS = ("model.safetensors", "head.safetensors")


def write_record(folder: Path, content: dict[str, Any]) -> None:
    """Write `training.json`, with the checksums of the weights beside it."""
    sums = {name: sha256(folder / name) for name in WEIGHTS}
    write_json(folder / RECORD, content | {"sha256": sums})


def check_checkpoint(folder: Path | str) -> dict[str, Any]:
    """Return a checkpoint's record, once its weights are found to be those that were written.

    Raises:
        CorruptFileError: a file is missing or altered; the message names it.
    """
    folder = Path(folder)
    rebuild = f"delete {folder} and run again to train it anew"
    if not (folder / RECORD).is_file():
        raise CorruptFileError(f"{folder}: not a checkpoint (it has no {RECORD}); {rebuild}")
    record: dict[str, Any] = read_json(folder / RECORD)
    sums = record.get("sha256", {}) if isinstance(record, dict) else {}
    for name in WEIGHTS:
        if not (folder / name).is_file() or sha256(folder / name) != sums.get(name):
            raise CorruptFileError(f"{folder / name}: missing, truncated or altered; {rebuild}")
    return record


def sha256(path: Path) -> str:
    """Return the sha256 of a file."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
