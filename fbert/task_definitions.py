"""Tasks: which words of a sentence make an example, and where its label stands (docs/method.md, Data).

A task is data: a level, the column of its labels, and what other columns must say. Those that studies know by
name are in `fbert.study.known_tasks`. Only the standard library is imported here, since the workflow reads
this while it plans.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fbert.corpora.sentence import Sentence

Found = list[tuple[tuple[int, ...], str]]

LEVELS: Mapping[str, int] = {"sentence": 0, "sentence pair": 0, "word": 1, "pair": 2}
"""How many words an example of each level has; a pair is a dependent and its head, in this order."""

ABSENT = "_"


@dataclass(frozen=True)
class TaskDefinition:
    """How a task finds its examples.

    Attributes:
        level: `sentence`, `sentence pair`, `word`, or `pair` (a word that has a head, with its head).
        label: the column of the label: `upos`; `feats.Case` for one feature of a column of features;
            `deprel.universal` for a relation without its subtype; for sentences the column's whole name.
        where: for some columns a regular expression that the whole value must match.
        contradictions: `keep`, or `drop` to leave out examples that an equal one of the same split gives
            another label.
    """

    level: str
    label: str
    where: Mapping[str, str] = field(default_factory=dict)
    contradictions: str = "keep"

    @property
    def arity(self) -> int:
        """Words of one example."""
        return LEVELS[self.level]

    @property
    def columns(self) -> set[str]:
        """The columns that a corpus must have."""
        if self.arity == 0:
            return {self.label, *self.where}
        heads = {"head"} if self.level == "pair" else set()
        return {self.label.partition(".")[0], *self.where, *heads}

    def find(self, sentence: Sentence) -> Found:
        """Return word positions, from 0, and label of each example in a sentence."""
        if self.arity == 0:
            return self._find_whole(sentence.values)
        return [
            (words, label) for words in self._places(sentence) if (label := self._label(sentence, words[0]))
        ]

    def _find_whole(self, values: Mapping[str, str]) -> Found:
        """Return the one example that a sentence, or a pair of them, is; none without a label."""
        label = values.get(self.label, ABSENT)
        chosen = all(re.fullmatch(value, values[name]) for name, value in self.where.items())
        return [((), label)] if label != ABSENT and chosen else []

    def _places(self, sentence: Sentence) -> Iterator[tuple[int, ...]]:
        """Yield the words of each candidate; the root has no head, so it is in no pair."""
        for word in range(len(sentence.words)):
            if not all(
                re.fullmatch(value, sentence.columns[name][word]) for name, value in self.where.items()
            ):
                continue
            if self.level == "word":
                yield (word,)
            elif sentence.columns["head"][word] not in ("0", ABSENT):
                yield (word, int(sentence.columns["head"][word]) - 1)

    def _label(self, sentence: Sentence, word: int) -> str | None:
        column, _, part = self.label.partition(".")
        value = sentence.columns[column][word]
        if part == "universal":
            value = value.partition(":")[0]
        elif part:
            value = dict(pair.split("=", 1) for pair in value.split("|") if "=" in pair).get(part, ABSENT)
        return None if value == ABSENT else value
