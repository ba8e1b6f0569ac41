"""Many perceptrons of one shape trained as one: the inner loop of the probe.

The perceptrons of a stack share the widths of their layers and differ in L2 weight or seed. Everything they
compute has a leading member dimension, so that one batched matrix product serves all of them. The meaning is
that of scikit-learn's `MLPClassifier(solver="adam")`, down to its random stream: a member with seed s has the
initial weights and the batches of `MLPClassifier(random_state=s)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fbert.probe.loss import loss_and_delta, predicted

# scikit-learn's, which study section 4 takes over.
BETAS, EPSILON = (0.9, 0.999), 1e-8
# Rows scored at once when labels are predicted; bounds the memory of the activations.
PREDICTION_BATCH = 1000


@dataclass(frozen=True)
class Shape:
    """Widths of the layers: features, two hidden layers, an output a label (a single one for two)."""

    features: int
    widths: tuple[int, ...]
    labels: int

    @property
    def layers(self) -> tuple[tuple[int, int], ...]:
        """(inputs, outputs) of the three weight matrices."""
        first, second = self.widths
        return ((self.features, first), (first, second), (second, 1 if self.labels == 2 else self.labels))

    @property
    def parameters(self) -> int:
        """Number of weights and biases of one perceptron."""
        return sum(inputs * outputs + outputs for inputs, outputs in self.layers)


class Stack:
    """k perceptrons of one shape and the state of their optimizer.

    All parameters lie in one flat tensor, layer by layer and within a layer member by member, weights
    first; so do gradients and moments, and one fused call of Adam updates everything.
    """

    def __init__(self, shape: Shape, l2: Sequence[float], seeds: Sequence[int], device: torch.device) -> None:
        """Draw the initial weights; with one seed for all, all start equal and see the same batches."""
        self.shape = shape
        self.device = device
        distinct = seeds[:1] if len(set(seeds)) == 1 else seeds
        self._streams = [np.random.RandomState(seed) for seed in distinct]
        self._orders: NDArray[np.int64] | None = None
        self._l2 = torch.tensor(l2, dtype=torch.float32, device=device)[:, None, None]
        drawn = [_initial_parameters(shape, stream) for stream in self._streams]
        copies = len(l2) // len(drawn)
        flat = np.concatenate([np.stack(part * copies).ravel() for part in zip(*drawn, strict=True)])
        parameters = torch.from_numpy(flat).to(device)
        self._set_state(parameters, torch.zeros_like(parameters), torch.zeros_like(parameters))
        self._updates = 0

    def __len__(self) -> int:
        return len(self._l2)

    def train_epoch(self, X: Tensor, y: Tensor, batch_size: int, learning_rate: float) -> NDArray[np.float64]:
        """Pass once over the rows in a new order and return each member's loss.

        Args:
            X: (n, d) float32 features on the stack's device.
            y: (n,) int64 labels.
            batch_size: rows a batch; the last one may be smaller.
            learning_rate: Adam's.

        Returns:
            (k,) mean over rows of the loss before each row's update, penalty included (scikit-learn's
            `loss_`).
        """
        orders = self._shuffle(len(X))
        total = torch.zeros(len(self), dtype=torch.float64, device=self.device)
        for start in range(0, len(X), batch_size):
            rows = orders[:, start : start + batch_size]
            batch = X.index_select(0, rows.flatten()).view(*rows.shape, -1)
            total += self._step(batch, y[rows], learning_rate)
        return (total / len(X)).cpu().numpy()

    def predict(self, X: Tensor) -> tuple[NDArray[np.int64], NDArray[np.float32] | None]:
        """(k, n) labels of the rows of X (n, d), and for two labels the (k, n) logits of the second one."""
        labels, scores = [], []
        for rows in X.split(PREDICTION_BATCH):
            logits = self._forward(rows[None])[-1]
            labels.append(predicted(logits))
            scores.append(logits[..., 0])
        found = torch.cat(labels, dim=1).cpu().numpy()
        return found, torch.cat(scores, dim=1).cpu().numpy() if self.shape.labels == 2 else None

    def keep(self, members: Sequence[int]) -> None:
        """Drop all members but these; those that stay train on as if nothing had happened."""
        chosen = torch.tensor(members, dtype=torch.int64, device=self.device)
        state = [self._select(flat, chosen) for flat in (self._parameters, *self._moments)]
        self._l2 = self._l2[chosen]
        if len(self._streams) > 1:
            self._streams = [self._streams[member] for member in members]
            self._orders = None if self._orders is None else self._orders[list(members)]
        self._set_state(*state)

    def _shuffle(self, n: int) -> Tensor:
        """(streams, n) row orders of the next epoch: scikit-learn shuffles the order of the epoch before."""
        before = np.tile(np.arange(n), (len(self._streams), 1)) if self._orders is None else self._orders
        self._orders = np.stack(
            [order[_shuffled(n, s)] for order, s in zip(before, self._streams, strict=True)]
        )
        return torch.from_numpy(self._orders).to(self.device)

    def _step(self, X: Tensor, y: Tensor, learning_rate: float) -> Tensor:
        """Update on one batch, X (streams, b, d) and y (streams, b); return the summed losses (k,)."""
        hidden_1, hidden_2, logits = self._forward(X)
        loss, delta = loss_and_delta(logits, y.expand(len(self), -1))
        self._backward((X.expand(len(self), -1, -1), hidden_1, hidden_2), delta.div_(X.shape[1]))
        penalty = self._penalise(X.shape[1])
        self._adam(learning_rate)
        return loss + penalty

    def _forward(self, X: Tensor) -> list[Tensor]:
        """Activations of the hidden layers and the logits, each (k, b, width), of X (streams, b, d)."""
        activations = [X.expand(len(self), -1, -1)]
        for weight, bias in zip(self._weights, self._biases, strict=True):
            activations.append(torch.baddbmm(bias, activations[-1], weight))
            if weight is not self._weights[-1]:
                activations[-1].relu_()
        return activations[1:]

    def _backward(self, inputs: Sequence[Tensor], delta: Tensor) -> None:
        """Fill the gradients, given the inputs of each layer and the derivative by the logits."""
        for layer in (2, 1, 0):
            torch.bmm(inputs[layer].mT, delta, out=self._weight_gradients[layer])
            torch.sum(delta, dim=1, keepdim=True, out=self._bias_gradients[layer])
            if layer:
                delta = torch.bmm(delta, self._weights[layer].mT)
                # ReLU's derivative, in place: nothing flows where the unit was silent.
                torch.ops.aten.threshold_backward(delta, inputs[layer], 0, grad_input=delta)

    def _penalise(self, batch: int) -> Tensor:
        """Add the L2 term to the gradients, divided by the batch, and return its values (k,)."""
        squares, of_row = torch.zeros(len(self), device=self.device), self._l2 / batch
        for weight, gradient in zip(self._weights, self._weight_gradients, strict=True):
            gradient.addcmul_(weight, of_row)
            squares += torch.linalg.vector_norm(weight.flatten(1), dim=1).square_()
        return squares * self._l2[:, 0, 0] / 2

    def _adam(self, learning_rate: float) -> None:
        """Kingma & Ba's update with epsilon outside the bias correction, where scikit-learn has it."""
        self._updates += 1
        torch._fused_adam_(
            [self._parameters],
            [self._gradients],
            [self._moments[0]],
            [self._moments[1]],
            [],
            [torch.tensor(float(self._updates), device=self.device)],
            lr=learning_rate,
            beta1=BETAS[0],
            beta2=BETAS[1],
            weight_decay=0.0,
            eps=EPSILON / (1 - BETAS[1] ** self._updates) ** 0.5,
            amsgrad=False,
            maximize=False,
        )

    def _set_state(self, parameters: Tensor, first_moment: Tensor, second_moment: Tensor) -> None:
        self._parameters, self._moments = parameters, (first_moment, second_moment)
        self._gradients = torch.zeros_like(parameters)
        self._weights, self._biases = self._views(parameters)
        self._weight_gradients, self._bias_gradients = self._views(self._gradients)

    def _select(self, flat: Tensor, members: Tensor) -> Tensor:
        weights, biases = self._views(flat)
        return torch.cat([part[members].flatten() for part in (*weights, *biases)])

    def _views(self, flat: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Weights (k, inputs, outputs) and biases (k, 1, outputs) of the three layers, as views of `flat`."""
        sizes = [*self.shape.layers, *((1, outputs) for _, outputs in self.shape.layers)]
        parts = flat.split([len(self) * rows * columns for rows, columns in sizes])
        views = [part.view(len(self), *size) for part, size in zip(parts, sizes, strict=True)]
        return views[:3], views[3:]


def _initial_parameters(shape: Shape, stream: np.random.RandomState) -> list[NDArray[np.float32]]:
    """Glorot's uniform weights and biases for ReLU, three of each, drawn in scikit-learn's order."""
    weights, biases = [], []
    for inputs, outputs in shape.layers:
        bound = np.sqrt(6.0 / (inputs + outputs))
        weights.append(stream.uniform(-bound, bound, (inputs, outputs)).astype(np.float32))
        biases.append(stream.uniform(-bound, bound, outputs).astype(np.float32))
    return weights + biases


def _shuffled(n: int, stream: np.random.RandomState) -> NDArray[np.int64]:
    indices = np.arange(n)
    stream.shuffle(indices)
    return indices
