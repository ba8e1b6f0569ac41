"""Words that stand beside numbers in tables, figures, findings and the report, and only there.

No stage that computes may import this: rewording a remark must never be a reason to compute again.
"""

from __future__ import annotations

SYNTHETIC_REMARK = "Synthetic text: shows that the tool works, says nothing about a language."
"""What stands beside every number of a corpus made by a grammar."""
REAL, SYNTHETIC, NO_TEXT = "real", "synthetic", "none"
"""The kinds of text behind a number; `NO_TEXT` where there is none, as behind points in a plane."""


def text_kind(synthetic: bool) -> str:
    """Return how tables and figures name the kind of text behind a number."""
    return SYNTHETIC if synthetic else REAL
