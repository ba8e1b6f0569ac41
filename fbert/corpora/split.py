"""Divide a corpus that comes in one file (docs/method.md, Data: by sentence, seeded)."""

from __future__ import annotations

from collections.abc import Sequence

from fbert.corpora.sentence import Sentence
from fbert.errors import InputError


def split_sentences(
    sentences: Sequence[Sentence], test_share: float, seed: int
) -> tuple[list[Sentence], list[Sentence]]:
    """Divide sentences at random into a training and a test part; both keep the order of the file.

    Sentence i gets the i-th 64-bit draw of numpy's PCG64 for this seed; the `test_share` of them with the
    lowest draws (rounded to the nearest number, halves up) are the test part. NumPy promises never to change
    what its bit generators draw, so a seed means the same division for good.

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
    draws = np.random.PCG64(seed).random_raw(len(sentences))
    test = set(np.argsort(draws, kind="stable")[:size].tolist())
    parts = [i in test for i in range(len(sentences))]
    return (
        [s for s, tested in zip(sentences, parts, strict=True) if not tested],
        [s for s, tested in zip(sentences, parts, strict=True) if tested],
    )
