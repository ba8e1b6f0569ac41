"""Cross-entropy of a stack of perceptrons: softmax over labels, or one logistic output for two."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

# scikit-learn clips probabilities to [eps, 1 - eps] before it takes the logarithm.
_LARGEST_LOSS = -float(np.log(np.finfo(np.float32).eps))


def loss_and_delta(logits: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Summed loss of each member and its derivative by the logits.

    Args:
        logits: (k, b, labels), or (k, b, 1) where there are two labels.
        y: (k, b) labels.

    Returns:
        (k,) losses summed over the batch; (k, b, outputs) predicted minus true probabilities.
    """
    return _logistic(logits, y) if logits.shape[2] == 1 else _softmax(logits, y)


def predicted(logits: Tensor) -> Tensor:
    """(k, b) most probable labels."""
    return (logits[..., 0] > 0).long() if logits.shape[2] == 1 else logits.argmax(dim=2)


def _softmax(logits: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    log_probability = logits.log_softmax(dim=2)
    true = y[..., None]
    loss = -log_probability.gather(2, true)[..., 0]
    delta = log_probability.exp_().scatter_add_(2, true, logits.new_full((), -1.0).expand(true.shape))
    return loss.clamp_(max=_LARGEST_LOSS).sum(dim=1), delta


def _logistic(logits: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    true = y[..., None].to(logits.dtype)
    loss = torch.nn.functional.softplus(logits) - true * logits
    return loss.clamp_(max=_LARGEST_LOSS).sum(dim=(1, 2)), logits.sigmoid() - true
