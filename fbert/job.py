"""The frame of a workflow job: its output goes to its log, and a user's error ends as a message."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from fbert.errors import InputError


@contextmanager
def logged(log: str) -> Iterator[None]:
    """Send all output of this process, libraries included, to the file `log`.

    An InputError ends the process with status 1 and its message as the log's last line; if the log cannot
    take it, as on a full disk, it goes to where errors went before.
    """
    outside = os.dup(sys.stderr.fileno())
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(stream, sys.stdout.fileno())
    os.dup2(stream, sys.stderr.fileno())
    try:
        yield
    except InputError as error:
        _tell(f"Error: {error}\n".encode(), stream, outside)
        sys.exit(1)


def _tell(message: bytes, log: int, otherwise: int) -> None:
    """Write a message to a log; if that is not possible, elsewhere."""
    try:
        os.write(log, message)
    except OSError:
        os.write(otherwise, message)
