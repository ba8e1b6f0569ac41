"""What of an encoder is trained: all of it, its upper layers, or low-rank updates of linear maps (LoRA)."""

from __future__ import annotations

import copy
from typing import Any

from torch import nn
from transformers.pytorch_utils import Conv1D  # a linear map in GPT-2 and its kin

from fbert.encoder.model import Encoder
from fbert.errors import InputError
from fbert.finetune.settings import Lora

# What families call the norm after their last layer, which stands beside the list of layers.
_FINAL_NORMS = ("final_norm", "norm", "ln_f", "final_layer_norm", "layer_norm")


def freeze_layers(encoder: Encoder, count: int) -> None:
    """Stop the training of the first `count` layers and of all that comes before them or is shared by layers.

    What is trained then are the layers above and a norm after the last one. Dropout stays as it is.

    Raises:
        InputError: there are not so many layers, or they share their weights.
    """
    if count == 0:
        return
    parent, layers = _layers(encoder)
    if count > len(layers):
        raise InputError(f"encoder {encoder.name}: freeze is {count}, but it has only {len(layers)} layers")
    encoder.model.requires_grad_(False)
    upper: list[Any] = [*layers[count:], *(getattr(parent, name, None) for name in _FINAL_NORMS)]
    for part in upper if count < len(layers) else ():
        if part is not None:
            part.requires_grad_(True)


def with_updates(encoder: Encoder, lora: Lora) -> Any:
    """Return the model with a low-rank update beside every linear map in its layers that is trained.

    Only the updates are trained then. They are 0 at the start, drawn from torch's generator.

    Raises:
        InputError: no linear map is trained.
    """
    from peft import LoraConfig, get_peft_model  # takes seconds, and most runs need none of it

    maps = [
        name
        for name, part in encoder.model.named_modules()
        if isinstance(part, nn.Linear | Conv1D)
        and part.weight.requires_grad
        and not name.startswith(("embeddings", "pooler"))
    ]
    if not maps:
        raise InputError(f"encoder {encoder.name}: freeze leaves no layer that lora could change")
    config = LoraConfig(r=lora.rank, lora_alpha=lora.alpha, lora_dropout=0.0, target_modules=maps)
    return get_peft_model(encoder.model, config)


def merged(model: Any) -> Any:
    """Return a copy of a model from `with_updates` as an ordinary one, its updates added to the weights."""
    return copy.deepcopy(model).merge_and_unload()


def _layers(encoder: Encoder) -> tuple[nn.Module, nn.ModuleList]:
    """Find the list of the model's layers, and the part of the model that it stands in."""
    for parent in encoder.model.modules():
        for part in parent.children():
            if isinstance(part, nn.ModuleList) and len(part) == encoder.n_layers:
                return parent, part
    raise InputError(
        f"encoder {encoder.name}: its layers share their weights, or are in no list; freeze is not possible"
    )
