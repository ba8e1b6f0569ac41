"""Encoders of the hub: fetched once, where there is a network, and found in the cache from then on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, snapshot_download

from fbert.encoder.cache import cached_files, files_read, is_whole, listed_files
from fbert.encoder.loading import load_model
from fbert.encoder.source import EncoderSource
from fbert.errors import CorruptFileError, InputError
from fbert.files import checksum_of, sha256
from fbert.hub import Repository, asking, network, stays_offline


def fetch(source: EncoderSource) -> dict[str, Any]:
    """Bring an encoder of the hub into Hugging Face's cache, if it is not there.

    The cache comes first, and what is whole there is asked of nobody. If an older client filled it, it does
    not say which files the hub has: then the hub is asked, and if that cannot be, what is there is taken.

    The encoder is opened once as every job will open it, without a network, so that what cannot be used is
    refused here. The hub names each file by a sum of its content, which the cache keeps as the name of its
    copy: sha256 of weights, git's own sum of small files. What came over the wire is held against it.

    Returns:
        Id, revision, and of each file its size in bytes and its sha256.

    Raises:
        InputError: there is no such model, it cannot be fetched, or it cannot be used.
        CorruptFileError: a file is not what the hub has; the message names it.
    """
    source.location()  # which refuses a folder of its name
    if not is_whole(source):
        try:
            _download(source)
        except InputError:
            if listed_files(source) is not None or not cached_files(source):
                raise
    files = cached_files(source) or {}
    sums = {name: _sum(path) for name, path in files.items()}
    with network(False):
        load_model(source)
    return {
        "hub": source.hub,
        "revision": source.revision,
        "bytes": {name: path.stat().st_size for name, path in files.items()},
        "sha256": sums,
    }


def _download(source: EncoderSource) -> None:
    """Bring the files that are not in the cache there."""
    repository = Repository("encoder", str(source.hub), str(source.revision))
    with network(not stays_offline()):
        with asking(repository):
            found = HfApi().model_info(repository.hub, revision=repository.revision)
        names = files_read(file.rfilename for file in found.siblings or [])
        with asking(repository, loading=True):
            snapshot_download(repository.hub, revision=repository.revision, allow_patterns=names)


def _sum(path: Path) -> str:
    """Return the sha256 of a file.

    It is held against the hub's sum of the file, if the cache tells; where links are impossible it does not.
    """
    found, named = sha256(path), path.resolve().name
    if not path.is_symlink() or not re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", named):
        return found
    compared = found if len(named) == 64 else checksum_of(path, "git-blob").partition(":")[2]
    if compared != named:
        raise CorruptFileError(
            f"{path}: not what the hub has (its sum is {named}, that of this copy {compared}); it was "
            f"altered on its way or since: delete {path.resolve()} and run again"
        )
    return found
