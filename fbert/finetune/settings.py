"""What a study says about fine-tuning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from fbert.errors import InputError


@dataclass(frozen=True)
class Lora:
    """Low-rank updates of weights: their rank, and alpha, which makes them count alpha / rank times."""

    rank: int
    alpha: int

    def __post_init__(self) -> None:
        """Refuse impossible values.

        Raises:
            InputError: the message names the key.
        """
        if self.rank < 1 or self.alpha < 1:
            raise InputError(f"lora: rank ({self.rank}) and alpha ({self.alpha}) must be at least 1")


@dataclass(frozen=True)
class FinetuneSettings:
    """How every encoder is tuned; the defaults are the paper's (docs/method.md, Encoders and fine-tuning).

    Attributes:
        epochs: passes over the training sentences.
        batch_size: sentences in a batch; each has at least one example of the task.
        micro_batch_size: sentences that go through the encoder together. A batch of more is taken in parts,
            whose gradients add up to its own, rounding and dropout aside, in the memory of one; None to take
            it whole.
        learning_rate: Adam's, at its peak.
        warmup: share of the updates over which the learning rate rises, before it falls towards 0.
        snapshots: updates at which weights are kept, evenly spaced with start and end; 0 for none.
        freeze: layers, from the first, that stay as they are with the embeddings; 0 for none of them.
        lora: train low-rank updates instead of the weights; None to train the weights.
    """

    epochs: int = 10
    batch_size: int = 32
    micro_batch_size: int | None = None
    learning_rate: float = 3e-4
    warmup: float = 0.1
    snapshots: int = 0
    freeze: int = 0
    lora: Lora | None = None

    def __post_init__(self) -> None:
        """Refuse impossible values.

        Raises:
            InputError: the message names the key.
        """
        if self.epochs < 1 or self.batch_size < 1:
            raise InputError(f"epochs ({self.epochs}) and batch_size ({self.batch_size}) must be at least 1")
        if self.micro_batch_size is not None and self.micro_batch_size < 1:
            raise InputError(f"micro_batch_size is a number of sentences, not {self.micro_batch_size}")
        if not self.learning_rate > 0:
            raise InputError(f"learning_rate must be above 0, not {self.learning_rate}")
        if not 0 <= self.warmup < 1:
            raise InputError(f"warmup is a share of the updates: at least 0 and below 1, not {self.warmup}")
        if self.freeze < 0:
            raise InputError(f"freeze is a number of layers, not {self.freeze}")
        if self.snapshots < 0 or self.snapshots == 1:
            raise InputError(f"snapshots must be 0, or at least 2 (start and end), not {self.snapshots}")

    @classmethod
    def from_study(cls, mapping: Mapping[str, Any]) -> FinetuneSettings:
        """Build from a study's `finetuning`.

        Raises:
            InputError: an unknown key or an impossible value.
        """
        valid = [field.name for field in fields(cls)]
        for key in mapping:
            if key not in valid:
                raise InputError(f"finetuning: unknown key '{key}'; valid are: {', '.join(valid)}")
        lora = mapping.get("lora")
        return cls(**{**mapping, "lora": None if lora is None else Lora(**lora)})
