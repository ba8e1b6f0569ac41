"""What is counted of a task: its examples, and how an encoder read the words of its texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reading:
    """Counts of texts, and of words by what became of them.

    Attributes:
        texts: number of texts.
        cut: those of them that are longer than the encoder takes, and were read in pieces.
        words: number of words.
        unknown: those of them that were read, whole or in part, as the unknown token.
        dropped: those of the unknown ones that the tokenizer makes nothing of at all.
    """

    texts: int
    cut: int
    words: int
    unknown: int
    dropped: int

    def __add__(self, other: Reading) -> Reading:
        """Return the counts of both."""
        return Reading(
            self.texts + other.texts,
            self.cut + other.cut,
            self.words + other.words,
            self.unknown + other.unknown,
            self.dropped + other.dropped,
        )

    @property
    def unknown_percent(self) -> float:
        """Share of the words that were read as unknown."""
        return 100 * self.unknown / max(self.words, 1)

    @property
    def cut_percent(self) -> float:
        """Share of the texts that were read in pieces."""
        return 100 * self.cut / max(self.texts, 1)


@dataclass(frozen=True)
class Health:
    """What is to be known of one task.

    Attributes:
        train: number of training examples.
        test: number of test examples.
        labels: number of labels.
        seen: test examples whose input stands in the training set.
        seen_alike: those of them that have a label there which is theirs.
        contradictions: inputs of the training set that stand there with more than one label, with these
            labels.
        least_clusters: the least number of clusters that any encoder can reach on the training set.
        once: labels with a single training example.
        train_only: labels without a test example.
        test_only: labels without a training example.
        look_alikes: groups of labels that differ by what nobody sees.
        longest: words of the longest text.
        documents: number of documents, where the files tell.
        divided: those of them with sentences in both sets.
    """

    train: int
    test: int
    labels: int
    seen: int
    seen_alike: int
    contradictions: tuple[tuple[str, tuple[str, ...]], ...]
    least_clusters: int
    once: tuple[str, ...]
    train_only: tuple[str, ...]
    test_only: tuple[str, ...]
    look_alikes: tuple[tuple[str, ...], ...]
    longest: int
    documents: int
    divided: int

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Health:
        """Read the fields from plain values, in which tuples are lists."""
        return cls(**{name: _frozen(content[name]) for name in cls.__dataclass_fields__})


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
