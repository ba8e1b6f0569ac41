"""`fbert check` says what a colleague would, before anything is trained."""

from pathlib import Path

import pytest
import torch
import yaml
from encoder.tiny import MINILM, build
from made_up_records import HEALTHY

from fbert.__main__ import main
from fbert.advice import advice, advice_on_reading
from fbert.check import check
from fbert.check_encoder import steadiness
from fbert.encoder.model import Encoder
from fbert.health.counts import Health, Reading
from fbert.study.study import load_study, study_from

ROOT = Path(__file__).parents[1]


def test_nothing_is_said_of_what_is_fine():
    assert list(advice(HEALTHY)) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"look_alikes": (("caf\u00e9", "cafe\u0301"),)}, "look alike and count as different: 'caf\\xe9' = "),
        (
            {"contradictions": (("how many", ("count", "other")),), "least_clusters": 4},
            "'how many' with count and other: no encoder reaches fewer than 4 clusters for 2 labels",
        ),
        ({"seen": 5, "seen_alike": 4}, "5 of 20 test inputs stand in training too, 4 with their label"),
        ({"test_only": tuple("abcdefg")}, "which nothing can learn: a, b, c, d, e and 2 more"),
        ({"once": ("a",)}, "labels with one training example: a"),
        ({"train_only": ("a",)}, "labels without a test example"),
        ({"documents": 9, "divided": 3}, "3 of 9 documents have sentences in training and in test"),
        ({"test": 4}, "only 4 test examples: each moves the accuracy by 25 points"),
    ],
)
def test_what_is_to_be_known_is_said_with_its_reason(changes, said):
    (line,) = advice(Health(**{**HEALTHY.__dict__, **changes}))
    assert said in line


def test_one_test_input_of_many_that_was_trained_on_is_not_worth_a_word():
    assert list(advice(Health(**{**HEALTHY.__dict__, "test": 1000, "seen": 5, "seen_alike": 5}))) == []


@pytest.mark.parametrize(("unknown", "said"), [(10, 0), (11, 1)])
def test_unknown_words_are_worth_a_word_above_one_in_a_hundred(unknown, said):
    lines = list(advice_on_reading(Reading(texts=9, cut=1, words=1000, unknown=unknown, dropped=0)))
    assert len(lines) == said
    assert all("1.1% of the words (11 of 1,000) are read as unknown" in line for line in lines)


def test_a_broken_study_reads_like_advice(tmp_path):
    rows = ["text,label", *[f"the light is number{n},pos" for n in range(12)], "the light runs,pos\u200b"]
    (tmp_path / "train.csv").write_text("\n".join([*rows, "the light runs,neg"]) + "\n")
    (tmp_path / "test.csv").write_text("text,label\nthe light runs,neg\n\U0001f600 sun,odd\n")
    build("bert", tmp_path / "bert")
    files = {part: str(tmp_path / f"{part}.csv") for part in ("train", "test")}
    content = {
        "description": "broken",
        "encoders": {"mine": {"folder": str(tmp_path / "bert")}},
        "corpora": {"own": {"format": "csv", "files": files}},
        "tasks": {"mood": {"corpus": "own", "level": "sentence", "label": "label"}},
    }
    said = "\n".join(check(study_from(content, Path("broken.yaml"))))
    for part in (
        "mood (own): 14 training and 2 test examples, 4 labels",
        "labels that look alike",
        "'the light runs' with neg and pos",
        "labels of the test set alone, which nothing can learn: odd",
        "of the words (13 of 59) are read as unknown",
        "mine: 3 layers",
        "a word is the mean of its subwords, a sentence its [CLS]",
    ):
        assert part in said, said


def test_what_is_not_at_hand_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = list(check(load_study("minilm", ROOT / "studies")))
    assert any("POS (pud): results/downloads/" in line and "is not here yet" in line for line in lines)


def test_a_wrong_study_is_refused(tmp_path, capsys):
    (tmp_path / "wrong.yaml").write_text(yaml.safe_dump({"description": "x", "encoderz": {}}))
    assert main(["check", str(tmp_path / "wrong.yaml")]) == 2
    assert "did you mean 'encoders'?" in capsys.readouterr().err


def test_a_dataset_of_the_hub_that_is_not_here_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hub = {"format": "hub", "hub": "me/mine", "revision": "0" * 40}
    content = {
        "description": "of the hub",
        "encoders": {"demo": {"package": "fbert.demo"}},
        "corpora": {"own": hub | {"files": {"train": "train", "test": "test"}}},
        "tasks": {"mood": {"corpus": "own", "level": "sentence", "label": "label"}},
    }
    lines = list(check(study_from(content, Path("mine.yaml"))))
    said = f"mood (own): results/downloads/datasets/me/mine/{'0' * 40}/_/train.json is not here yet"
    assert any(line.startswith(said) for line in lines), lines


@pytest.mark.parametrize(
    ("family", "said"),
    [
        (
            "bert",
            "bert, 3 layers, 2 heads, 16 units wide|reads both ways; a word is the mean of its subwords, a "
            "sentence its [CLS]|tokenizer: WordPiece|takes 96 subwords|of them read as unknown",
        ),
        (
            "gpt2",
            "gpt2, 3 layers|reads from left to right; a word is its last subword, a sentence its last "
            "token|tokenizer: BPE|' is \u0120I |none of them unknown",
        ),
        ("t5", "t5, 3 layers, 2 heads|reads both ways|tokenizer: Unigram"),
    ],
)
def test_an_encoder_is_described(family, said, tmp_path, capsys):
    build(family, tmp_path / "mine")
    assert main(["check", str(tmp_path / "mine")]) == 0
    found = capsys.readouterr().out
    for part in ("mine: ", *said.split("|"), "the same text twice has the same vectors, bit for bit"):
        assert part in found, (part, found)
    assert "!" not in found.replace("'", "")


def test_an_encoder_may_be_a_package(capsys):
    assert main(["check", MINILM]) == 0
    found = capsys.readouterr().out
    assert f"{MINILM}: bert, 6 layers, 12 heads, 384 units wide, 22.7 million parameters" in found
    assert "a sentence the mean of its tokens" in found
    assert (
        "'I don't know what they're called .' is i | don ' t | know | what | they ' re | called | ." in found
    )


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        (
            "google/bert",
            "no folder google/bert is here; for a model of the hub give its commit: google/bert@REV",
        ),
        ("google/bert@", "for a model of the hub give its commit: google/bert@REVISION"),
        ("quickstar", "did you mean 'quickstart'?"),
        (str(ROOT / "docs"), "no config.json in"),
    ],
)
def test_what_is_neither_study_nor_encoder_is_refused(argument, message, capsys):
    assert main(["check", argument]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (torch.randn_like, "! the same text twice has other vectors"),
        (lambda state: torch.full_like(state, state.shape[1]), "! that is more than rounding"),
    ],
)
def test_an_encoder_whose_vectors_depend_on_more_than_the_text_is_found_out(change, said, tmp_path):
    """It adds noise to its embeddings, or the length of the batch."""
    encoder = Encoder.load(build("bert", tmp_path), "cpu")
    encoder.model.embeddings.register_forward_hook(lambda _, __, state: state + change(state))
    assert any(line.startswith(said) for line in steadiness(encoder))
