"""How much memory a probe's arrays take, so that it can be bounded before the first one is made."""

from __future__ import annotations

import numpy as np

from fbert.errors import InputError
from fbert.probe.data import ProbeData
from fbert.probe.perceptrons import PREDICTION_BATCH, Shape
from fbert.probe.settings import LINEAR, ProbeSettings

_FLOAT = 4  # bytes
_STATES = 4  # parameters, gradients and the two moments of Adam
_REMEMBERED = 30  # copies of the parameters in L-BFGS: steps, derivatives, and its own


def affordable_threads(examples: ProbeData, settings: ProbeSettings, threads: int) -> int:
    """How many of the threads fit into `memory_mb`.

    Fewer threads train the same groups, so memory never changes a result.

    Raises:
        InputError: not even one thread fits; the message says how much it needs.
    """
    rows, features = examples.X.shape
    classes = len(np.unique(examples.y))
    # The training set is there twice: whole, and divided into the part trained on and the part held out.
    fixed = (2 * rows + len(examples.X_test)) * features * _FLOAT
    if settings.kind == LINEAR:
        each = _working_linear(examples, classes)
    else:
        fixed += sum(_STATES * _FLOAT * Shape(features, s.widths, classes).parameters for s in settings.grid)
        each = _working(features, classes, settings)
    affordable = int((settings.memory_mb * 1e6 - fixed) // each)
    if affordable < 1:
        raise InputError(
            f"probe, key `memory_mb`: {settings.memory_mb} is too little for {rows} examples of {features} "
            f"features and {len(settings.grid)} settings, which take {(fixed + each) / 1e6:.0f}"
        )
    return min(threads, affordable)


def _working_linear(examples: ProbeData, classes: int) -> int:
    """Bytes of features and logits in double precision, with derivatives, and of what L-BFGS remembers."""
    rows, features = len(examples.y) + len(examples.y_test), int(examples.X.shape[1])
    return 2 * _FLOAT * (rows * (features + 3 * classes) + _REMEMBERED * classes * (features + 1))


def _working(features: int, classes: int, settings: ProbeSettings) -> int:
    """Bytes of the activations of one group, and of their derivatives in training or argmax in prediction."""
    rows = max(PREDICTION_BATCH, settings.batch_size)
    members = max(len(settings.l2), settings.runs)
    return 2 * _FLOAT * members * rows * (features + 2 * max(settings.widths) + classes)
