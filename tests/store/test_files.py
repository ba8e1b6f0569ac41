"""A file that is not whole and untouched is refused by name."""

import h5py
import numpy as np
import pytest
from encoder.tiny import build, corpus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fbert.encoder.model import Encoder
from fbert.errors import CorruptFileError, InputError
from fbert.records.trajectory import Trajectory
from fbert.store import read, read_forms, read_layers, read_provenance
from fbert.store.embed import embed
from fbert.store.form import STORE, creating

REFUSED = "truncated, altered or foreign .*; delete it and run again to rebuild it"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    embed(Encoder.load(build("bert", folder / "bert"), "cpu"), corpus(), "test", folder / "store.h5", ["POS"])
    return folder / "store.h5"


def everything(path):
    return (
        [read(path, "POS", layer) for layer in read_layers(path)],
        read_forms(path, "POS"),
        read_provenance(path),
    )


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_store_is_refused(store, tmp_path, share):
    content = store.read_bytes()
    (tmp_path / "cut.h5").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CorruptFileError, match=rf"cut\.h5: {REFUSED}"):
        read(tmp_path / "cut.h5", "POS", 0)


def test_foreign_files_are_refused(store, tmp_path):
    (tmp_path / "text.h5").write_text("no store")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["layer_00"] = np.zeros((3, 2))
    with pytest.raises(CorruptFileError, match=rf"text\.h5: {REFUSED}"):
        read(tmp_path / "text.h5", "POS", 0)
    with pytest.raises(CorruptFileError, match=rf"other\.h5: {REFUSED}"):
        read(tmp_path / "other.h5", "POS", 0)
    with pytest.raises(CorruptFileError, match="not a complete file of fbert trajectory"):
        Trajectory.read(store)


def test_a_store_without_its_mark_is_refused(store, tmp_path):
    (tmp_path / "open.h5").write_bytes(store.read_bytes())
    with h5py.File(tmp_path / "open.h5", "r+") as file:
        del file.attrs["complete"]
    with pytest.raises(CorruptFileError, match="not a complete file of fbert vectors"):
        read(tmp_path / "open.h5", "POS", 0)


@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_a_changed_byte_is_refused_or_changes_nothing(store, tmp_path, data):
    content = bytearray(store.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    (tmp_path / "changed.h5").write_bytes(content)
    try:
        found, forms, provenance = everything(tmp_path / "changed.h5")
    except InputError:
        return
    expected, expected_forms, expected_provenance = everything(store)
    assert (forms, provenance) == (expected_forms, expected_provenance)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.X, other.X)
        np.testing.assert_array_equal(one.y, other.y)
        assert one.labels == other.labels


def test_a_write_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), creating(tmp_path / "store.h5", STORE, {}) as file:
        file["rows"] = np.zeros(3)
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
