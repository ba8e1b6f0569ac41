"""Weights kept on the way: they are those of the run, disturb nothing, and are small where little changed."""

import numpy as np
import pytest
from encoder.tiny import build, corpus
from safetensors.torch import load_file

from fbert.analysis.dynamics import course_of_checkpoint
from fbert.encoder.model import Encoder
from fbert.errors import CorruptFileError, InputError
from fbert.finetune import FinetuneSettings
from fbert.finetune.settings import Lora
from fbert.finetune.snapshots import Snapshots
from fbert.finetune.training import finetune
from fbert.states import State
from fbert.store import read
from fbert.store.embed import embed

pytestmark = pytest.mark.training
PARTS = [{}, {"freeze": 2}, {"lora": Lora(2, 4)}]


@pytest.fixture
def source(tmp_path):
    return build("bert", tmp_path / "original")


def tuned(source, folder, task="DEP", **settings):
    settings = FinetuneSettings(epochs=2, batch_size=8, **settings)
    finetune(source, corpus(), task, settings, 0, folder, device="cpu")
    return folder


@pytest.mark.parametrize("part", PARTS, ids=str)
def test_vectors_at_the_ends_are_those_of_the_stores(source, tmp_path, part):
    folder = tuned(source, tmp_path / "tuned", snapshots=4, **part)
    course = course_of_checkpoint(source, folder, corpus(), State("DEP", 0))
    assert (course.updates, course.layers) == ([0, 3, 7, 10], [1, 3])
    for update, state in ((10, folder), (0, source)):  # backwards, since nothing may be left of another
        embed(Encoder.load(state, "cpu"), corpus(), "train", tmp_path / "store.h5", ["DEP"])
        vectors = course.vectors(update)
        for layer in course.layers:
            stored = read(tmp_path / "store.h5", "DEP", layer)
            np.testing.assert_array_equal(vectors[layer], stored.X)
            np.testing.assert_array_equal(course.y, stored.y)
    assert not np.array_equal(course.vectors(3)[3], course.vectors(7)[3])


def test_they_disturb_nothing(source, tmp_path):
    with_them, without = tuned(source, tmp_path / "a", snapshots=4), tuned(source, tmp_path / "b")
    assert (with_them / "model.safetensors").read_bytes() == (without / "model.safetensors").read_bytes()
    assert not (without / "snapshots").exists()
    with pytest.raises(InputError, match="b: has no snapshots; the training run kept none"):
        Snapshots(Encoder.load(source, "cpu").model, without)


def test_what_did_not_change_is_not_kept(source, tmp_path):
    folder = tuned(source, tmp_path / "tuned", snapshots=2, freeze=2) / "snapshots"
    assert load_file(folder / "update_00000000.safetensors") == {}
    names = load_file(folder / "update_00000010.safetensors").keys()
    assert all(name.startswith("encoder.layer.2.") for name in names)


def test_of_word_embeddings_only_the_rows_that_were_trained_are_kept(source, tmp_path):
    last = tuned(source, tmp_path / "tuned", snapshots=2) / "snapshots/update_00000010.safetensors"
    kept = load_file(last)
    name = "embeddings.word_embeddings.weight"
    trained = Encoder.load(tmp_path / "tuned", "cpu").model.state_dict()[name]
    original = Encoder.load(source, "cpu").model.state_dict()[name]
    assert 0 < len(kept[name]) < len(original) / 2
    changed = np.flatnonzero((trained != original).any(dim=1))
    np.testing.assert_array_equal(kept[name + ".rows"], changed)


def test_an_altered_file_is_refused_by_name(source, tmp_path):
    folder = tuned(source, tmp_path / "tuned", snapshots=2)
    last = folder / "snapshots/update_00000010.safetensors"
    last.write_bytes(last.read_bytes()[:-100])
    with pytest.raises(CorruptFileError, match=r"update_00000010\.safetensors: truncated, altered, or of"):
        Snapshots(Encoder.load(source, "cpu").model, folder).load(10)
