"""The health of a task's examples: what a reader should know before believing numbers made of them.

Counts alone, from a prepared corpus; nothing is left out or mended here. What each means for results:

- Test examples whose input was trained on are remembered, not generalised to; accuracy flatters.
- Equal inputs with different labels can be parted by no encoder: the points are equal in every space, each
  stays a cluster of its own for ever, and so a set has a least number of clusters. Example: one question
  stands twice in TREC's training file, once as NUM:count and once as NUM:other, so 50 labels make at least 52
  clusters.
- Labels that differ by what nobody sees (composed or decomposed accents, an invisible character, case) are
  probably one.
- A label with one example, or in one of the two sets alone, cannot be learnt, or cannot be tested.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from fbert.health.counts import Health
from fbert.prepared import SECOND, PreparedCorpus, Split
from fbert.states import grouped

Input = tuple[tuple[str, ...], tuple[int, ...]]
"""What an encoder sees of an example: the words of its sentence, and which of them it is about."""


def health_of(corpus: PreparedCorpus, task: str) -> Health:
    """Count what is to be known of a task.

    Raises:
        InputError: the corpus has no such task.
    """
    corpus.check_task(task)
    names = corpus.labels[task]
    train, test = (_labelled(corpus.splits[part], task, names) for part in ("train", "test"))
    labels_of = _labels_of(train)
    counts = {
        part: Counter(label for _, label in found) for part, found in (("train", train), ("test", test))
    }
    return Health(
        train=len(train),
        test=len(test),
        labels=len(names),
        seen=sum(example in labels_of for example, _ in test),
        seen_alike=sum(label in labels_of.get(example, ()) for example, label in test),
        contradictions=tuple(
            (_shown(example), tuple(sorted(labels)))
            for example, labels in labels_of.items()
            if len(labels) > 1
        ),
        least_clusters=least_clusters(train),
        once=tuple(name for name in names if counts["train"][name] == 1),
        train_only=tuple(name for name in names if not counts["test"][name]),
        test_only=tuple(name for name in names if not counts["train"][name]),
        look_alikes=look_alikes(names),
        longest=max(len(words) for part in corpus.splits.values() for words in part.sentences),
        documents=corpus.documents,
        divided=corpus.divided,
    )


def least_clusters(examples: Sequence[tuple[Input, str]]) -> int:
    """Return the least number of clusters of a set: what equal inputs with different labels leave apart.

    A point that is equal to one of another label merges with nothing, not even with an equal point of its own
    label, since both hulls hold the other's point. The other points of a label can at best be one cluster.
    """
    labels_of = _labels_of(examples)
    alone = sum(len(labels_of[example]) > 1 for example, _ in examples)
    together = {label for example, label in examples if len(labels_of[example]) == 1}
    return alone + len(together)


def look_alikes(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Group labels that are equal after NFKC, without invisible characters, and whatever their case."""
    return tuple(tuple(group) for group in grouped(names, _as_seen).values() if len(group) > 1)


def _labels_of(examples: Iterable[tuple[Input, str]]) -> dict[Input, set[str]]:
    """Return the labels with which each input stands in a set."""
    labels: dict[Input, set[str]] = {}
    for example, label in examples:
        labels.setdefault(example, set()).add(label)
    return labels


def _as_seen(name: str) -> str:
    visible = "".join(letter for letter in name if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", visible).casefold().strip()


def _labelled(split: Split, task: str, names: Sequence[str]) -> list[tuple[Input, str]]:
    found = split.examples[task]
    places = zip(found.sentences.tolist(), found.words.tolist(), found.labels.tolist(), strict=True)
    return [((split.sentences[s], tuple(words)), names[label]) for s, words, label in places]


def _shown(example: Input) -> str:
    """Return an input to read: its text, the words that it is about in brackets."""
    words, places = example
    marked = [f"[{word}]" if place in places else word for place, word in enumerate(words)]
    return " ".join(word if word != SECOND else "|" for word in marked)
