"""The least number of clusters of a set: what no encoder can bring together.

Equal inputs with different labels are equal points in every space, and so neither can join anything: a hull
that holds the one holds the other. Each stays a cluster of its own for ever, however good the encoder.

Example: one question stands twice in TREC's training file, once as NUM:count and once as NUM:other. All other
points of the 50 labels can at best be one cluster each; with the two that stay alone, 52 is the least.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from fbert.prepared import Split

Input = tuple[tuple[str, ...], tuple[int, ...]]
"""What an encoder sees of an example: the words of its sentence, and which of them it is about."""
H = TypeVar("H", bound=Hashable)
Labelled = tuple[H, str]
"""What is known of an example, be it its input or its vector, and its label."""


def labelled_inputs(split: Split, task: str, names: Sequence[str]) -> list[Labelled[Input]]:
    """Return what an encoder sees of each example of a task in a split, with its label."""
    found = split.examples[task]
    places = zip(found.sentences.tolist(), found.words.tolist(), found.labels.tolist(), strict=True)
    return [((split.sentences[s], tuple(words)), names[label]) for s, words, label in places]


def labels_of(examples: Iterable[Labelled[H]]) -> dict[H, set[str]]:
    """Return the labels with which each input (or point) stands in a set."""
    labels: dict[H, set[str]] = {}
    for example, label in examples:
        labels.setdefault(example, set()).add(label)
    return labels


def alone(examples: Sequence[Labelled[H]]) -> list[bool]:
    """Say of each example whether an equal one has another label, so that it is a cluster of its own.

    Even an equal example of its own label cannot join it: both hulls hold the point of the other label.
    """
    labels = labels_of(examples)
    return [len(labels[example]) > 1 for example, _ in examples]


def least_clusters(examples: Sequence[Labelled[H]]) -> int:
    """Return the least number of clusters: what stays alone, and one for what each label has beside."""
    apart = zip(examples, alone(examples), strict=True)
    return least_of(
        Counter(label for _, label in examples), Counter(label for (_, label), is_alone in apart if is_alone)
    )


def least_of(sizes: Mapping[str, int], apart: Mapping[str, int]) -> int:
    """Return the same from the number of examples of each label, and how many of them stay alone."""
    return sum(apart.values()) + sum(count > apart.get(label, 0) for label, count in sizes.items())
