"""The training loop (docs/method.md, Encoders and fine-tuning).

Adam, a linear rise and fall of the learning rate, cross-entropy averaged over the examples of a batch,
dropout as the encoder ships it. The state is saved after every epoch and snapshot; killed and started again,
a run goes on from there to the same weights, bit for bit on a CPU.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import IO, Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from fbert.attempts import STOPPED
from fbert.encoder.checkpoint import write_record
from fbert.encoder.loading import save_model
from fbert.encoder.model import Encoder
from fbert.errors import CorruptFileError, InputError
from fbert.finetune.partial import LOG, STATE
from fbert.finetune.plan import Plan
from fbert.finetune.settings import FinetuneSettings
from fbert.finetune.snapshots import FOLDER, original_weights, snapshot_file, write_snapshot
from fbert.finetune.state import Progress, restore_state, save_state
from fbert.finetune.task_model import TaskData, TaskModel
from fbert.prepared import PreparedCorpus


@dataclass(frozen=True)
class TrainingRun:
    """One training run.

    Attributes:
        corpus: the data.
        task: the task.
        plan: when what happens.
        train_data: what is trained on.
        test_data: what the log tells the head's accuracy on.
        model: encoder and head.
        optimizer: Adam over the weights of theirs that are trained.
        original: weights of the encoder before its first update, from which snapshots tell what changed.
        partial: folder for all that is not finished.
        record: what makes the run.
    """

    corpus: PreparedCorpus
    task: str
    plan: Plan
    train_data: TaskData
    test_data: TaskData
    model: TaskModel
    optimizer: torch.optim.Optimizer
    original: Mapping[str, torch.Tensor]
    partial: Path
    record: Mapping[str, Any]

    @classmethod
    def prepare(
        cls,
        encoder: Encoder,
        corpus: PreparedCorpus,
        task: str,
        settings: FinetuneSettings,
        seed: int,
        partial: Path,
        record: Mapping[str, Any],
    ) -> TrainingRun:
        """Make everything ready for the first update.

        Raises:
            InputError: no such task, or fewer than two labels to tell apart.
        """
        train_data = TaskData.of(encoder, corpus, task, "train")
        if (found := train_data.count_labels()) < 2:
            raise InputError(
                f"corpus {corpus.name}: {task} has {found} label(s) in the training part, not two"
            )
        plan = Plan(settings, tuple(sentence.length for sentence in train_data.tokens), seed)
        arity, n_labels = train_data.words[0].shape[1], len(corpus.labels[task])
        original = original_weights(encoder.model) if settings.snapshots else {}
        test_data = TaskData.of(encoder, corpus, task, "test")
        texts = [*train_data.tokens, *test_data.tokens]
        model = TaskModel(encoder, arity, n_labels, seed, texts, settings.freeze, settings.lora)
        optimizer = torch.optim.Adam(model.weights().values(), fused=True)
        return cls(corpus, task, plan, train_data, test_data, model, optimizer, original, partial, record)

    def train(self) -> None:
        """Train from the last saved state, or from the start.

        Raises:
            InputError: the loss is no longer a number.
            SystemExit: with code `STOPPED`, after SIGTERM, once the state is saved.
        """
        update = self._resume()
        with (
            open(self.partial / LOG, "a", encoding="utf-8") as log,
            _sigterm() as stop,
            self._bar(update) as bar,
        ):
            while True:
                if update in self.plan.snapshots and not self._snapshot(update).exists():
                    with self.model.plain_model() as model:
                        write_snapshot(self._snapshot(update), model, self.original)
                if update in self.plan.saves or stop.is_set():
                    self._save(update, log)
                if stop.is_set():
                    print(
                        f"{self.partial}: stopped after update {update}; start again to go on",
                        file=sys.stderr,
                    )
                    sys.exit(STOPPED)
                if update == self.plan.updates:
                    return

                entry = self._update(update)
                update += 1
                log.write(json.dumps(entry) + "\n")
                if update % self.plan.per_epoch == 0:
                    log.write(json.dumps(self._look_at_test(update)) + "\n")
                log.flush()
                bar.set_postfix(
                    loss=f"{entry['loss']:.3f}", accuracy=f"{entry['accuracy']:.3f}", refresh=False
                )
                bar.update()

    def checkpoint(self) -> Path:
        """Write the finished checkpoint into the partial folder and return where."""
        folder = self.partial / "checkpoint"
        shutil.rmtree(folder, ignore_errors=True)
        with self.model.plain_model() as model:
            save_model(model, folder)
        self.model.encoder.tokenizer.huggingface.save_pretrained(folder)
        head = {name: weight.detach().cpu() for name, weight in self.model.head.named_parameters()}
        save_file(head, folder / "head.safetensors")
        shutil.copy(self.partial / LOG, folder)
        if self.plan.snapshots:
            shutil.copytree(self.partial / FOLDER, folder / FOLDER, copy_function=os.link)
        write_record(folder, dict(self.record))
        return folder

    def _update(self, update: int) -> dict[str, Any]:
        """Do one update, numbered from 0, and return its line of the log."""
        rate = self.plan.learning_rate(update)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        # All chance inside an update follows from its number, so that a restart needs no generator's state.
        torch.manual_seed(self.plan.torch_seed(update))
        self.model.train(True)
        self.optimizer.zero_grad()
        loss, accuracy = self._gradients(self.plan.parts(update))
        self._check_loss(loss, update)
        self.optimizer.step()
        return {
            "update": update + 1,
            "epoch": update // self.plan.per_epoch + 1,
            "loss": loss,
            "accuracy": accuracy,
            "learning_rate": rate,
        }

    def _gradients(self, parts: Sequence[NDArray[np.int64]]) -> tuple[float, float]:
        """Add up the gradients of a batch's loss, a part at a time; return the loss, and the head's accuracy.

        The loss is a mean over examples. Parts of equally many sentences differ in their number, so that each
        counts by its share.
        """
        examples = sum(len(self.train_data.labels[sentence]) for part in parts for sentence in part)
        total = right = 0.0
        for part in parts:
            scores, labels = self.model.logits(self.train_data, part.tolist())
            loss = cross_entropy(scores, labels) * (len(labels) / examples)
            loss.backward()
            total += loss.item()
            right += (scores.argmax(1) == labels).sum().item()
        return total, right / examples

    def _check_loss(self, loss: float, update: int) -> None:
        if not math.isfinite(loss):
            raise InputError(
                f"{self.task}, encoder {self.model.encoder.name}: the loss is {loss} at update {update + 1}; "
                "training has diverged, try a lower learning_rate"
            )

    def _look_at_test(self, update: int) -> dict[str, Any]:
        """Return the line of the log that ends an epoch; it informs, and nothing is chosen by it."""
        return {
            "update": update,
            "epoch": update // self.plan.per_epoch,
            "test_accuracy": self.model.accuracy(self.test_data),
        }

    def _snapshot(self, update: int) -> Path:
        return snapshot_file(self.partial / FOLDER, update)

    def _save(self, update: int, log: IO[str]) -> None:
        os.fsync(log.fileno())
        progress = Progress(update, log.tell())
        save_state(self.partial / STATE, self.model.weights(), self.optimizer, progress, self.record)

    def _resume(self) -> int:
        """Take up the saved state, if there is one, and return the updates done."""
        if not (self.partial / STATE).is_file():
            return 0
        progress = restore_state(self.partial / STATE, self.model.weights(), self.optimizer)
        log = self.partial / LOG
        if not log.is_file() or log.stat().st_size < progress.log_bytes:
            raise CorruptFileError(
                f"{log}: shorter than when it was written; delete {self.partial} and run again"
            )
        os.truncate(log, progress.log_bytes)
        return progress.update

    def _bar(self, update: int) -> tqdm[Any]:
        name = f"{self.model.encoder.name} on {self.task}"
        return tqdm(total=self.plan.updates, initial=update, desc=name, unit="update", mininterval=1.0)


@contextmanager
def _sigterm() -> Iterator[Event]:
    """Yield an event that SIGTERM sets, so that the update in hand is finished first."""
    event = Event()
    before = signal.signal(signal.SIGTERM, lambda *_: event.set())
    try:
        yield event
    finally:
        signal.signal(signal.SIGTERM, before)
