"""The probe's stack of perceptrons by two general ways to train many models as one: torch.func and JAX.

Either takes the place of `fbert.probe.perceptrons.Stack` in the same search: initial weights, order of rows,
batches, penalty, Adam and stopping rule are the same, gradients and batching are theirs. For more than two
labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fbert.probe import training
from fbert.probe.perceptrons import BETAS, EPSILON, Stack

Weights = Sequence[Any]


@contextmanager
def in_place_of_ours(stack: type[Stack] | None) -> Iterator[None]:
    """Let probes train with another stack; None for ours."""
    with patch.object(training, "Stack", stack or Stack):
        yield


class FuncStack(Stack):
    """One perceptron's loss, its gradient by `torch.func`, and `vmap` over members; Adam is torch's own."""

    def _step(self, X: Tensor, y: Tensor, learning_rate: float) -> Tensor:
        one_order = len(X) == 1
        rows = None if one_order else 0
        step = torch.func.vmap(torch.func.grad_and_value(_torch_loss), in_dims=(0, 0, rows, rows))
        weights = (*self._weights, *self._biases)
        given = (X[0], y[0]) if one_order else (X, y)
        gradients, losses = step(weights, self._l2[:, 0, 0], *given)
        self._updates += 1
        first, second = ([*weights, *biases] for weights, biases in map(self._views, self._moments))
        torch._fused_adam_(
            list(weights),
            list(gradients),
            first,
            second,
            [],
            [torch.tensor(float(self._updates))] * len(weights),
            lr=learning_rate,
            beta1=BETAS[0],
            beta2=BETAS[1],
            weight_decay=0.0,
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
        )
        summed: Tensor = losses * X.shape[1]
        return summed


def _torch_loss(weights: Weights, l2: Tensor, X: Tensor, y: Tensor) -> Tensor:
    """Mean loss of one perceptron on a batch, penalty included."""
    for weight, bias in zip(weights[:2], weights[3:5], strict=True):
        X = torch.relu(X @ weight + bias)
    logits = X @ weights[2] + weights[5]
    penalty = sum((weight**2).sum() for weight in weights[:3])
    return torch.nn.functional.cross_entropy(logits, y).add(l2 * penalty / (2 * len(y)))


class JaxStack(Stack):
    """The same in JAX: an epoch is one compiled scan over its batches, and another for a smaller last one."""

    _state: tuple[Any, Any, Any, Any]  # weights, the two moments of Adam, updates done

    def train_epoch(self, X: Tensor, y: Tensor, batch_size: int, learning_rate: float) -> NDArray[np.float64]:
        """Pass once over the rows; as ours."""
        orders = np.asarray(self._shuffle(len(X)))
        full = len(X) // batch_size * batch_size
        total = np.zeros(len(self))
        for rows in (orders[:, :full].reshape(len(orders), -1, batch_size), orders[:, None, full:]):
            if rows.size:
                self._state, losses = _epoch()(
                    self._state, np.asarray(self._l2[:, 0, 0]), _on_jax(X), _on_jax(y), rows, learning_rate
                )
                total += np.asarray(losses, dtype=np.float64)
        return total / len(X)

    def predict(self, X: Tensor) -> tuple[NDArray[np.int64], None]:
        """(k, n) labels of the rows of X."""
        return np.asarray(_labels()(self._state[0], _on_jax(X)), dtype=np.int64), None

    def keep(self, members: Sequence[int]) -> None:
        """Drop all members but these."""
        chosen = np.array(members, dtype=np.int64)
        weights, first, second, updates = self._state
        weights, first, second = ([part[chosen] for part in parts] for parts in (weights, first, second))
        self._l2 = self._l2[torch.from_numpy(chosen)]
        if len(self._streams) > 1:
            self._streams = [self._streams[member] for member in members]
            self._orders = None if self._orders is None else self._orders[chosen]
        self._state = weights, first, second, updates

    def _set_state(self, parameters: Tensor, first_moment: Tensor, second_moment: Tensor) -> None:
        import jax.numpy as jnp

        flats = (parameters, first_moment, second_moment)
        parts = [[jnp.array(part) for views in self._views(flat) for part in views] for flat in flats]
        self._state = parts[0], parts[1], parts[2], 0


def _on_jax(rows: Tensor) -> Any:
    return _converted(rows.data_ptr(), rows.shape, rows)


_kept: dict[tuple[int, tuple[int, ...]], Any] = {}


def _converted(address: int, shape: tuple[int, ...], rows: Tensor) -> Any:
    """Convert features and labels once, since every epoch has the same."""
    import jax.numpy as jnp

    if (address, tuple(shape)) not in _kept:
        _kept[address, tuple(shape)] = (
            rows,
            jnp.array(rows),
        )  # the tensor too, so that no other has its address
    return _kept[address, tuple(shape)][1]


@cache
def _labels() -> Any:
    import jax

    return jax.jit(lambda weights, X: jax.vmap(_jax_logits, (0, None))(weights, X).argmax(2))


def _jax_logits(weights: Weights, X: Any) -> Any:
    import jax

    for weight, bias in zip(weights[:2], weights[3:5], strict=True):
        X = jax.nn.relu(X @ weight + bias)
    return X @ weights[2] + weights[5]


@cache
def _epoch() -> Any:
    """Return the compiled pass over batches, given as (orders, batches, b) rows: to state and losses."""
    import jax
    import jax.numpy as jnp

    def loss(weights: Weights, l2: Any, X: Any, y: Any) -> Any:
        log_probability = jax.nn.log_softmax(_jax_logits(weights, X))
        penalty = sum((weight**2).sum() for weight in weights[:3])
        return -jnp.take_along_axis(log_probability, y[:, None], 1).mean() + l2 * penalty / (2 * len(y))

    def moved(weight: Any, first: Any, second: Any, updates: Any, rate: Any) -> Any:
        first, second = first / (1 - BETAS[0] ** updates), second / (1 - BETAS[1] ** updates)
        return weight - rate * first / (jnp.sqrt(second) + EPSILON)

    def run(state: Any, l2: Any, X: Any, y: Any, rows: Any, rate: Any) -> Any:
        of_member = None if len(rows) == 1 else 0
        gradients_of = jax.vmap(jax.value_and_grad(loss), (0, 0, of_member, of_member))

        def step(state: Any, batch: Any) -> Any:
            weights, first, second, updates = state
            chosen = batch[0] if of_member is None else batch
            losses, gradients = gradients_of(weights, l2, X[chosen], y[chosen])
            updates = updates + 1
            first = [BETAS[0] * m + (1 - BETAS[0]) * g for m, g in zip(first, gradients, strict=True)]
            second = [BETAS[1] * v + (1 - BETAS[1]) * g * g for v, g in zip(second, gradients, strict=True)]
            weights = [moved(*parts, updates, rate) for parts in zip(weights, first, second, strict=True)]
            return (weights, first, second, updates), losses * batch.shape[1]

        state, losses = jax.lax.scan(step, state, jnp.moveaxis(rows, 1, 0))
        return state, losses.sum(0)

    return jax.jit(run)
