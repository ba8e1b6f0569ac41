"""From raw corpora to prepared ones: find the examples of each task (docs/method.md, Data)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from fbert.corpora.layout import Layout
from fbert.corpora.readers import read_sentences
from fbert.corpora.sentence import Sentence
from fbert.corpora.split import split_sentences
from fbert.errors import InputError, nearest
from fbert.health.floor import alone
from fbert.prepared import SECOND, Examples, PreparedCorpus, Split
from fbert.task_definitions import Found, TaskDefinition

_DOCUMENT = "document"


def prepare(
    name: str,
    files: Mapping[str, Path],
    format: str,
    tasks: Mapping[str, TaskDefinition],
    synthetic: bool,
    test_share: float | None,
    split_seed: int,
    layout: Mapping[str, Any] | None = None,
    split_by: str | None = None,
    first: int | None = None,
) -> PreparedCorpus:
    """Read a corpus and find the examples of its tasks.

    Args:
        name: the corpus's key in the study.
        files: `train` and `test`, or `all` for a corpus that is divided here.
        format: one of `fbert.corpora.FORMATS`.
        tasks: definition of each task.
        synthetic: whether the text was made by a grammar.
        test_share: share of sentences that becomes the test set, for a corpus under `all`.
        split_seed: seed of that division.
        layout: the fields of a `Layout`, for a table or a file with a word on each line.
        split_by: what it keeps together: `document`, a column of a table, or None.
        first: of each file so many sentences alone, from its beginning; None for all.

    Raises:
        InputError: a file is malformed, or a task finds no example in a split.
    """
    labels = sorted({column for definition in tasks.values() for column in definition.columns})
    if split_by not in (None, _DOCUMENT, *labels):
        labels.append(str(split_by))
    wanted = replace(Layout(**(layout or {})), labels=tuple(labels))
    sentences = {part: read_sentences(path, format, wanted)[:first] for part, path in files.items()}
    if test_share is not None:
        try:
            groups = None if split_by is None else _groups(sentences["all"], split_by)
            train, test = split_sentences(sentences["all"], test_share, split_seed, groups)
        except InputError as error:
            raise InputError(
                f"corpus {name}: {error}; in a treebank, blank lines part the sentences"
            ) from error
        sentences = {"train": train, "test": test}
    for part in sentences.values():
        _check_columns(tasks, part, name)
    found = {task: _find(task, definition, sentences, name) for task, definition in tasks.items()}
    dropped = dict.fromkeys(tasks, 0)
    for task, definition in tasks.items():
        if definition.contradictions == "drop":
            found[task], dropped[task] = _agreed(task, found[task], sentences, name)
    names = {task: _label_names(found[task].values()) for task in tasks}
    splits = {
        part: Split(
            tuple(map(_words, sentences[part])),
            {
                task: _examples(definition.arity, found[task][part], names[task])
                for task, definition in tasks.items()
            },
        )
        for part in ("train", "test")
    }
    documents = [_groups(part, split_by or _DOCUMENT) for part in sentences.values()]
    of_train, of_test = (set(found) - {""} for found in documents)
    counts = len(of_train | of_test), len(of_train & of_test)
    return PreparedCorpus(name, synthetic, names, splits, *counts, dropped)


def _groups(sentences: Sequence[Sentence], by: str) -> list[str]:
    """Return which document, or value of a column, each sentence is of; empty where nothing says."""
    return [sentence.document if by == _DOCUMENT else sentence.values[by] for sentence in sentences]


def _check_columns(tasks: Mapping[str, TaskDefinition], sentences: Sequence[Sentence], corpus: str) -> None:
    """Refuse a column that the words of a corpus do not have; a file of CoNLL-U Plus names its own."""
    has = set(sentences[0].columns) | set(sentences[0].values)
    for task, definition in tasks.items():
        for column in sorted(definition.columns - has):
            raise InputError(f"corpus {corpus}: {task} needs the column '{column}'; {nearest(column, has)}")


def _find(
    task: str, definition: TaskDefinition, sentences: Mapping[str, Sequence[Sentence]], corpus: str
) -> dict[str, list[Found]]:
    """Find a task's examples in every sentence of both splits; none at all in one of them is an error."""
    found = {part: list(map(definition.find, sentences[part])) for part in ("train", "test")}
    for part, by_sentence in found.items():
        if not any(by_sentence):
            reason = "the columns that carry the labels are probably empty ('_')"
            if definition.where:
                reason = f"either no row fits `where` ({dict(definition.where)}), or {reason}"
            looked_at = f"its {part} part ({len(by_sentence)} sentences)"
            raise InputError(f"corpus {corpus}: no example of {task} in {looked_at}; {reason}")
    return found


def _agreed(
    task: str, found: Mapping[str, list[Found]], sentences: Mapping[str, Sequence[Sentence]], corpus: str
) -> tuple[dict[str, list[Found]], int]:
    """Leave out the examples of a task that an equal one of their split gives another label; count them."""
    kept: dict[str, list[Found]] = {}
    dropped = 0
    for part, by_sentence in found.items():
        words = [_words(sentence) for sentence in sentences[part]]
        inputs = [((words[s], at), label) for s, one in enumerate(by_sentence) for at, label in one]
        apart = iter(alone(inputs))
        kept[part] = [[example for example in one if not next(apart)] for one in by_sentence]
        dropped += len(inputs) - sum(map(len, kept[part]))
        if not any(kept[part]):
            raise InputError(
                f"corpus {corpus}: every example of {task} in its {part} part contradicts another; with "
                "`contradictions: drop` none is left"
            )
    return kept, dropped


def _words(sentence: Sentence) -> tuple[str, ...]:
    """Return the words of a sentence; where the second of two texts begins, `SECOND` stands between."""
    if sentence.second is None:
        return sentence.words
    return (*sentence.words[: sentence.second], SECOND, *sentence.words[sentence.second :])


def _label_names(splits: Iterable[list[Found]]) -> tuple[str, ...]:
    return tuple(sorted({label for split in splits for sentence in split for _, label in sentence}))


def _examples(arity: int, found: list[Found], names: Sequence[str]) -> Examples:
    index = {label: number for number, label in enumerate(names)}
    flat = [(s, words, index[label]) for s, sentence in enumerate(found) for words, label in sentence]
    return Examples(
        sentences=np.array([s for s, _, _ in flat], dtype=np.int64),
        words=np.array([words for _, words, _ in flat], dtype=np.int64).reshape(len(flat), arity),
        labels=np.array([label for _, _, label in flat], dtype=np.int64),
    )
