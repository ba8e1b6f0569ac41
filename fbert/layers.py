"""Which layers are looked at, where not all of them are."""

from __future__ import annotations


def every_second_layer(last: int) -> list[int]:
    """Return every second layer counted down from the last, lowest first; the embedding layer is left out."""
    return sorted(range(last, 0, -2))


def followed_layers(last: int) -> list[int]:
    """Return the layers that are followed through training: every second one, and the first for Figure 3."""
    return sorted({1, *every_second_layer(last)})
