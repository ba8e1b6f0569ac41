"""The course of a training run: batches, learning rate, snapshots, saves.

Nothing here keeps state. What a run does at an update depends on the settings, the seed and the number of the
update alone, so that a run which starts again in the middle goes the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import ceil

import numpy as np
from numpy.typing import NDArray

from fbert.finetune.settings import FinetuneSettings

# Batches among which sentences are sorted by length. More leave less padding, and less to the shuffle; the
# Trainer's `group_by_length` takes as many.
BUCKET = 50


@dataclass(frozen=True)
class Plan:
    """The course of a run.

    Attributes:
        settings: of the study.
        lengths: subwords of each training sentence.
        seed: of the run.
    """

    settings: FinetuneSettings
    lengths: tuple[int, ...]
    seed: int

    @property
    def per_epoch(self) -> int:
        """Updates in an epoch; the last one may have fewer sentences."""
        return ceil(len(self.lengths) / self.settings.batch_size)

    @property
    def updates(self) -> int:
        """Updates in the whole run."""
        return self.per_epoch * self.settings.epochs

    def learning_rate(self, update: int) -> float:
        """Return the learning rate of an update, counted from 0: linear rise to the peak, linear fall.

        The first update has a share of the peak and so has the last: none is spent on a rate of 0.
        """
        rise = round(self.settings.warmup * self.updates)
        done = update + 1
        share = done / rise if done <= rise else (self.updates - update) / (self.updates - rise)
        return self.settings.learning_rate * share

    @cached_property
    def snapshots(self) -> frozenset[int]:
        """Numbers of updates done at which weights are kept: evenly spaced, with 0 and the last."""
        spaced = np.linspace(0, self.updates, self.settings.snapshots).round()
        return frozenset(int(update) for update in spaced)

    @cached_property
    def saves(self) -> frozenset[int]:
        """Numbers of updates done at which the state is saved: after each epoch and each snapshot."""
        return self.snapshots | frozenset(range(self.per_epoch, self.updates + 1, self.per_epoch))

    def batch(self, update: int) -> NDArray[np.int64]:
        """Return the sentences of an update, counted from 0."""
        epoch, place = divmod(update, self.per_epoch)
        return shuffled_batches(self.lengths, self.settings.batch_size, self.seed, epoch)[place]

    def parts(self, update: int) -> list[NDArray[np.int64]]:
        """Return the sentences of an update in parts that go through the encoder one after another."""
        batch = self.batch(update)
        size = self.settings.micro_batch_size or len(batch)
        return [batch[start : start + size] for start in range(0, len(batch), size)]

    def torch_seed(self, update: int) -> int:
        """Return the seed of all that is random inside an update, which is its dropout."""
        return int(np.random.SeedSequence([self.seed, update]).generate_state(1)[0])


@lru_cache(maxsize=1)
def shuffled_batches(
    lengths: tuple[int, ...], batch_size: int, seed: int, epoch: int
) -> list[NDArray[np.int64]]:
    """Shuffle sentences into batches of similar length; each sentence comes once.

    The shuffled sentences are sorted by length within buckets of `BUCKET` batches and cut; then the batches
    are shuffled.

    Args:
        lengths: subwords of each sentence.
        batch_size: sentences in a batch; the remainder makes a smaller one.
        seed: of the run.
        epoch: counted from 0; each has its own shuffle.
    """
    random = np.random.default_rng([seed, epoch])
    order = random.permutation(len(lengths))
    size = BUCKET * batch_size
    buckets = [order[start : start + size] for start in range(0, len(order), size)]
    by_length = np.asarray(lengths)
    ordered = [bucket[np.argsort(by_length[bucket], kind="stable")] for bucket in buckets]
    found = [
        bucket[start : start + batch_size]
        for bucket in ordered
        for start in range(0, len(bucket), batch_size)
    ]
    return [found[place] for place in random.permutation(len(found))]
