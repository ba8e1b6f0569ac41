"""The few points that carry an answer: enough to prove it, and to start the next one from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Support:
    """Rows of two sets with positive weights that sum to one on either side.

    Attributes:
        rows_a, weights_a: (k_a,) rows of A and their weights.
        rows_b, weights_b: (k_b,) the same for B.
    """

    rows_a: np.ndarray
    weights_a: np.ndarray
    rows_b: np.ndarray
    weights_b: np.ndarray
