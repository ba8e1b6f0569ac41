"""The linear probe: multinomial logistic regression with an L2 penalty, fitted by L-BFGS in double precision.

The function that is minimised is that of scikit-learn's `LogisticRegression(C=1 / l2)`: the mean
cross-entropy, softmax over labels or one logistic output for two, and l2 / (2 n) times the squared weights,
biases left out. So an L2 weight means what it means to the perceptrons. It has one minimum, on which no seed
has any bearing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor
from torch.nn import functional

from fbert.probe.settings import Setting
from fbert.probe.training import ProbeRun, Rows, one_thread_each

# The largest derivative at which the minimum counts as reached, and what a step must at least gain.
_GRADIENT, _GAIN = 1e-6, 64 * float(np.finfo(np.float64).eps)


def fit_path(l2: Sequence[float], rows: Rows, iterations: int, seed: int) -> list[ProbeRun]:
    """Fit a linear probe for each L2 weight, from the strongest to the weakest, each from the one before.

    Args:
        l2: weights of the penalty.
        rows: what is fitted and what is scored.
        iterations: most steps for each.
        seed: what the runs are called by; nothing is drawn from it.

    Returns:
        The runs in the order of `l2`; their epochs are steps of L-BFGS.
    """
    outputs = 1 if len(rows.labels) == 2 else len(rows.labels)
    flat = np.zeros(outputs * (rows.X.shape[1] + 1))
    X, found = rows.X.double(), {}
    with one_thread_each():
        for weight in sorted(l2, reverse=True):
            fitted = minimize(
                _loss_and_gradient,
                flat,
                args=(X, rows.y, weight),
                method="L-BFGS-B",
                jac=True,
                options={"maxiter": iterations, "maxfun": 20 * iterations, "gtol": _GRADIENT, "ftol": _GAIN},
            )
            flat = fitted.x
            run = ProbeRun(Setting((), weight), seed, epochs=int(fitted.nit), converged=bool(fitted.success))
            logits = _logits(_weights(_on(flat, X), X), rows.X_eval.double()).cpu().numpy()
            _score(run, logits, rows.labels)
            found[weight] = run
    return [found[weight] for weight in l2]


def _score(run: ProbeRun, logits: NDArray[np.float64], labels: NDArray[np.int64]) -> None:
    """Note what a run answers; logits are (m, outputs)."""
    if logits.shape[1] == 1:
        run.scores = logits[:, 0]
        run.predicted = labels[(run.scores > 0).astype(np.int64)]
    else:
        run.predicted = labels[logits.argmax(axis=1)]


def _loss_and_gradient(
    flat: NDArray[np.float64], X: Tensor, y: Tensor, l2: float
) -> tuple[float, NDArray[np.float64]]:
    """The function minimised and its derivative; `flat` has for each output its weights and its bias."""
    parameters = _on(flat, X).requires_grad_()
    weights = _weights(parameters, X)
    logits = _logits(weights, X)
    if len(weights) == 1:
        loss = functional.binary_cross_entropy_with_logits(logits[:, 0], y.double(), reduction="sum")
    else:
        loss = functional.cross_entropy(logits, y, reduction="sum")
    mean = (loss + l2 / 2 * weights[:, :-1].square().sum()) / len(X)
    (gradient,) = torch.autograd.grad(mean, parameters)
    return mean.item(), gradient.cpu().numpy()


def _on(flat: NDArray[np.float64], X: Tensor) -> Tensor:
    return torch.tensor(flat, device=X.device)


def _weights(flat: Tensor, X: Tensor) -> Tensor:
    """(outputs, d + 1): weights, and the bias as the last column."""
    return flat.view(-1, X.shape[1] + 1)


def _logits(weights: Tensor, X: Tensor) -> Tensor:
    return torch.addmm(weights[:, -1], X, weights[:, :-1].T)
