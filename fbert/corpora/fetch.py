"""Fetch a public corpus file: from a mirror folder or by download, and only if its checksum holds."""

from __future__ import annotations

import shutil
from pathlib import Path

import requests
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential
from tqdm import tqdm

from fbert.corpora.registry import KnownFile
from fbert.errors import CorruptFileError, InputError
from fbert.files import checksum_of, replacing

_CHUNK = 1 << 16
_TIMEOUT = (10, 60)  # seconds to connect, and between bytes
_ATTEMPTS = 5
_PASSING = {408, 429, 500, 502, 503, 504}  # HTTP status codes that may go away


def fetch(
    file: KnownFile,
    target: Path | str,
    checksum: str | None = None,
    mirror: Path | str | None = None,
    first_wait: float = 1.0,
) -> None:
    """Put a public file at `target`, whole and verified, or not at all.

    Args:
        file: what to fetch.
        target: where it goes.
        checksum: `sha256:...` or `git-blob:...` to expect instead of the registered one.
        mirror: a folder that is searched first, at the file's relative path.
        first_wait: seconds before the second attempt at a download; every further wait is twice as long.

    Raises:
        CorruptFileError: the checksum differs; the message has the expected and the found one.
        InputError: the mirror is no folder, or the download failed for good.
    """
    copy = _mirrored(file, mirror)
    with replacing(target) as temporary:
        if copy is not None:
            shutil.copyfile(copy, temporary)
        else:
            _download(file, temporary, first_wait)
        _verify(temporary, checksum or file.checksum, str(copy or file.url))


def _mirrored(file: KnownFile, mirror: Path | str | None) -> Path | None:
    if mirror is None:
        return None
    if not Path(mirror).is_dir():
        raise InputError(f"mirror: {mirror} is no folder; paths are relative to the project's root")
    path = Path(mirror) / file.path
    return path if path.is_file() else None


def _verify(path: Path, expected: str, origin: str) -> None:
    found = checksum_of(path, expected.partition(":")[0])
    if found != expected:
        raise CorruptFileError(
            f"{origin}: wrong checksum, expected {expected}, found {found}; damaged, or another version. "
            "If it is the one you mean, give its checksum under `checksums` in the configuration"
        )


def _download(file: KnownFile, path: Path, first_wait: float) -> None:
    """Download with retries where another attempt may help; every attempt begins anew."""
    retries = Retrying(
        retry=retry_if_exception(_may_pass),
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential(multiplier=first_wait, min=0),
        reraise=True,
    )
    try:
        retries(_download_once, file, path)
    except requests.RequestException as error:
        raise InputError(
            f"{file.url}: cannot be downloaded ({error}). Is there a network? Otherwise put the file at "
            f"{file.path} in a folder and name that folder under `mirror` in the configuration"
        ) from error


def _download_once(file: KnownFile, path: Path) -> None:
    plain = {"Accept-Encoding": "identity"}  # so that Content-Length is the file's, and a cut body shows
    with requests.get(file.url, stream=True, timeout=_TIMEOUT, headers=plain) as response:
        response.raise_for_status()
        size = int(response.headers.get("Content-Length", 0)) or None
        with open(path, "wb") as stream, tqdm(total=size, unit="B", unit_scale=True, desc=file.path) as bar:
            for chunk in response.iter_content(_CHUNK):
                stream.write(chunk)
                bar.update(len(chunk))


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, requests.HTTPError):
        return error.response is not None and error.response.status_code in _PASSING
    passing = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
    return isinstance(error, passing)
