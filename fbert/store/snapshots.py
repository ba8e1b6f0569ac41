"""Joining the stores made at the snapshots of one training run into one file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py

from fbert.store.form import SNAPSHOTS, STORE, creating, opening, update_name


def join_snapshots(parts: Mapping[int, Path], path: Path | str, provenance: Mapping[str, Any]) -> None:
    """Write one file of the stores of several updates, which agree in all but their vectors.

    Args:
        parts: the store of each update.
        path: the file of snapshots.
        provenance: what made them.

    Raises:
        CorruptFileError: one of the parts is not as it was written.
    """
    with creating(path, SNAPSHOTS, provenance) as file:
        for update, part in sorted(parts.items()):
            with opening(part, STORE) as store:
                _copy(store, file, update)


def _copy(store: h5py.File, file: h5py.File, update: int) -> None:
    """Copy an update's layers with their checksums, and the index if it is not there yet."""
    layers = file.create_group(update_name(update))
    for name, item in store.items():
        if name.startswith("layer_"):
            store.copy(item, layers)
        elif name not in file:
            store.copy(item, file)
