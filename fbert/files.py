"""Files appear whole or not at all: everything is written under a temporary name and renamed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from fbert.errors import CorruptFileError, InputError

# What the system says when a file cannot be written, in whichever library's words it comes.
_UNWRITABLE = [os.strerror(code) for code in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)]


@contextmanager
def writing(path: Path | str) -> Iterator[None]:
    """Say which file or folder it is that cannot be written, whatever library fails at it.

    Raises:
        InputError: the disk is full, over quota, read-only or forbidden; the message has what was free.
    """
    free = _free_mb(Path(path))
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # h5py and safetensors have errors of their own for a full disk
        said = [text for text in _UNWRITABLE if text in str(error)]
        if not said:
            raise
        raise InputError(
            f"{path}: cannot be written: {said[0]} ({free} MB were free and did not do). "
            "Mend that and run again; files that were finished before are whole"
        ) from error


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is synced and takes its name, otherwise it goes.

    The temporary name carries machine and process number, so that two writers never share one.

    Raises:
        InputError: the file cannot be written.
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.uname().nodename}.{os.getpid()}.tmp")
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            _sync(temporary)
            share(temporary)
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)


def share(path: Path) -> None:
    """Give a file the permissions that the umask grants, whatever a library chose: colleagues read it.

    One that a colleague wrote, whose training goes on here, has those that their umask granted.
    """
    mask = os.umask(0)
    os.umask(mask)
    with suppress(PermissionError):
        path.chmod(0o666 & ~mask)


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


def sha256(path: Path | str) -> str:
    """Return the sha256 of a file.

    Raises:
        InputError: it cannot be read.
    """
    return checksum_of(path, "sha256").partition(":")[2]


def checksum_of(path: Path | str, kind: str) -> str:
    """Return the checksum of a file, as `KIND:SUM`.

    Args:
        path: the file.
        kind: `sha256`, or `git-blob` for the SHA-1 of `blob SIZE`, a zero byte, and the content, by which
            git, and so the hub, names a file.

    Raises:
        InputError: it cannot be read.
    """
    start = f"blob {os.path.getsize(path)}\0".encode() if kind == "git-blob" else b""
    begun = {"sha256": hashlib.sha256, "git-blob": hashlib.sha1}[kind](start)
    try:
        with open(path, "rb") as stream:
            return f"{kind}:{hashlib.file_digest(stream, lambda: begun).hexdigest()}"
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def sha256_of_json(content: Any) -> str:
    """Return the sha256 of plain values, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _sync(path: Path) -> None:
    """Force the content to disk before the rename, so that a power cut leaves no empty file behind."""
    with open(path, "rb") as stream:
        os.fsync(stream.fileno())


def _free_mb(path: Path) -> int:
    """Return the megabytes free on the disk where `path` is, or will be."""
    existing = next(folder for folder in path.absolute().parents if folder.exists())
    return shutil.disk_usage(existing).free // 10**6


@contextmanager
def as_record(path: Path | str, kind: str) -> Iterator[None]:
    """Say which file it is that lacks what a record of this kind has.

    Raises:
        CorruptFileError: the content could not be taken for one.
    """
    try:
        yield
    except (KeyError, TypeError, InputError) as error:
        raise CorruptFileError(
            f"{path}: not {kind} ({error!r}); delete it and run again to rebuild it"
        ) from error
