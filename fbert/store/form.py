"""The form of the files: how they are made whole, sealed, opened and checked.

HDF5 sums up its own metadata from version 1.10 of the format on, all but the heap that holds text of variable
length: a byte changed there can keep the library busy for ever. Text of a fixed length is as long as the
longest each time. So texts are bytes here, one after another, and the places where they end.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from fbert.errors import CorruptFileError, InputError
from fbert.files import replacing

STORE = "fbert vectors 2"
# A file under its final name is never written to, and locks fail on some cluster file systems.
FORMAT: dict[str, Any] = {"libver": ("v110", "v110"), "locking": False}


@contextmanager
def creating(path: Path | str, form: str, provenance: Mapping[str, Any]) -> Iterator[h5py.File]:
    """Yield a new file to fill; it gets its name once it is filled, sealed and closed."""
    with replacing(path) as temporary, h5py.File(temporary, "w", **FORMAT) as file:
        yield file
        file.visititems(_add_checksum)
        file.attrs["form"] = np.bytes_(form)
        file.attrs["provenance"] = np.bytes_(json.dumps(dict(provenance), allow_nan=False))
        file.attrs["complete"] = True


@contextmanager
def opening(path: Path | str, *forms: str) -> Iterator[h5py.File]:
    """Yield a file of one of the forms that was written whole.

    Raises:
        InputError: there is no such file.
        CorruptFileError: it is truncated, incomplete or of another form, or a part of it cannot be read.
    """
    try:
        with h5py.File(path, "r", **FORMAT) as file:
            found = np.asarray(file.attrs.get("form", b"")).tobytes()
            if found not in [form.encode() for form in forms] or "complete" not in file.attrs:
                raise OSError(f"not a complete file of {' or '.join(forms)}")
            yield file
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; has it been made yet?") from error
    except (OSError, KeyError, RuntimeError) as error:
        raise CorruptFileError(
            f"{path}: truncated, altered or foreign ({error}); delete it and run again to rebuild it"
        ) from error


def values(dataset: h5py.Dataset) -> NDArray[Any]:
    """Read a dataset whole.

    Raises:
        OSError: it is not what was written.
    """
    content: NDArray[Any] = dataset[()]
    if dataset.attrs["crc32"] != _checksum(dataset.name, content):
        raise OSError(f"checksum of {dataset.name} differs")
    return content


def write_texts(group: h5py.Group, name: str, content: Sequence[str]) -> None:
    """Write texts as one run of bytes and the places where they end: as large as their sum."""
    encoded = [text.encode() for text in content]
    both = group.create_group(name)
    both["bytes"] = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    both["ends"] = np.cumsum([len(text) for text in encoded], dtype=np.int64)


def texts(both: h5py.Group) -> tuple[str, ...]:
    """Read what `write_texts` wrote whole, as `values` does."""
    content, ends = values(both["bytes"]).tobytes(), values(both["ends"]).tolist()
    return tuple(content[i:j].decode() for i, j in zip([0, *ends], ends, strict=False))


def layer_name(layer: int) -> str:
    """Return the name of a layer's dataset."""
    return f"layer_{layer:02d}"


def provenance_of(file: h5py.File) -> dict[str, Any]:
    """Return what made an open file."""
    provenance: dict[str, Any] = json.loads(bytes(file.attrs["provenance"]))
    return provenance


def _add_checksum(_: str, item: h5py.Group | h5py.Dataset) -> None:
    if isinstance(item, h5py.Dataset) and "crc32" not in item.attrs:
        item.attrs["crc32"] = _checksum(item.name, item[()])


def _checksum(name: str, content: NDArray[Any]) -> int:
    """Sum up a dataset's own name, number format, shape and bytes."""
    head = f"{name.rpartition('/')[2]} {content.dtype.str} {content.shape}".encode()
    return zlib.crc32(np.ascontiguousarray(content).data, zlib.crc32(head))
