"""The few points that carry an answer: enough to prove it, and to start the next one from."""

from __future__ import annotations

from dataclasses import dataclass

from fbert.directprobe.arrays import Floats, Ints


@dataclass(frozen=True)
class Support:
    """Rows of two sets with positive weights that sum to one on either side.

    Attributes:
        rows_a, weights_a: (k_a,) rows of A and their weights.
        rows_b, weights_b: (k_b,) the same for B.
    """

    rows_a: Ints
    weights_a: Floats
    rows_b: Ints
    weights_b: Floats
