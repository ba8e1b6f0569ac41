"""Thousands of broken files for the command: each is read or refused as an InputError, whatever is in it."""

import re

import numpy as np
import pytest
from mutations import broken

from fbert.directprobe.command.reading import read_both, read_labels, read_points
from fbert.errors import InputError

FILES = 1_500
LABELS = b"NOUN\nVERB\nthe\tDET\ncaf\xc3\xa9\tNOUN\nthree words\tX Y\n"
NUMBERS = b"0.5 1e-3 -2\n1 2 3\n4 5 6.25\n"
TABLE = NUMBERS.replace(b" ", b",").replace(b"\n", b",NOUN\n")
READERS = {
    "labels.txt": (read_labels, LABELS),
    "points.txt": (read_points, NUMBERS),
    "both.csv": (read_both, TABLE),
}


@pytest.mark.parametrize("name", READERS)
def test_broken_files_are_read_or_refused(tmp_path, name):
    read, sample = READERS[name]
    path, rng = tmp_path / name, np.random.default_rng(21)
    outcomes = {True: 0, False: 0}
    for number in range(FILES):
        path.write_bytes(broken(sample, number, rng))
        outcomes[_reads(read, path)] += 1
    assert min(outcomes.values()) > FILES / 50, "the mutations should be neither all harmless nor all fatal"


def _reads(read, path):
    """Tell whether a file is read; a refusal names it."""
    try:
        found = read(path)
    except InputError as error:
        assert re.match(rf"{path}(, line [0-9]+)?: ", str(error))
        return False
    arrays = found if isinstance(found, tuple) else (found,)
    assert len({len(array) for array in arrays}) == 1
    return True


@pytest.mark.parametrize("kind", ["npz", "npy"])
def test_broken_arrays_are_read_or_refused(tmp_path, kind):
    path, rng = tmp_path / f"both.{kind}", np.random.default_rng(22)
    X = rng.normal(size=(5, 3))
    np.savez(path, X=X, y=np.array(list("aabbb"))) if kind == "npz" else np.save(path, X)
    sample = path.read_bytes()
    for number in range(FILES // 3):
        path.write_bytes(broken(sample, number, rng))
        _reads(read_both if kind == "npz" else read_points, path)
