"""Divide a corpus that comes in one file (docs/method.md, Data: by sentence, seeded)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fbert.corpora.sentence import Sentence
from fbert.errors import InputError


def split_sentences(
    sentences: Sequence[Sentence], test_share: float, seed: int, groups: Sequence[str] | None = None
) -> tuple[list[Sentence], list[Sentence]]:
    """Divide sentences at random into a training and a test part; both keep the order of the file.

    Sentence i gets the i-th 64-bit draw of numpy's PCG64 for this seed; the `test_share` of them with the
    lowest draws (rounded to the nearest number, halves up) are the test part. NumPy promises never to change
    what its bit generators draw, so a seed means the same division for good.

    With `groups`, what is drawn for are not sentences but groups, in the order of their first sentences, and
    those with the lowest draws are the test part as soon as they have as many sentences. Example: of
    documents of 5, 3 and 2 sentences, drawn in that order, a test share of 0.4 takes the first alone.

    Args:
        sentences: of the file.
        test_share: share of them to test on.
        seed: of the draws.
        groups: which group each sentence is of, to be kept together; None to divide between any two.

    Raises:
        InputError: one of the parts would be empty.
    """
    import numpy as np  # here, so that planning, which imports this package, needs no numpy

    size = int(len(sentences) * test_share + 0.5)
    if not 0 < size < len(sentences):
        raise InputError(
            f"test_share: {test_share:g} of {len(sentences)} sentences is {size} to test on and "
            f"{len(sentences) - size} to train on; both parts need some"
        )
    keys = range(len(sentences)) if groups is None else groups
    sizes = Counter(keys)
    draws = np.random.PCG64(seed).random_raw(len(sizes))
    names, test, taken = list(sizes), set(), 0
    for place in np.argsort(draws, kind="stable").tolist():
        if taken < size:
            test.add(names[place])
            taken += sizes[names[place]]
    if taken == len(sentences):
        raise InputError(
            f"split_by: {len(sizes)} group(s) cannot be divided with {test_share:g} of the sentences to test "
            "on; are there documents at all?"
        )
    parts = [key in test for key in keys]
    return (
        [s for s, tested in zip(sentences, parts, strict=True) if not tested],
        [s for s, tested in zip(sentences, parts, strict=True) if tested],
    )
