"""Small data for the probe's tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

Part = tuple[NDArray, NDArray]


def blobs(
    n: int, features: int = 20, labels: int = 4, spread: float = 2.0, seed: int = 0, draw: int = 0
) -> Part:
    """Gaussian clouds, one a label, that overlap; `draw` gives other rows around the same centres."""
    centres = np.random.default_rng(seed).normal(size=(labels, features))
    rng = np.random.default_rng([seed, draw, 1])
    y = rng.integers(labels, size=n)
    y[:labels] = np.arange(labels)
    return (centres[y] + spread * rng.normal(size=(n, features))).astype(np.float32), y


def digits() -> tuple[Part, Part]:
    """Scikit-learn's 1,797 handwritten digits, 64 features scaled to 0..1, as training and test set."""
    X, y = load_digits(return_X_y=True)
    X = (X / 16).astype(np.float32)
    return (X[:1200], y[:1200]), (X[1200:], y[1200:])


def names(n: int) -> list[str]:
    """Label names."""
    return [f"label-{index}" for index in range(n)]
