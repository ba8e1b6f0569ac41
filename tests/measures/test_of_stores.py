"""The record of a job: from stores, deterministic, of the same examples of both states."""

import numpy as np
import pytest
from encoder.tiny import build, corpus

from fbert.encoder.model import Encoder
from fbert.errors import CorruptFileError, InputError
from fbert.measures.known import COMPARISONS, DESCRIPTIONS
from fbert.measures.of_stores import measures_of_stores
from fbert.records.measures import MeasuresRecord
from fbert.store.embed import embed
from fbert.store.read import read


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """The same words by two encoders, the second as a state named `later`, and other words by the first."""
    folder = tmp_path_factory.mktemp("stores")
    found = {"original": folder / "original.h5", "later": folder / "later.h5", "other": folder / "other.h5"}
    for name, kind in (("original", "bert"), ("later", "roberta"), ("other", "bert")):
        (folder / kind).mkdir(exist_ok=True)
        encoder = Encoder.load(build(kind, folder / kind), "cpu")
        part = "test" if name == "other" else "train"
        state = "later" if name == "later" else "original"
        made = {"encoder": "tiny", "state": state, "synthetic": False}
        embed(encoder, corpus(), part, found[name], ["POS"], provenance=made)
    return found


def test_every_measure_is_of_the_stores_vectors(stores):
    record = measures_of_stores(stores["later"], stores["original"], "POS", "last")
    before, after = (read(stores[name], "POS", record.origin.layer) for name in ("original", "later"))
    X, Y = before.X.astype(float), after.X.astype(float)
    assert record.n == len(X)
    assert record.to_original == {one.name: round(one.of(X, Y), 9) for one in COMPARISONS}
    assert record.of_state == {one.name: round(one.of(Y, after.y), 9) for one in DESCRIPTIONS}
    assert str(record.origin.state) == "later"


def test_an_original_has_no_likeness_to_itself(stores):
    record = measures_of_stores(stores["original"], stores["original"], "POS", 1)
    assert record.to_original == {one.name: None for one in COMPARISONS}
    assert None not in record.of_state.values()
    assert record.origin.layer == 1


def test_states_of_other_examples_are_refused(stores):
    with pytest.raises(InputError, match=r"other\.h5: has other examples of POS than .*original\.h5"):
        measures_of_stores(stores["other"], stores["original"], "POS", 1)


def test_a_record_comes_back_as_it_was_written(stores, tmp_path):
    record = measures_of_stores(stores["later"], stores["original"], "POS", 1)
    record.write(tmp_path / "record.json")
    assert MeasuresRecord.read(tmp_path / "record.json") == record
    (tmp_path / "record.json").write_text('{"encoder": "tiny"}')
    with pytest.raises(CorruptFileError):
        MeasuresRecord.read(tmp_path / "record.json")
    assert np.isfinite([value for value in record.of_state.values() if value is not None]).all()
