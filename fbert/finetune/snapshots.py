"""The weights of an encoder at chosen updates of its training, kept beside the checkpoint.

Weights, not vectors: what is made of them later (vectors, distances, figures) may change without training
again. A file holds what differs from the original encoder, which loses nothing: frozen weights are not in it,
and of a large table of word embeddings, of which a corpus uses some thousand rows, only the rows that were
trained.

Example: with `freeze: 2` the file of an update has the tensors of layers 2 and above; of the word embeddings
it would have `embeddings.word_embeddings.weight.rows` (numbers of rows) and
`embeddings.word_embeddings.weight` (those rows).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from fbert.errors import CorruptFileError, InputError
from fbert.files import replacing

FOLDER = "snapshots"
_ROWS = ".rows"

Weights = Mapping[str, torch.Tensor]


def original_weights(model: Any) -> dict[str, torch.Tensor]:
    """Return a copy, on the CPU, of a model's weights as they are now."""
    return {name: weight.detach().cpu().clone() for name, weight in _weights(model).items()}


def write_snapshot(path: Path, model: Any, original: Weights) -> None:
    """Write what of a model's weights differs from the original, whole or not at all.

    Args:
        path: the file to be.
        model: in the state to be kept, with the names of the original.
        original: as `original_weights` gives them.
    """
    kept: dict[str, torch.Tensor] = {}
    for name, weight in _weights(model).items():
        kept |= _difference(name, weight.detach().cpu(), original[name])
    with replacing(path) as temporary:
        save_file(kept, temporary)


class Snapshots:
    """The snapshots of one training run, put into its original encoder one after the other."""

    def __init__(self, model: Any, checkpoint: Path | str) -> None:
        """Take the original model, which changes with every `load`, and the folder of the checkpoint.

        Raises:
            InputError: the training run kept no snapshots.
        """
        self._model, self._original = model, original_weights(model)
        self._files = {
            int(path.stem.partition("_")[2]): path for path in Path(checkpoint, FOLDER).glob("update_*")
        }
        if not self._files:
            raise InputError(f"{checkpoint}: has no snapshots; the training run kept none")

    @property
    def updates(self) -> list[int]:
        """The numbers of updates done at which weights were kept, in order."""
        return sorted(self._files)

    def load(self, update: int) -> None:
        """Put the weights after so many updates into the model.

        Raises:
            CorruptFileError: the file is truncated or altered, or of another encoder.
        """
        path = self._files[update]
        try:
            kept = load_file(path)
            whole = {name: _restored(name, kept, weight) for name, weight in self._original.items()}
            unknown = kept.keys() - whole.keys() - {name + _ROWS for name in whole}
            if unknown:
                raise KeyError(min(unknown))
        except (SafetensorError, OSError, KeyError, RuntimeError, IndexError) as error:
            raise CorruptFileError(
                f"{path}: truncated, altered, or of another encoder ({error}); "
                f"delete {path.parents[1]} and run again to train it anew"
            ) from error
        self._model.load_state_dict(whole, strict=False)  # all but second names


def snapshot_file(folder: Path, update: int) -> Path:
    """Return the file of an update in a folder of snapshots."""
    return folder / f"update_{update:08d}.safetensors"


def _weights(model: Any) -> dict[str, torch.Tensor]:
    """Return a model's weights by name; one that has two, as the word embeddings of T5, by its first."""
    first: dict[int, str] = {}
    state = model.state_dict()
    for name, weight in state.items():
        first.setdefault(weight.data_ptr(), name)
    return {name: state[name] for name in first.values()}


def _difference(name: str, weight: torch.Tensor, original: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return nothing for equal tensors, changed rows with their numbers where these are few, else all."""
    if torch.equal(weight, original):
        return {}
    if weight.dim() == 2:
        rows = (weight != original).any(dim=1).nonzero().flatten()
        if 2 * len(rows) < len(weight):
            return {name: weight[rows].contiguous(), name + _ROWS: rows}
    return {name: weight.contiguous()}


def _restored(name: str, kept: Weights, original: torch.Tensor) -> torch.Tensor:
    if name not in kept:
        return original
    if name + _ROWS not in kept:
        return kept[name]
    whole = original.clone()
    whole[kept[name + _ROWS]] = kept[name].to(whole.dtype)  # which may be less precise than in training
    return whole
