"""Encoders of the hub in Hugging Face's cache: which files of one are read, and whether they are there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from huggingface_hub import get_cached_repo_tree, is_offline_mode, snapshot_download
from huggingface_hub.constants import HF_HUB_CACHE
from huggingface_hub.errors import CachedRepoTreeNotFoundError, LocalEntryNotFoundError

from fbert.encoder.source import EncoderSource
from fbert.hub import HERE, network
from fbert.paths import fetched_encoder

_TEXTS = re.compile(r".*\.(json|txt|model|spm|jinja)")
_SAFETENSORS = re.compile(r"(.*/)?model(-\d+-of-\d+)?\.safetensors")
_PICKLED = re.compile(r"(.*/)?pytorch_model(-\d+-of-\d+)?\.bin")


def files_read(names: Iterable[str]) -> list[str]:
    """Return which files of a repository may be read: all small ones, and the weights of each folder.

    These are in one form, pickled ones only where there is nothing else, as transformers reads them.
    """
    listed = sorted(names)
    safe = {PurePosixPath(name).parent for name in listed if _SAFETENSORS.fullmatch(name)}
    return [
        name
        for name in listed
        if _TEXTS.fullmatch(name)
        or _SAFETENSORS.fullmatch(name)
        or (_PICKLED.fullmatch(name) and PurePosixPath(name).parent not in safe)
    ]


def listed_files(source: EncoderSource) -> list[str] | None:
    """Return which files to read the hub has; None if the cache does not say, as from an older client."""
    try:
        tree = get_cached_repo_tree(str(source.hub), revision=source.revision)
    except CachedRepoTreeNotFoundError:
        return None
    return files_read(file.path for file in tree)


def cached_files(source: EncoderSource) -> dict[str, Path] | None:
    """Return where the cache has the files to read, by name; None if it lacks one that it should have."""
    listed = listed_files(source)
    try:
        found = snapshot_download(
            str(source.hub), revision=source.revision, local_files_only=True, allow_patterns=listed
        )
    except LocalEntryNotFoundError:
        return None
    folder = Path(found)
    here = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name: folder / name for name in listed or files_read(here)}


def is_whole(source: EncoderSource) -> bool:
    """Tell whether the cache says which files an encoder has, and has them all."""
    return listed_files(source) is not None and cached_files(source) is not None


@contextmanager
def cache_first(source: EncoderSource) -> Iterator[None]:
    """Keep Hugging Face's libraries from the network if the cache has the encoder whole.

    With a whole cache they would still ask the hub about files that an encoder may have and this one lacks;
    with no network they would wait two minutes for an answer.
    """
    with network(not is_offline_mode() and not (source.hub is not None and is_whole(source))):
        yield


def said_of_lacking(source: EncoderSource) -> str:
    """Say what to do about an encoder that a job does not find in the cache."""
    record = fetched_encoder(str(source.hub), str(source.revision))
    if Path(record).is_file():
        return (
            f"{record} says that it was fetched, but Hugging Face's cache, {HF_HUB_CACHE}, has it not whole; "
            f"set HF_HOME as it was when it was fetched, or delete that record {HERE}, and run again"
        )
    return (
        f"is not whole in Hugging Face's cache, {HF_HUB_CACHE}; is HF_HOME another one than where it was "
        f"fetched? `snakemake {record}` fetches it, {HERE}"
    )
