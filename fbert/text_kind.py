"""The kinds of text behind a number: a column of tables and of figures' data."""

from __future__ import annotations

REAL, SYNTHETIC, NO_TEXT = "real", "synthetic", "none"
"""`NO_TEXT` where there is none, as behind points in a plane."""


def text_kind(synthetic: bool) -> str:
    """Return how tables and figures name the kind of text behind a number."""
    return SYNTHETIC if synthetic else REAL
