"""What to mend or to keep in mind, in words: of a task's examples, and of how an encoder reads them.

Every line has its threshold here and its reason in it. The command `fbert check`, the findings and the report
say the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from fbert.errors import shortened
from fbert.health.counts import Health, Reading

UNKNOWN_SHARE = 1.0
"""Per cent of words read as unknown above which the numbers are about something else than the text."""
SEEN_SHARE = 1.0
"""Per cent of test examples that were trained on above which accuracy flatters visibly."""
FEW = 10
"""Test examples below which an accuracy moves by ten points with each of them."""
DIVIDED_SHARE = 1.0
"""Per cent of documents with sentences in both sets above which the test set is no longer apart."""


def summary(task: str, corpus: str, found: Health) -> str:
    """Return the counts of a task in a line."""
    documents = f" of {found.documents:,} documents" if found.documents else ""
    return (
        f"{task} ({corpus}): {found.train:,} training and {found.test:,} test examples{documents}, "
        f"{found.labels} labels; longest text {found.longest:,} words"
    )


def advice(found: Health) -> Iterator[str]:
    """Yield what to mend or to keep in mind, each with its reason."""
    if found.look_alikes:
        groups = "; ".join(" = ".join(map(ascii, group)) for group in found.look_alikes)
        yield f"labels that look alike and count as different: {groups}. Probably one is meant"
    if found.contradictions:
        text, labels = found.contradictions[0]
        count = len(found.contradictions)
        stand = "one input stands" if count == 1 else f"{count} inputs stand"
        yield (
            f"{stand} in training with different labels, such as "
            f"'{shortened(text, 70)}' with {' and '.join(labels)}: no encoder reaches fewer than "
            f"{found.least_clusters} clusters for {found.labels} labels"
        )
    if found.seen and 100 * found.seen / found.test > SEEN_SHARE:
        yield (
            f"{found.seen} of {found.test} test inputs stand in training too, {found.seen_alike} with their "
            "label: accuracy counts what was remembered"
        )
    if found.divided and 100 * found.divided / found.documents > DIVIDED_SHARE:
        yield (
            f"{found.divided} of {found.documents} documents have sentences in training and in test: what a "
            "document repeats is tested where it was learnt (`split_by` keeps documents together)"
        )
    if found.test_only:
        yield f"labels of the test set alone, which nothing can learn: {_several(found.test_only)}"
    if found.once:
        yield f"labels with one training example: {_several(found.once)}"
    if found.train_only:
        yield f"labels without a test example, whose accuracy stays unknown: {_several(found.train_only)}"
    if found.test < FEW:
        yield f"only {found.test} test examples: each moves the accuracy by {100 / found.test:.0f} points"


def advice_on_reading(reading: Reading) -> Iterator[str]:
    """Yield what to keep in mind of how an encoder reads a task's texts."""
    if reading.unknown_percent > UNKNOWN_SHARE:
        yield (
            f"{reading.unknown_percent:.1f}% of the words ({reading.unknown:,} of {reading.words:,}) are "
            "read as unknown, in whole or in part: the numbers are about something else than the text. "
            "Is it of another language or script than the encoder's?"
        )


def said_of_reading(reading: Reading) -> str:
    """Return the counts of a reading in a line."""
    unknown = f"{reading.unknown:,} of them read as unknown" if reading.unknown else "none of them unknown"
    vanished = f" ({reading.dropped:,} without a single subword)" if reading.dropped else ""
    cut = f"{reading.cut:,} of them too long and read in pieces" if reading.cut else "none too long"
    return f"{reading.words:,} words, {unknown}{vanished}; {reading.texts:,} texts, {cut}"


def said_of_pooling(words: str, sentences: str) -> str:
    """Say which vectors stand for a word and for a sentence; see `fbert.encoder.pooling`."""
    of_word = {"first": "its first subword", "last": "its last subword", "mean": "the mean of its subwords"}
    of_sentence = {
        "cls": "its [CLS] or first special token",
        "first": "its first token",
        "last": "its last token",
        "mean": "the mean of its tokens",
    }
    return f"a word is {of_word[words]}, a sentence {of_sentence[sentences]}"


def _several(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
