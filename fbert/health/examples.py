"""The health of a task's examples: what a reader should know before believing numbers made of them.

Counts alone, from a prepared corpus; nothing is left out or mended here. What each means for results:

- Test examples whose input was trained on are remembered, not generalised to; accuracy flatters.
- Equal inputs with different labels can be parted by no encoder, so a set has a least number of clusters
  (`fbert.health.floor`).
- Labels that differ by what nobody sees (composed or decomposed accents, an invisible character, case) are
  probably one.
- A label with one example, or in one of the two sets alone, cannot be learnt, or cannot be tested.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from fbert.health.counts import Health
from fbert.health.floor import Input, labelled_inputs, labels_of, least_clusters
from fbert.prepared import SECOND, PreparedCorpus
from fbert.states import grouped


def health_of(corpus: PreparedCorpus, task: str) -> Health:
    """Count what is to be known of a task.

    Raises:
        InputError: the corpus has no such task.
    """
    corpus.check_task(task)
    names = corpus.labels[task]
    train, test = (labelled_inputs(corpus.splits[part], task, names) for part in ("train", "test"))
    known = labels_of(train)
    counts = {
        part: Counter(label for _, label in found) for part, found in (("train", train), ("test", test))
    }
    return Health(
        train=len(train),
        test=len(test),
        labels=len(names),
        seen=sum(example in known for example, _ in test),
        seen_alike=sum(label in known.get(example, ()) for example, label in test),
        contradictions=tuple(
            (_shown(example), tuple(sorted(labels))) for example, labels in known.items() if len(labels) > 1
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


def look_alikes(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Group labels that are equal after NFKC, without invisible characters, and whatever their case."""
    return tuple(tuple(group) for group in grouped(names, _as_seen).values() if len(group) > 1)


def _as_seen(name: str) -> str:
    visible = "".join(letter for letter in name if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", visible).casefold().strip()


def _shown(example: Input) -> str:
    """Return an input to read: its text, the words that it is about in brackets."""
    words, places = example
    marked = [f"[{word}]" if place in places else word for place, word in enumerate(words)]
    return " ".join(word if word != SECOND else "|" for word in marked)
