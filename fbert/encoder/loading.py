"""Opening a model in Hugging Face form, whole or cut to its first layers, running nothing it brings."""

from __future__ import annotations

import os
from typing import Any

import torch
import transformers

from fbert.encoder.source import EncoderSource
from fbert.encoder.tokens import WordTokenizer
from fbert.errors import InputError


def describe(source: EncoderSource) -> dict[str, int]:
    """Return layers, heads, hidden (units of a layer) and parameters, without loading any weights (Table 1).

    Raises:
        InputError: there is no such model.
    """
    config = _config(source)
    with torch.device("meta"):
        model = transformers.AutoModel.from_config(config)
    return {
        "layers": config.num_hidden_layers,
        "heads": config.num_attention_heads,
        "hidden": config.hidden_size,
        "parameters": sum(weight.numel() for weight in model.parameters()),
    }


def load_model(source: EncoderSource) -> tuple[Any, WordTokenizer]:
    """Load weights in float32, and the tokenizer.

    Raises:
        InputError: there is no such model, it is no text encoder, or its files are broken.
    """
    # A background job of transformers would ask a service of the hub to convert old weight files.
    os.environ["DISABLE_SAFETENSORS_CONVERSION"] = "1"
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    config, location = _config(source), source.location()
    try:
        model, info = transformers.AutoModel.from_pretrained(
            **location,
            config=config,
            dtype=torch.float32,
            trust_remote_code=False,
            output_loading_info=True,
        )
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            **location, config=config, trust_remote_code=False
        )
    except Exception as error:  # the libraries below have no common one for broken or missing files
        raise InputError(
            f"encoder {source.name}: cannot be loaded ({type(error).__name__}: {error})"
        ) from error
    _check_weights(source.name, model, info)
    _check_vocabulary(source, model, tokenizer)
    return model, WordTokenizer(tokenizer, _max_length(model, tokenizer), source.name)


def _config(source: EncoderSource) -> Any:
    """Read the configuration; to keep k layers, it says k, and the weights above are left unread."""
    location = source.location()
    try:
        config = transformers.AutoConfig.from_pretrained(**location, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise InputError(f"encoder {source.name}: its configuration cannot be read ({error})") from error
    if config.is_encoder_decoder or not hasattr(config, "num_hidden_layers"):
        raise InputError(
            f"encoder {source.name}: a model of type '{config.model_type}' is not a text encoder"
        )
    if source.layers is not None:
        _cut(config, source)
    return config


def _cut(config: Any, source: EncoderSource) -> None:
    if source.layers > config.num_hidden_layers:
        raise InputError(
            f"encoder {source.name}: layers is {source.layers}, the model has only {config.num_hidden_layers}"
        )
    config.num_hidden_layers = source.layers
    if getattr(config, "layer_types", None) is not None:
        config.layer_types = config.layer_types[: source.layers]


def _check_weights(name: str, model: Any, info: dict[str, Any]) -> None:
    """Refuse a model of which a part would be random; a missing pooler is left out, as nothing uses it."""
    missing = {key for key in info["missing_keys"] if not key.startswith("pooler.")}
    faults = sorted(missing) + sorted(str(key) for key in info["mismatched_keys"])
    if faults:
        raise InputError(
            f"encoder {name}: its weight file lacks {len(faults)} weights, among them {faults[0]}"
        )
    if info["missing_keys"]:
        model.pooler = None


def _check_vocabulary(source: EncoderSource, model: Any, tokenizer: Any) -> None:
    """Refuse a tokenizer that knows no words, or more of them than the model has embeddings.

    Where a folder has no tokenizer, transformers makes one of special tokens alone: every word would be
    unknown.
    """
    vocabulary = tokenizer.get_vocab()
    where = source.location()["pretrained_model_name_or_path"]
    if len(vocabulary) <= len(tokenizer.all_special_ids):
        raise InputError(
            f"encoder {source.name}: no tokenizer files in {where} (tokenizer.json, vocab.txt or the like); "
            "save them beside the weights with tokenizer.save_pretrained"
        )
    embeddings = model.get_input_embeddings().num_embeddings
    if (tokens := max(vocabulary.values()) + 1) > embeddings:
        raise InputError(
            f"encoder {source.name}: its tokenizer has {tokens} tokens but the model has embeddings for "
            f"{embeddings}; was model.resize_token_embeddings forgotten before saving?"
        )


def _max_length(model: Any, tokenizer: Any) -> int:
    """Return the most subwords the encoder takes at once, special tokens included."""
    positions = getattr(model.config, "max_position_embeddings", None)
    if positions is None or positions < 0:  # XLNet says -1, for no limit
        positions = tokenizer.model_max_length
    table: Any = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    # RoBERTa and its kin count positions from after the padding's.
    padding = getattr(table, "padding_idx", None)
    reserved = 0 if padding is None else padding + 1
    limit: int = min(positions - reserved, tokenizer.model_max_length)
    return limit
