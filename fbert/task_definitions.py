"""The five tasks: which words of a sentence make an example, and where its label stands (study, section 2).

Only the standard library is imported here, since the workflow reads this while it plans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fbert.corpora import Sentence

Found = list[tuple[tuple[int, ...], str]]


@dataclass(frozen=True)
class Task:
    """How a task finds its examples: word positions and a label for each.

    Attributes:
        arity: words of one example: 0 (the sentence), 1, or 2 (dependent, head).
        formats: the corpus formats that carry its labels.
        find: the examples of one sentence.
    """

    arity: int
    formats: tuple[str, ...]
    find: Callable[[Sentence], Found]


def _part_of_speech(sentence: Sentence) -> Found:
    return [((i,), tag) for i, tag in enumerate(sentence.columns["upos"]) if tag != "_"]


def _dependency(sentence: Sentence) -> Found:
    """Pairs of dependent and head, labelled by relation with subtype; the root has no head and no pair."""
    arcs = zip(sentence.columns["head"], sentence.columns["deprel"], strict=True)
    return [((i, int(head) - 1), label) for i, (head, label) in enumerate(arcs) if head not in ("0", "_")]


def _preposition(column: str) -> Callable[[Sentence], Found]:
    def find(sentence: Sentence) -> Found:
        """Adpositions that are a unit of one word: no SMWE, and a supersense that begins with `p.`."""
        smwe, ss = sentence.columns["smwe"], sentence.columns["ss"]
        labels = sentence.columns[column]
        return [((i,), labels[i]) for i in range(len(ss)) if smwe[i] == "_" and ss[i].startswith("p.")]

    return find


def _question(sentence: Sentence) -> Found:
    return [((), sentence.label)] if sentence.label is not None else []


TASKS: Mapping[str, Task] = {
    "POS": Task(1, ("conllu", "conllulex"), _part_of_speech),
    "DEP": Task(2, ("conllu", "conllulex"), _dependency),
    "PS-role": Task(1, ("conllulex",), _preposition("ss")),
    "PS-fxn": Task(1, ("conllulex",), _preposition("ss2")),
    "TREC-50": Task(0, ("trec",), _question),
}
