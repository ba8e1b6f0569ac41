"""An encoder comes from exactly one place."""

import pytest

from encoder.tiny import MINILM
from fbert.encoder import EncoderSource
from fbert.errors import InputError

REVISION = "0" * 40


def test_a_study_names_one_place_and_may_cut():
    source = EncoderSource.from_study("small", {"package": MINILM, "layers": 3, "finetuning": {"epochs": 3}})
    assert source.as_dict() == {"name": "small", "package": MINILM, "layers": 3}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "exactly one of hub, folder and package, not none of them"),
        ({"folder": "a", "package": "b"}, "not folder and package"),
        ({"hub": "a/b"}, "needs a revision"),
        ({"folder": "a", "revision": REVISION}, "no other has one"),
        ({"folder": "a", "layers": 0}, "at least 1, not 0"),
    ],
)
def test_impossible_sources_are_refused(keys, message):
    with pytest.raises(InputError, match=f"encoder x: .*{message}"):
        EncoderSource.from_study("x", keys)


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no config\.json in"):
        EncoderSource("x", folder=str(tmp_path)).location()
    with pytest.raises(InputError, match="package 'no_such_model' is not installed"):
        EncoderSource("x", package="no_such_model").location()


def test_a_hub_model_is_pinned():
    location = EncoderSource("x", hub="a/b", revision=REVISION).location()
    assert location == {"pretrained_model_name_or_path": "a/b", "revision": REVISION}
