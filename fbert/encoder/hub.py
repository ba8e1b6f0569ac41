"""Encoders of the hub: fetched once, where there is a network, and found in the cache from then on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download

from fbert.encoder.loading import load_model
from fbert.encoder.source import EncoderSource


def fetch(source: EncoderSource) -> dict[str, Any]:
    """Bring an encoder of the hub into Hugging Face's cache.

    It is opened once as every job will open it, so that the cache holds exactly what they need, and what
    cannot be used is refused here.

    Returns:
        Id, revision, and the size in bytes of each file.

    Raises:
        InputError: there is no such model, or no network.
    """
    load_model(source)
    folder = Path(snapshot_download(str(source.hub), revision=source.revision, local_files_only=True))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
    return {"hub": source.hub, "revision": source.revision, "bytes": sizes}
