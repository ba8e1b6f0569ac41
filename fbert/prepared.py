"""A prepared corpus: sentences in two splits and the examples each task finds in them (docs/method.md, Data).

An example is a label on zero, one or two words of a sentence: none means the sentence itself.
A pair of sentences is one sentence with `SECOND` between its two halves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.errors import CorruptFileError, InputError
from fbert.files import read_json, sha256_of_json, write_json

SECOND = "\x1e"
"""Stands among the words where the second of two texts begins; no text has this control character."""


@dataclass(frozen=True)
class Examples:
    """The n examples of one task in one split.

    Attributes:
        sentences: (n,) index of each example's sentence in its split.
        words: (n, arity) word positions from 0; arity is 0 (sentence), 1 (word) or 2 (word and head).
        labels: (n,) index into the task's label names.
    """

    sentences: NDArray[np.int64]
    words: NDArray[np.int64]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """The sentences of one split (each a tuple of word forms) and the examples of each task in it."""

    sentences: tuple[tuple[str, ...], ...]
    examples: Mapping[str, Examples]


@dataclass(frozen=True)
class PreparedCorpus:
    """A corpus as every later stage sees it.

    Attributes:
        name: its key in the study.
        synthetic: whether the text was made by a grammar.
        labels: label names of each task, sorted, over all splits.
        splits: `train` and `test`.
        documents: number of documents, where the files tell; 0 elsewhere.
        divided: those of them with sentences in both splits.
        dropped: for each task, the number of examples left out because an equal one has another label.
    """

    name: str
    synthetic: bool
    labels: Mapping[str, tuple[str, ...]]
    splits: Mapping[str, Split]
    documents: int = 0
    divided: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)

    def write(self, path: Path | str) -> None:
        """Write as JSON, whole or not at all."""
        splits = {name: _split_to_json(split) for name, split in self.splits.items()}
        head = {
            "name": self.name,
            "synthetic": self.synthetic,
            "documents": self.documents,
            "divided": self.divided,
            "dropped": dict(self.dropped),
        }
        write_json(path, head | {"labels": {k: list(v) for k, v in self.labels.items()}, "splits": splits})

    @classmethod
    def read(cls, path: Path | str) -> PreparedCorpus:
        """Read what `write` wrote.

        Raises:
            CorruptFileError: the file is not a prepared corpus.
        """
        content = read_json(path)
        try:
            labels = {task: tuple(names) for task, names in content["labels"].items()}
            splits = {name: _split_from_json(split) for name, split in content["splits"].items()}
            documents = {name: content[name] for name in ("documents", "divided", "dropped")}
            return cls(content["name"], content["synthetic"], labels, splits, **documents)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise CorruptFileError(
                f"{path}: not a prepared corpus ({error!r}); delete it and run again to rebuild it"
            ) from error

    def check_task(self, task: str) -> None:
        """Refuse a task that this corpus does not have.

        Raises:
            InputError: that, with the tasks it has.
        """
        if task not in self.labels:
            raise InputError(f"corpus {self.name}: no task {task}; it has {', '.join(self.labels)}")

    def arity(self, task: str) -> int:
        """Return how many words an example of a task is about: none is the sentence itself."""
        return int(self.splits["train"].examples[task].words.shape[1])

    def checksum(self, tasks: Iterable[str]) -> str:
        """Return the sha256 of what these tasks are in both splits: sentences, examples and label names.

        The raw files do not say it: the same ones can be divided, and examples be chosen, in many ways.

        Raises:
            InputError: there is no such task.
        """
        wanted = [*tasks]
        for task in wanted:
            self.check_task(task)
        splits = {
            name: _split_to_json(Split(split.sentences, {task: split.examples[task] for task in wanted}))
            for name, split in self.splits.items()
        }
        content = [splits, {task: self.labels[task] for task in wanted}]
        return sha256_of_json(content)


def _split_to_json(split: Split) -> dict[str, Any]:
    examples = {
        task: {
            "sentences": found.sentences.tolist(),
            "words": found.words.tolist(),
            "labels": found.labels.tolist(),
        }
        for task, found in split.examples.items()
    }
    return {"sentences": [list(words) for words in split.sentences], "examples": examples}


def _split_from_json(content: Mapping[str, Any]) -> Split:
    examples = {task: _examples_from_json(found) for task, found in content["examples"].items()}
    return Split(tuple(tuple(words) for words in content["sentences"]), examples)


def _examples_from_json(found: Mapping[str, Any]) -> Examples:
    sentences = np.asarray(found["sentences"], dtype=np.int64)
    words = np.asarray(found["words"], dtype=np.int64).reshape(len(sentences), -1)
    return Examples(sentences, words, np.asarray(found["labels"], dtype=np.int64))
