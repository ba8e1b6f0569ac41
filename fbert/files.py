"""Files appear whole or not at all: everything is written under a temporary name and renamed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fbert.errors import CorruptFileError


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is synced and takes its name, otherwise it goes.

    The temporary name carries the process number, so that two writers never share one.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        _sync(temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path | str, text: str) -> None:
    """Write UTF-8 text with unix line ends, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path | str, content: Any) -> None:
    """Write JSON in a form that is stable byte for byte: keys in the order given, two spaces, no NaN."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path | str) -> Any:
    """Read a JSON file of the workflow.

    Raises:
        CorruptFileError: the file is not JSON; the message names it and says to delete it.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise CorruptFileError(
            f"{path}: not readable as JSON ({error}); delete it and run again to rebuild it"
        ) from error


def _sync(path: Path) -> None:
    """Force the content to disk before the rename, so that a power cut leaves no empty file behind."""
    with open(path, "rb") as stream:
        os.fsync(stream.fileno())
