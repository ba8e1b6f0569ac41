"""The form of a checkpoint: a Hugging Face folder, the task's head, and a record of what made it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fbert.errors import CorruptFileError
from fbert.files import read_json, sha256, write_json

RECORD = "training.json"


def write_record(folder: Path, content: dict[str, Any]) -> None:
    """Write `training.json`, with checksums of all files beside it: weights, tokenizer, configuration."""
    sums = {file.name: sha256(file) for file in _own_files(folder)}
    write_json(folder / RECORD, content | {"sha256": sums})


def check_checkpoint(folder: Path | str) -> dict[str, Any]:
    """Return a checkpoint's record, once every file is found to be what was written, and none was added.

    Snapshots of the training run lie in a folder of their own and are checked by whoever reads them.

    Raises:
        CorruptFileError: a file is missing, altered or foreign; the message names it.
    """
    folder = Path(folder)
    rebuild = f"delete {folder} and run again to train it anew"
    if not (folder / RECORD).is_file():
        raise CorruptFileError(f"{folder}: not a checkpoint (it has no {RECORD}); {rebuild}")
    record: dict[str, Any] = read_json(folder / RECORD)
    sums = record.get("sha256", {}) if isinstance(record, dict) else {}
    found = {file.name for file in _own_files(folder)}
    for name in sorted(sums.keys() | found | {"model.safetensors"}):
        if name not in sums:
            raise CorruptFileError(
                f"{folder / name}: was not there when the checkpoint was written; {rebuild}"
            )
        if name not in found or sha256(folder / name) != sums[name]:
            raise CorruptFileError(f"{folder / name}: missing, truncated or altered; {rebuild}")
    return record


def _own_files(folder: Path) -> list[Path]:
    """Return the files of a checkpoint but its record; hidden ones are the workflow's."""
    files = [file for file in folder.iterdir() if file.is_file()]
    return sorted(file for file in files if file.name != RECORD and not file.name.startswith("."))
