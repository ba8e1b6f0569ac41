"""The Hugging Face hub: whether it may be asked, and what to do about what it does not give."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from huggingface_hub import constants
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from fbert.errors import InputError

ASKED_OFFLINE = "FBERT_HUB_OFFLINE"
"""The environment variable with what HF_HUB_OFFLINE was when Snakemake was started (rules/common.smk)."""
HERE = "on the machine where Snakemake runs (on a cluster the login node)"
# Errors that are no file system's, though they are OSErrors too.
_NETWORK = (LocalEntryNotFoundError, ConnectionError, TimeoutError)


@dataclass(frozen=True)
class Repository:
    """A repository of the hub at one of its commits; `kind` is `encoder` or `dataset`."""

    kind: str
    hub: str
    revision: str

    @property
    def page(self) -> str:
        """Where people see it."""
        return f"https://huggingface.co/{'datasets/' if self.kind == 'dataset' else ''}{self.hub}"


def stays_offline() -> bool:
    """Tell whether who started this, or the workflow that it is a job of, wants nothing fetched."""
    asked = os.environ.get(ASKED_OFFLINE, os.environ.get("HF_HUB_OFFLINE", ""))
    return asked.upper() in constants.ENV_VARS_TRUE_VALUES


@contextmanager
def network(allowed: bool) -> Iterator[None]:
    """Let Hugging Face's libraries use the network, or keep them from it, in this process.

    They read HF_HUB_OFFLINE once, when they are imported, which for a fork was before it was a job.
    """
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = not allowed
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


@contextmanager
def asking(repository: Repository, loading: bool = False) -> Iterator[None]:
    """Say what to do about what the hub, the way to it, or the cache refuses.

    Args:
        repository: what is asked for.
        loading: whether files are under way, so that a connection that fails did stand before.

    Raises:
        InputError: instead of whatever the libraries below raise; the message says what to do and where.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{repository.kind} {repository.hub}: {_said(error, repository, loading)}"
        ) from error


def _said(error: Exception, repository: Repository, loading: bool) -> str:
    if isinstance(error, GatedRepoError):
        return (
            f"is only for those who accepted its terms; do so on {repository.page}, then log in here with "
            f"`hf auth login` (or set HF_TOKEN), {HERE}, and run again"
        )
    if isinstance(error, RepositoryNotFoundError):
        return (
            "there is none of this id on the hub (owner/name), or it is private; for a private one log in "
            f"with `hf auth login` (or set HF_TOKEN), {HERE}"
        )
    if isinstance(error, RevisionNotFoundError):
        return f"has no revision {repository.revision}; its commits are on {repository.page}/commits/main"
    if isinstance(error, HfHubHTTPError) and not isinstance(error, EntryNotFoundError):
        return f"the hub refuses it ({error}); {_likely(error)}"
    if _is_of_disk(error):
        return (
            f"the cache cannot be written ({type(error).__name__}: {error}); set HF_HOME to a folder of "
            f"yours with space, {HERE}; the cache is now {constants.HF_HUB_CACHE}"
        )
    named = f"{type(error).__name__}: {error}"
    if isinstance(error, OfflineModeIsEnabled):
        return (
            f"HF_HUB_OFFLINE is set, so what the cache, {constants.HF_HUB_CACHE}, has not whole is not "
            f"fetched; unset it {HERE}, or set HF_HOME to a cache that has it, and run again"
        )
    if loading:
        return f"the connection failed on the way ({named}); run again, for the files that have not arrived"
    return (
        f"the hub cannot be reached ({named}). Is there a network? What a study needs of the hub is fetched "
        f"where Snakemake runs (on a cluster the login node); jobs need none. Proxies (HTTPS_PROXY) and "
        f"mirrors (HF_ENDPOINT, now {constants.ENDPOINT}) are set there"
    )


def _is_of_disk(error: Exception) -> bool:
    """Tell an error of the file system."""
    return isinstance(error, OSError) and error.errno is not None and not isinstance(error, _NETWORK)


def _likely(error: HfHubHTTPError) -> str:
    if error.response.status_code in (401, 403):
        return "the token by which you are logged in is not valid (any more): log in with `hf auth login`"
    return "try again later"
