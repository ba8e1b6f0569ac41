"""The word embeddings that a run trains: the rows of the subwords that its texts have.

A row that no text has gets no gradient, and Adam leaves it as it is, to the bit; but it would be read and
written at every update. Of MiniLM's 30,522 rows, half of its weights, a corpus of some thousand sentences has
a fifth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from fbert.encoder.tokens import Tokens


class UsedRows(nn.Module):
    """Some rows of word embeddings, looked up by the numbers that they have among all."""

    def __init__(self, whole: nn.Embedding, ids: torch.Tensor) -> None:
        """Take these rows, (n,) numbers in order, of (vocabulary, dim) embeddings."""
        super().__init__()
        self.weight = nn.Parameter(whole.weight.detach()[ids])
        self.register_buffer("ids", ids, persistent=False)
        padding = None if whole.padding_idx is None else (ids == whole.padding_idx).nonzero().flatten()
        self._padding = int(padding[0]) if padding is not None and len(padding) else None

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return (..., dim) rows of these ids, all of which must be among those taken."""
        rows = torch.searchsorted(self.get_buffer("ids"), ids)
        return functional.embedding(rows, self.weight, self._padding)


class Vocabulary:
    """A model's word embeddings, cut to what texts have for as long as it trains."""

    def __init__(self, model: Any, texts: Iterable[Tokens], pad_id: int) -> None:
        """Cut them, where they are plain ones that are trained and nothing else shares."""
        self._model, self._whole = model, model.get_input_embeddings()
        self._used: UsedRows | None = None
        if _can_be_cut(model, self._whole):
            found = {pad_id}.union(*(piece.ids for text in texts for piece in text.pieces))
            ids = torch.from_numpy(np.array(sorted(found), dtype=np.int64))
            self._used = UsedRows(self._whole, ids.to(self._whole.weight.device))
            model.set_input_embeddings(self._used)

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Let the model have all of its word embeddings, those trained as they are now."""
        if self._used is None:
            yield
            return
        with torch.no_grad():
            self._whole.weight[self._used.get_buffer("ids")] = self._used.weight
        self._model.set_input_embeddings(self._whole)
        try:
            yield
        finally:
            self._model.set_input_embeddings(self._used)


def _can_be_cut(model: Any, embeddings: nn.Module) -> bool:
    if type(embeddings) is not nn.Embedding or not embeddings.weight.requires_grad:
        return False
    names = [
        name for name, part in model.named_parameters(remove_duplicate=False) if part is embeddings.weight
    ]
    return len(names) == 1
