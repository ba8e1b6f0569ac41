"""Before a study is written: what is to be known of an encoder.

    python -m fbert check ENCODER

opens an encoder as every job would, and says what it is, which vectors stand for words and sentences, how it
reads a few lines of text, and whether its vectors depend on that text alone. Nothing is written, but a model
of the hub goes into Hugging Face's cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fbert.advice import said_of_pooling, said_of_reading
from fbert.encoder.source import EncoderSource
from fbert.errors import InputError

if TYPE_CHECKING:  # it takes seconds to import
    from fbert.encoder.model import Encoder

LINES = (
    "I don't know what they're called .",
    "In 2024 the co-op's e-mail cost 3.14 dollars , i.e. nothing .",
    "The na\u00efve caf\u00e9 owner laughed \U0001f600 .",
    "Unbelievable : lights were running in the light .",
)
SHOWN = 2
"""Lines whose words are shown with their subwords."""
DIFFERENCE = 1e-3
"""Share of a vector's length above which what else is in a batch changes more than rounding does."""


def encoder_named(text: str) -> EncoderSource | None:
    """Return the encoder that an argument of the command means: a folder, ID@REVISION, or a package.

    Returns:
        None if it is none of them.

    Raises:
        InputError: an id of the hub without the commit of its revision.
    """
    if Path(text).is_dir():
        return EncoderSource(Path(text).resolve().name, folder=text)
    hub, at, revision = text.partition("@")
    if revision:
        return EncoderSource(hub.rpartition("/")[2], hub=hub, revision=revision)
    if at or "/" in text:
        raise InputError(f"no folder {text} is here; for a model of the hub give its commit: {hub}@REVISION")
    return EncoderSource(text, package=text) if _is_package(text) else None


def check_encoder(source: EncoderSource) -> Iterator[str]:
    """Yield the lines of the page.

    Raises:
        InputError: the encoder cannot be used; the message has the reason.
    """
    from fbert.encoder.hub import fetch
    from fbert.encoder.loading import describe
    from fbert.encoder.model import Encoder

    if source.hub is not None:
        fetch(source)
    facts, encoder = describe(source), Encoder.load(source)
    yield (
        f"{source.name}: {encoder.model.config.model_type}, {facts['layers']} layers, "
        f"{facts['heads']} heads, {facts['hidden']} units wide, "
        f"{facts['parameters'] / 1e6:.1f} million parameters"
    )
    for line in (*_reading(encoder), *steadiness(encoder)):
        yield f"  {line}"


def _is_package(text: str) -> bool:
    return text.replace(".", "").isidentifier() and text[0] != "." and find_spec(text) is not None


def _reading(encoder: Encoder) -> Iterator[str]:
    """Say how text becomes subwords, and subwords words and sentences."""
    from fbert.encoder.model import reads_both_ways
    from fbert.encoder.tokens import reading_of

    ways = "both ways" if reads_both_ways(encoder.model, encoder.tokenizer) else "from left to right"
    yield f"reads {ways}; {said_of_pooling(encoder.pooling.words, encoder.pooling.sentences)}"
    huggingface = encoder.tokenizer.huggingface
    kind, limit = type(huggingface.backend_tokenizer.model).__name__, encoder.tokenizer.max_length
    yield f"tokenizer: {kind} of {len(huggingface):,} tokens; takes {limit:,} subwords at once"
    tokens = encoder.tokenize([line.split() for line in LINES])
    for line, read in zip(LINES[:SHOWN], tokens, strict=False):
        pairs = [pair for piece in read.pieces for pair in zip(piece.ids, piece.words, strict=True)]
        words = [[subword for subword, word in pairs if word == n] for n in range(read.n_words)]
        shown = " | ".join(" ".join(huggingface.convert_ids_to_tokens(of)) for of in words)
        yield f"'{line}' is {shown}"
    yield f"of some lines with signs of all sorts: {said_of_reading(reading_of(tokens))}"


def steadiness(encoder: Encoder) -> Iterator[str]:
    """Yield whether vectors are a function of the text: twice the same, and whatever stands beside it."""
    sentences = [line.split() for line in LINES]
    together, again = _vectors(encoder, sentences), _vectors(encoder, sentences)
    if np.array_equal(together, again):
        yield "the same text twice has the same vectors, bit for bit"
    else:
        yield "! the same text twice has other vectors: does the model draw at random outside training?"
    alone = np.concatenate([_vectors(encoder, [words]) for words in sentences])
    lengths = np.linalg.norm(alone, axis=1).clip(min=np.finfo(np.float32).tiny)
    difference = float((np.linalg.norm(together - alone, axis=1) / lengths).max())
    yield f"padding and what else is in a batch change vectors by at most {difference:.1e} of their length"
    if not difference < DIFFERENCE:
        yield "! that is more than rounding: the model reads its padding"


def _vectors(encoder: Encoder, sentences: Sequence[Sequence[str]]) -> NDArray[np.float32]:
    """Return (n, dim): the vectors of all layers, words and sentences, sentence after sentence."""
    found = sorted(encoder.vectors(sentences), key=lambda vectors: vectors.index)
    both = [np.concatenate([of.words, of.sentence[:, None]], axis=1) for of in found]
    return np.concatenate([array.reshape(-1, encoder.dim) for array in both])
