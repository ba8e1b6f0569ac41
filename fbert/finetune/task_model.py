"""A task on top of an encoder: one linear layer over what represents an example.

See docs/method.md, Data, and Encoders and fine-tuning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fbert.encoder.model import (
    BATCH_SUBWORDS,
    SENTENCE,
    Batch,
    Encoder,
    sentence_vectors,
    word_vectors,
)
from fbert.encoder.tokens import Tokens, batches
from fbert.finetune.adapt import freeze_layers, merged, with_updates
from fbert.finetune.settings import Lora
from fbert.finetune.vocabulary import Vocabulary
from fbert.prepared import PreparedCorpus


@dataclass(frozen=True)
class TaskData:
    """The sentences of a split that have an example of the task, s of them.

    Attributes:
        tokens: the sentences, tokenized.
        words: (examples, arity) for each sentence, the words of its examples.
        labels: (examples,) for each sentence, their labels.
    """

    tokens: list[Tokens]
    words: list[NDArray[np.int64]]
    labels: list[NDArray[np.int64]]

    @classmethod
    def of(cls, encoder: Encoder, corpus: PreparedCorpus, task: str, split: str) -> TaskData:
        """Collect a task's examples by sentence.

        Raises:
            InputError: the corpus has no such task.
        """
        corpus.check_task(task)
        part = corpus.splits[split]
        examples = part.examples[task]
        present = np.unique(examples.sentences)
        chosen = [np.flatnonzero(examples.sentences == index) for index in present]
        return cls(
            encoder.tokenize([part.sentences[index] for index in present]),
            [examples.words[which] for which in chosen],
            [examples.labels[which] for which in chosen],
        )

    def count_labels(self) -> int:
        """Return how many different labels there are."""
        return len(np.unique(np.concatenate(self.labels))) if self.labels else 0


class TaskModel:
    """An encoder and the head of one task."""

    def __init__(
        self,
        encoder: Encoder,
        arity: int,
        n_labels: int,
        seed: int,
        texts: Sequence[Tokens],
        freeze: int = 0,
        lora: Lora | None = None,
    ) -> None:
        """Put a fresh head on an encoder.

        Args:
            encoder: to be tuned in place.
            arity: words of one example; 0 for a sentence.
            n_labels: number of labels.
            seed: of the first weights of the head, and of low-rank updates.
            texts: all that the model will read.
            freeze: layers that are not trained.
            lora: train low-rank updates instead of the encoder's weights.

        Raises:
            InputError: the encoder does not have so many layers, or shares weights between them.
        """
        self.encoder, self.arity, self._lora = encoder, arity, lora
        torch.manual_seed(seed)
        self.head = nn.Linear(max(arity, 1) * encoder.dim, n_labels).to(encoder.device)
        freeze_layers(encoder, freeze)
        if lora is not None:
            encoder.model = with_updates(encoder, lora)
        self._vocabulary = Vocabulary(encoder.model, texts, encoder.tokenizer.pad_id)

    def logits(self, data: TaskData, chosen: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return (n, labels) scores and (n,) labels of all examples of the chosen sentences."""
        batch = self.encoder.batch([data.tokens[index] for index in chosen])
        words = [data.words[index] for index in chosen]
        sentence = [np.array([SENTENCE])] * len(words)
        positions = batch.positions([found.ravel() for found in words] if self.arity else sentence)
        # bfloat16 where a GPU multiplies matrices; weights, sums and the loss stay float32
        device = self.encoder.device.type
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            last = self.encoder.hidden_states(batch, positions)[-1]
        points = self._points(last.float(), batch.at(positions), words)
        labels = np.concatenate([data.labels[index] for index in chosen])
        return self.head(points), torch.from_numpy(labels).to(self.encoder.device)

    @torch.no_grad()
    def accuracy(self, data: TaskData) -> float:
        """Return the share of examples the head gets right, without dropout."""
        self.train(False)
        right = [
            (scores.argmax(1) == labels).cpu()
            for scores, labels in (
                self.logits(data, chosen) for chosen in batches(data.tokens, BATCH_SUBWORDS)
            )
        ]
        return torch.cat(right).double().mean().item()

    def train(self, training: bool) -> None:
        """Turn dropout on or off."""
        self.encoder.model.train(training)

    def weights(self) -> dict[str, nn.Parameter]:
        """Return all weights that are trained by name, in a fixed order."""
        named = {
            f"encoder.{name}": weight
            for name, weight in self.encoder.model.named_parameters()
            if weight.requires_grad
        }
        return named | {f"head.{name}": weight for name, weight in self.head.named_parameters()}

    @contextmanager
    def plain_model(self) -> Iterator[Any]:
        """Yield the model as it is now, in the form it came in, low-rank updates added to its weights."""
        with self._vocabulary.whole():
            yield self.encoder.model if self._lora is None else merged(self.encoder.model)

    def _points(self, last: torch.Tensor, batch: Batch, words: Sequence[NDArray[np.int64]]) -> torch.Tensor:
        """Return (n, max(arity, 1) * dim): the words of each example joined, or its sentence's vector."""
        if self.arity == 0:
            of_example = np.repeat(np.arange(len(words)), [len(found) for found in words])
            return sentence_vectors(last, batch)[torch.from_numpy(of_example).to(last.device)]
        rows = np.concatenate([found + first for found, first in zip(words, batch.first_words, strict=True)])
        return word_vectors(last, batch)[torch.from_numpy(rows).to(last.device)].flatten(1)
