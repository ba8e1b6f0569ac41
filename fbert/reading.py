"""How an encoder read the words of some texts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """Counts of texts, and of words by what became of them.

    Attributes:
        texts: number of texts.
        cut: those of them that are longer than the encoder takes, and were read in pieces.
        words: number of words.
        unknown: those of them that were read, whole or in part, as the unknown token.
        dropped: those of the unknown ones that the tokenizer makes nothing of at all.
    """

    texts: int
    cut: int
    words: int
    unknown: int
    dropped: int

    def __add__(self, other: Reading) -> Reading:
        """Return the counts of both."""
        return Reading(
            self.texts + other.texts,
            self.cut + other.cut,
            self.words + other.words,
            self.unknown + other.unknown,
            self.dropped + other.dropped,
        )

    @property
    def unknown_percent(self) -> float:
        """Share of the words that were read as unknown."""
        return 100 * self.unknown / max(self.words, 1)

    @property
    def cut_percent(self) -> float:
        """Share of the texts that were read in pieces."""
        return 100 * self.cut / max(self.texts, 1)
