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

    An InputError ends the process with status 1 and its message as the log's last line.
    """
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(stream, sys.stdout.fileno())
    os.dup2(stream, sys.stderr.fileno())
    try:
        yield
    except InputError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)
