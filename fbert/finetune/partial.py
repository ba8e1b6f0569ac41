"""The folder of an unfinished run, beside the checkpoint to be, which outlives whatever kills the run."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fbert.errors import InputError
from fbert.files import share
from fbert.finetune.state import read_record

STATE = "state.safetensors"
LOG = "log.jsonl"
# What a file system says that has no locks (Lustre and NFS, as some clusters mount them).
WITHOUT_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)


@contextmanager
def partial_folder(folder: Path, record: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the folder of an unfinished run; once the run has finished, it goes.

    What is left in it of a run of another record is removed with a warning.

    Args:
        folder: of the finished checkpoint.
        record: what the run is.

    Raises:
        InputError: another process works on the same run.
        CorruptFileError: the state in it is truncated or altered.
    """
    partial = folder.with_name(folder.name + ".partial")
    partial.mkdir(parents=True, exist_ok=True)
    with _locked(partial):
        _discard_foreign(partial, record)
        yield partial
        shutil.rmtree(partial)


@contextmanager
def _locked(partial: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends."""
    with open(partial / "lock", "w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                f"{partial}: another process is training there; wait for it or stop it"
            ) from error
        except OSError as error:
            if error.errno not in WITHOUT_LOCKS:
                raise
            logging.getLogger(__name__).warning("%s: no locks on this file system (%s)", partial, error)
        yield


def _discard_foreign(partial: Path, record: Mapping[str, Any]) -> None:
    state = partial / STATE
    if state.is_file() and read_record(state) != record:
        logging.getLogger(__name__).warning("%s: of other settings or data; training starts anew", partial)
        state.unlink()
    if not state.is_file():
        for path in partial.iterdir():
            if path.name != "lock":
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def publish(built: Path, folder: Path) -> None:
    """Give a finished folder its name; one that is there already is replaced."""
    for file in built.rglob("*"):
        if file.is_file():
            share(file)
    if folder.is_dir():
        shutil.rmtree(folder)
    os.replace(built, folder)
