"""Chance, as with cards: evenly spread, and the same for a seed for ever."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")


class Decks:
    """Deals options in random order, each as often as its weight says, none again before the deck is through.

    So that even a small corpus has every word and every rare construction. All randomness comes from
    `random.random()`, whose stream Python guarantees.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._decks: dict[str, list[Any]] = {}

    def deal(self, name: str, options: Sequence[T], weights: Sequence[int]) -> T:
        """Deal one of `options` from the deck called `name`."""
        deck = self._decks.setdefault(name, [])
        if not deck:
            cards = [o for o, weight in zip(options, weights, strict=True) for _ in range(weight)]
            deck.extend(self.shuffle(cards))
        card: T = deck.pop()
        return card

    def shuffle(self, items: Sequence[T]) -> list[T]:
        """Return the items in random order."""
        return sorted(items, key=lambda _: self._random.random())

    def happens(self, share: float) -> bool:
        """Tell yes in this share of cases."""
        return self._random.random() < share
