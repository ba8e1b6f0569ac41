"""Encoders of the hub: fetched once, where there is a network, and found in the cache from then on."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download

from fbert.encoder.loading import load_model
from fbert.encoder.source import EncoderSource
from fbert.errors import CorruptFileError
from fbert.files import sha256


def fetch(source: EncoderSource) -> dict[str, Any]:
    """Bring an encoder of the hub into Hugging Face's cache.

    It is opened once as every job will open it, so that the cache holds exactly what they need, and what
    cannot be used is refused here.

    The hub names each file by a sum of its content, which the cache keeps as the name of its copy: sha256 of
    weights, git's own sum of small files. What came over the wire is held against it.

    Returns:
        Id, revision, and of each file its size in bytes and its sha256.

    Raises:
        InputError: there is no such model, or no network.
        CorruptFileError: a file is not what the hub has; the message names it.
    """
    load_model(source)
    folder = Path(snapshot_download(str(source.hub), revision=source.revision, local_files_only=True))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path: path.relative_to(folder).as_posix() for path in files}
    for path in files:
        _check(path)
    return {
        "hub": source.hub,
        "revision": source.revision,
        "bytes": {name: path.stat().st_size for path, name in names.items()},
        "sha256": {name: sha256(path) for path, name in names.items()},
    }


def _check(path: Path) -> None:
    """Hold a file against the hub's sum of it, if the cache tells; where links are impossible it does not."""
    named = path.resolve().name
    if not path.is_symlink() or not re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", named):
        return
    found = sha256(path) if len(named) == 64 else _sum_of_git(path)
    if found != named:
        raise CorruptFileError(
            f"{path}: not what the hub has (its sum is {named}, that of this copy {found}); it was altered "
            f"on its way or since: delete {path.resolve()} and run again"
        )


def _sum_of_git(path: Path) -> str:
    """Return the sum by which git, and so the hub, names a small file."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()
