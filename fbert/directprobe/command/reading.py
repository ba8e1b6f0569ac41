"""What users of the command bring: vectors and labels as npy, npz, csv, text or HDF5, or in folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from fbert.errors import InputError

HDF5 = {".h5", ".hdf5"}
Arrays = tuple[np.ndarray, np.ndarray]


def read_points(path: Path) -> np.ndarray:
    """Read (n, d) vectors: .npy, .npz or HDF5 (array X), .csv (no header) or text (a vector per line).

    Raises:
        InputError: the file is missing or cannot be read; for text, the line is named.
    """
    return _array(path, "X", _read_numbers)


def read_labels(path: Path) -> np.ndarray:
    """Read (n,) labels from .npy, .npz or HDF5 (array y), or text: a line is a label or `entity<TAB>label`.

    Raises:
        InputError: the file is missing or cannot be read; for text, the line is named.
    """
    return _array(path, "y", _read_label_lines)


def read_both(path: Path) -> Arrays:
    """Read both from one .npz or HDF5 file (arrays X and y), or from a .csv with the label last.

    Raises:
        InputError: the file is missing, cannot be read, or is of a form that holds vectors alone.
    """
    if path.suffix == ".csv":
        return _labelled_csv(path)
    if path.suffix not in {".npz", *HDF5}:
        raise InputError(f"{path}: holds vectors alone; give their labels as a second file")
    return read_points(path), read_labels(path)


def read_folder(folder: Path, embeddings: str, part: str) -> Arrays:
    """Read one part of a folder in the layout of the published code.

    Args:
        folder: holds `embeddings/`, `entities/<part>.txt` and `labels/`.
        embeddings: the file of the vectors, below `embeddings/`.
        part: "train" or "test".

    Returns:
        (n, d) vectors and (n,) labels.

    Raises:
        InputError: a file is missing or cannot be read, or a label is not in the label file (the line is
            named).
    """
    entities = folder / "entities" / f"{part}.txt"
    y = read_labels(entities)
    allowed = {
        label.strip() for file in sorted((folder / "labels").glob("*.txt")) for label in text_lines(file)
    }
    strange = [number for number, label in enumerate(y, start=1) if label not in allowed]
    if strange:
        label = y[strange[0] - 1]
        raise InputError(f"{entities}, line {strange[0]}: {str(label)!r} is not in {folder / 'labels'}")
    return read_points(folder / "embeddings" / embeddings), y


def _array(path: Path, key: str, read_text: Callable[[Path], np.ndarray]) -> np.ndarray:
    """Read one array, whatever the format."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        if path.suffix == ".npy":
            vectors: np.ndarray = np.load(path)
            return vectors
        if path.suffix == ".npz":
            with np.load(path) as file:
                return _named(file, key, path)
        if path.suffix in HDF5:
            with h5py.File(path) as file:
                return _decoded(_named(file, key, path))
    except InputError:
        raise
    except Exception as error:  # of a damaged header, whatever the parser it came to trips over
        raise InputError(f"{path}: not readable as {path.suffix} ({error})") from error
    return read_text(path)


def _named(file: np.lib.npyio.NpzFile | h5py.File, key: str, path: Path) -> np.ndarray:
    if key not in file:
        raise InputError(f"{path}: has no array {key!r}; it holds {sorted(file)}")
    return np.asarray(file[key][()])


def _decoded(array: np.ndarray) -> np.ndarray:
    """Return text as text: HDF5 gives bytes."""
    return np.array([t.decode() for t in array]) if array.dtype.kind in "OS" else array


def text_lines(path: Path) -> list[str]:
    r"""Return lines as those of corpora are read: a byte order mark is dropped, only `\n` ends a line.

    Python's `splitlines` would also cut at U+2028 and U+0085, which stand inside labels.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig").removesuffix("\n").split("\n")
        return [line.removesuffix("\r") for line in lines] if lines != [""] else []
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not text in UTF-8 ({error})") from error


def _read_numbers(path: Path) -> np.ndarray:
    """Read a matrix, numbers separated by commas (.csv) or by space."""
    separator = "," if path.suffix == ".csv" else None
    return _matrix(path, [line.split(separator) for line in text_lines(path)])


def _matrix(path: Path, rows: list[list[str]]) -> np.ndarray:
    """Turn text into numbers, or name the line that is at fault."""
    numbers = []
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise InputError(f"{path}, line {number}: {len(row)} numbers where line 1 has {len(rows[0])}")
        try:
            numbers.append(np.array(row, dtype=np.float64))
        except ValueError as error:
            raise InputError(f"{path}, line {number}: {error}") from error
    if not numbers:
        raise InputError(f"{path}: empty")
    return np.stack(numbers)


def _read_label_lines(path: Path) -> np.ndarray:
    """Read the last tab-separated field of each line."""
    lines = text_lines(path)
    columns = [number for number, line in enumerate(lines, start=1) if "," in line]
    if path.suffix == ".csv" and columns:
        raise InputError(f"{path}, line {columns[0]}: several columns; a file of labels has one label a line")
    return _present([line.split("\t")[-1].strip() for line in lines], path)


def _present(labels: list[str], path: Path) -> np.ndarray:
    """Return labels as an array, or name the line that has none."""
    missing = [number for number, label in enumerate(labels, start=1) if not label]
    if missing:
        raise InputError(f"{path}, line {missing[0]}: no label")
    return np.array(labels)


def _labelled_csv(path: Path) -> Arrays:
    """Read a .csv whose last column is the label."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    rows = [line.split(",") for line in text_lines(path)]
    return _matrix(path, [row[:-1] for row in rows]), _present([row[-1].strip() for row in rows], path)
