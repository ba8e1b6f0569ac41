"""An adapter, merged into the weights that it was trained beside."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from fbert.encoder.source import ADAPTER_WEIGHTS, EncoderSource
from fbert.errors import InputError

_OF_PEFT = "base_model.model."


def with_adapter(model: Any, source: EncoderSource) -> Any:
    """Return a model with the adapter of its source merged into its weights.

    A head that was saved with the adapter is left out, as that of a model is.

    Args:
        model: in float32; it is changed.
        source: whose `adapter` names the folder.

    Raises:
        InputError: the folder is no adapter's or another model's, its file is broken, weights of it are
            missing, or it has some that belong nowhere.
    """
    from peft import PeftConfig, PeftModel, set_peft_model_state_dict  # takes seconds; few encoders need it

    source.check_adapter()
    folder, name = Path(str(source.adapter)), f"encoder {source.name}: adapter {source.adapter}"
    try:
        config = PeftConfig.from_pretrained(str(folder))
        saved = load_file(folder / ADAPTER_WEIGHTS)
    except (OSError, KeyError, ValueError, TypeError, SafetensorError) as error:
        raise InputError(f"{name}: cannot be read ({type(error).__name__}: {error})") from error
    if config.is_prompt_learning:
        raise InputError(f"{name}: {config.peft_type.value} changes no weights, so it cannot be merged")
    trained = {name for name, weight in model.named_parameters() if weight.requires_grad}
    whole = _as_named(model, saved)
    heads = set(config.modules_to_save or ()) - _last_names(name for name, _ in whole.named_modules())
    config.modules_to_save = sorted(set(config.modules_to_save or ()) - heads) or None
    own = {key: weight for key, weight in saved.items() if not heads & set(key.split("."))}
    try:
        tuned = PeftModel(whole, config)
        found: Any = set_peft_model_state_dict(tuned, own)
        missing = [key for key in found.missing_keys if "default" in key.split(".")]
        _refuse(name, "lacks", missing)
        _refuse(name, "has, for no layer of this model,", found.unexpected_keys)
        merged = tuned.merge_and_unload(safe_merge=True)
    except (ValueError, KeyError, RuntimeError) as error:
        raise InputError(
            f"{name}: does not fit this model ({type(error).__name__}: {error}); was it trained on another?"
        ) from error
    model = merged if whole is model else merged.get_submodule(model.base_model_prefix)
    for key, weight in model.named_parameters():  # peft lets none be trained
        weight.requires_grad_(key in trained)
    return model


def _as_named(model: Any, saved: Iterable[str]) -> Any:
    """Put a model inside an empty one if the adapter was trained beside one with a head.

    The names of its weights then begin with that of the part which is ours, as `model.layers.0` of Llama's
    causal model.
    """
    if not any(key.startswith(f"{_OF_PEFT}{model.base_model_prefix}.") for key in saved):
        return model
    whole = nn.Module()
    whole.add_module(model.base_model_prefix, model)
    return whole


def _last_names(paths: Iterable[str]) -> set[str]:
    return {path.rpartition(".")[2] for path in paths}


def _refuse(name: str, what: str, keys: list[str]) -> None:
    if keys:
        raise InputError(f"{name}: its weight file {what} {len(keys)} weights, among them {min(keys)}")
