"""Which of an encoder's vectors stand for a word and for a sentence.

See docs/method.md, Encoders and fine-tuning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fbert.encoder.modules import SentenceModules
from fbert.errors import InputError

WORDS = ("first", "last", "mean")
SENTENCES = ("cls", "first", "last", "mean")
# What the Pooling module of sentence-transformers has names for, and we too.
_SHIPPED = {"cls": "cls", "mean": "mean", "lasttoken": "last"}


@dataclass(frozen=True)
class Pooling:
    """How vectors of subwords become one of a word or a sentence.

    Attributes:
        words: `first` or `last` subword of a word, or the `mean` of all of them.
        sentences: `cls`, the `[CLS]` of the first piece (else its first special token, else its first
            subword); `first` token of the first piece; `last` token of the last piece; or the `mean` of all
            tokens of all pieces, special ones included.
    """

    words: str
    sentences: str


def pooling_of(
    name: str, asked: Mapping[str, str] | None, modules: SentenceModules | None, both_ways: bool
) -> Pooling:
    """Return what a study asks for, else what an encoder of sentence-transformers brings, else the usual.

    Args:
        name: the encoder, for messages.
        asked: `words` and `sentences`, either of which may be missing.
        modules: of a folder of sentence-transformers.
        both_ways: whether a token sees what comes after it.

    Raises:
        InputError: no such pooling, or none that an encoder which reads from left to right could have.
    """
    given = dict(asked or {})
    usual = Pooling("mean", "cls") if both_ways else Pooling("last", "last")
    words = given.pop("words", usual.words)
    sentences = given.pop("sentences", None) or _shipped(name, modules) or usual.sentences
    if given or words not in WORDS or sentences not in SENTENCES:
        raise InputError(
            f"encoder {name}: pooling {dict(asked or {})} is not possible; words are one of "
            f"{', '.join(WORDS)}, sentences one of {', '.join(SENTENCES)}"
        )
    if not both_ways and words == "first":
        raise InputError(
            f"encoder {name}: pooling.words is first, but it reads from left to right, so the first subword "
            "of a word has not seen the rest of it; use last or mean"
        )
    if not both_ways and sentences in ("cls", "first"):
        raise InputError(
            f"encoder {name}: pooling.sentences is {sentences}, but it reads from left to right, so the "
            "token at the beginning has seen nothing of the sentence, and every sentence would have the same "
            "vector; use last or mean"
        )
    return Pooling(words, sentences)


def _shipped(name: str, modules: SentenceModules | None) -> str | None:
    """Return the pooling of sentences that an encoder of sentence-transformers was trained with."""
    if modules is None or modules.modes is None:
        return None
    if len(modules.modes) > 1 or modules.modes[0] not in _SHIPPED:
        raise InputError(
            f"encoder {name}: its Pooling module makes a sentence by {' and '.join(modules.modes)}, which is "
            f"not possible here ({', '.join(_SHIPPED)} are); say pooling.sentences in the study"
        )
    return _SHIPPED[modules.modes[0]]
