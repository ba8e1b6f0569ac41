"""What a study may say of an encoder besides where it is."""

from dataclasses import fields
from pathlib import Path

import pytest

from fbert.encoder.pooling import SENTENCES, WORDS
from fbert.encoder.source import DTYPES, EncoderSource
from fbert.errors import InputError
from fbert.study.schema import read_yaml
from fbert.study.study import study_from

PATH = Path("mine.yaml")
SCHEMA = read_yaml(Path(__file__).parents[2] / "fbert/study/schema.yaml")["$defs"]["encoder"]["properties"]


def study(**keys):
    content = {
        "description": "x",
        "encoders": {"mine": {"folder": "models/mine"} | keys},
        "corpora": {"pud": {"known": "pud"}},
        "tasks": {"POS": {"corpus": "pud"}},
    }
    return study_from(content, PATH)


def test_what_is_asked_for_is_kept_with_the_encoder():
    asked = {
        "pooling": {"words": "last", "sentences": "mean"},
        "dtype": "bfloat16",
        "adapter": "adapters/mine",
    }
    assert study(**asked).encoders["mine"] == {"folder": "models/mine"} | asked


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"pooling": {"words": "cls"}}, r"encoders\.mine\.pooling\.words: 'cls' is not possible"),
        (
            {"pooling": {"sentences": "means"}},
            r"sentences: 'means' is not possible; did you mean 'mean'",
        ),
        ({"pooling": {"sentence": "cls"}}, r"unknown key 'sentence', did you mean 'sentences'"),
        ({"pooling": "mean"}, r"pooling: 'mean' is not a mapping of keys to values"),
        ({"dtype": "float16"}, r"dtype: 'float16' is not possible; did you mean 'bfloat16'"),
        ({"adapter": 3}, r"adapter: 3 is no text"),
    ],
)
def test_what_is_not_possible_is_refused_with_its_key(keys, message):
    with pytest.raises(InputError, match=message):
        study(**keys)


def test_the_schema_and_the_code_know_the_same():
    assert SCHEMA["pooling"]["properties"]["words"]["enum"] == list(WORDS)
    assert SCHEMA["pooling"]["properties"]["sentences"]["enum"] == list(SENTENCES)
    assert SCHEMA["dtype"]["enum"] == list(DTYPES)
    not_source = {"finetuning", "probe", "states", "step"}
    assert set(SCHEMA) - not_source == {field.name for field in fields(EncoderSource)} - {"name"}
