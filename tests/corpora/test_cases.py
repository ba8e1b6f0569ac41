"""Small inputs that went wrong elsewhere, each with its right answer; FBERT_CASES names their folder."""

import json
import os
from pathlib import Path

import pytest

from fbert.corpora.layout import Layout
from fbert.corpora.readers import read_sentences
from fbert.directprobe.command.reading import read_labels
from fbert.study.known_tasks import KNOWN_TASKS

ROOT = Path(__file__).parents[2]
CASES = Path(os.environ.get("FBERT_CASES", ROOT / "../shared/cases")).resolve()
pytestmark = [pytest.mark.hard, pytest.mark.skipif(not CASES.is_dir(), reason=f"{CASES} is not here")]
# What has no reader's answer: subwords, warnings and leaks have tests of their own.
ELSEWHERE = {"byte-level-words", "look-alike-labels", "duplicates-across-split"}
FOLDERS = [path for path in sorted(CASES.glob("*/expected.json")) if path.parent.name not in ELSEWHERE]


@pytest.mark.parametrize("path", FOLDERS, ids=[path.parent.name for path in FOLDERS])
def test_a_case_is_read_as_it_should_be(path):
    expected = json.loads(path.read_text())
    if expected["format"].startswith("label file"):
        assert read_labels(path.parent / "labels.txt").tolist() == expected["labels"]
        return
    (file,) = path.parent.glob("input.*")
    format = "streusle" if "tasks" in expected else expected["format"]
    columns = tuple(expected.get("columns", Layout.columns))
    layout = Layout(columns=columns, labels=("label",) if format in ("csv", "jsonl") else ())
    sentences = read_sentences(file, format, layout)
    if "sentences" in expected:
        assert len(sentences) == expected["sentences"]
        assert sum(len(sentence.words) for sentence in sentences) == expected["words"]
        for column, values in expected.get("labels", {}).items():
            found = [value for sentence in sentences for value in sentence.columns[column]]
            assert found == ["_" if value is None else value for value in values]
    if "rows" in expected:
        assert len(sentences) == expected["rows"]
        assert [sentence.values["label"] for sentence in sentences] == expected["labels"]
    for task, found in expected.get("tasks", {}).items():
        examples = [(word + 1, label) for s in sentences for (word,), label in KNOWN_TASKS[task].find(s)]
        assert [list(example) for example in examples] == found
