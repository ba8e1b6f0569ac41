"""Opening a model in Hugging Face form, whole or cut to its first layers, running nothing it brings."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
import transformers
from huggingface_hub import is_offline_mode
from transformers.models.auto.auto_factory import _get_model_class
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING, MODEL_MAPPING
from transformers.utils.hub import cached_file

from fbert.encoder.adapter import with_adapter
from fbert.encoder.cache import cache_first, cached_files, said_of_lacking
from fbert.encoder.modules import SentenceModules, read_modules
from fbert.encoder.source import EncoderSource
from fbert.encoder.tokens import WordTokenizer
from fbert.errors import InputError, nearest
from fbert.files import read_json


def describe(source: EncoderSource) -> dict[str, int]:
    """Return layers, heads, hidden (units of a layer) and parameters, without loading any weights (Table 1).

    Of a model that has a decoder too they are those of its encoder.

    Raises:
        InputError: there is no such model.
    """
    with cache_first(source):
        config = _config(source, _place(source, sentence_modules(source)))
    with torch.device("meta"):
        model = _encoder_class(config)._from_config(config)
    return {
        "layers": config.num_hidden_layers,
        "heads": getattr(config, "num_attention_heads", 0),  # Mamba has none
        "hidden": config.hidden_size,
        "parameters": sum(weight.numel() for weight in model.parameters()),
    }


def load_model(source: EncoderSource, of: EncoderSource | None = None) -> tuple[Any, WordTokenizer]:
    """Load weights in the dtype that is asked for, and the tokenizer.

    Args:
        source: where they are.
        of: the encoder of which these are other weights, if they are; dtype and length of texts are as there.

    Raises:
        InputError: there is no such model, it is no text encoder, or its files are broken.
    """
    with cache_first(source):
        return _load_model(source, of)


def _load_model(source: EncoderSource, of: EncoderSource | None) -> tuple[Any, WordTokenizer]:
    # A background job of transformers would ask a service of the hub to convert old weight files.
    os.environ["DISABLE_SAFETENSORS_CONVERSION"] = "1"
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    place = _place(source, sentence_modules(source))
    config = _config(source, place)
    dtype = getattr(torch, (of or source).dtype or "float32")
    try:
        model, info = _weights(config, place, torch.float32 if source.adapter else dtype)
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            **place, config=config, trust_remote_code=False
        )
    except Exception as error:  # the libraries below have no common one for broken or missing files
        raise _unreadable(source, f"cannot be loaded ({type(error).__name__}: {error})") from error
    _check_weights(source.name, model, info)
    _check_vocabulary(source, model, tokenizer)
    if source.adapter is not None:
        model = with_adapter(model, source)
        for weight in model.parameters():  # and no buffer, as when it is loaded so: positions need float32
            weight.data = weight.data.to(dtype)
    modules = sentence_modules(of or source)
    # Kept with the tokenizer, so that a checkpoint says it too.
    tokenizer.model_max_length = _max_length(model, tokenizer, modules)
    return model, WordTokenizer(tokenizer, tokenizer.model_max_length, source.name)


def sentence_modules(source: EncoderSource) -> SentenceModules | None:
    """Return what an encoder in the form of sentence-transformers says of itself; None if it is in another.

    Raises:
        InputError: its files are not as they should be, or it cannot be told without a network.
    """
    if source.hub is None:
        return source.local_modules()
    with cache_first(source):
        return read_modules(source.name, _reader(source))


def _reader(source: EncoderSource) -> Callable[[str], Any]:
    """Return how a JSON file of a hub model is read; None where the hub has none."""

    def read(path: str) -> Any:
        place = source.location()
        try:
            found = cached_file(
                place["pretrained_model_name_or_path"],
                path,
                revision=place["revision"],
                _raise_exceptions_for_missing_entries=False,
            )
            return None if found is None else read_json(found)
        except (OSError, ValueError) as error:
            raise _unreadable(source, f"its configuration cannot be read, {path} ({error})") from error

    return read


def _unreadable(source: EncoderSource, reason: str) -> InputError:
    """Return the refusal of an encoder; in a job, that it is not in the cache comes before other reasons."""
    if source.hub is not None and is_offline_mode() and not cached_files(source):
        reason = said_of_lacking(source)
    return InputError(f"encoder {source.name}: {reason}")


def _place(source: EncoderSource, modules: SentenceModules | None) -> dict[str, str]:
    """Return the arguments by which `from_pretrained` finds the weights."""
    inside = modules.transformer if modules is not None and source.hub is not None else ""
    return source.location() | ({"subfolder": inside} if inside else {})


def _config(source: EncoderSource, place: Mapping[str, str]) -> Any:
    """Read the configuration; to keep k layers, it says k, and the weights above are left unread."""
    try:
        written, _ = transformers.PreTrainedConfig.get_config_dict(**place)
        config = _config_class(source, written).from_pretrained(**place, trust_remote_code=False)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise _unreadable(source, f"its configuration cannot be read ({error})") from error
    if not _is_text_encoder(config):
        raise InputError(
            f"encoder {source.name}: a model of type '{config.model_type}' is not a text encoder"
        )
    if source.layers is not None:
        _cut(config, source)
    return config


def _config_class(source: EncoderSource, written: Mapping[str, Any]) -> Any:
    """Return what reads a configuration: transformers' own choice, or by the study if it names no type."""
    named = written.get("model_type")
    if source.model_type is None and written and named is None:
        raise InputError(
            f"encoder {source.name}: its config.json has no model_type, as that of the first BERTs; say in "
            "the study what it is, e.g. `model_type: bert`"
        )
    if source.model_type is None or named == source.model_type:
        return transformers.AutoConfig
    if named is not None:
        raise InputError(
            f"encoder {source.name}: model_type is {source.model_type}, its config.json says {named}; leave "
            "the key out"
        )
    if source.model_type not in CONFIG_MAPPING:
        raise InputError(
            f"encoder {source.name}: transformers knows no model_type {source.model_type}; "
            f"{nearest(source.model_type, CONFIG_MAPPING)}"
        )
    return CONFIG_MAPPING[source.model_type]


def _cut(config: Any, source: EncoderSource) -> None:
    if source.layers > config.num_hidden_layers:
        raise InputError(
            f"encoder {source.name}: layers is {source.layers}, the model has only {config.num_hidden_layers}"
        )
    config.num_hidden_layers = source.layers
    if getattr(config, "layer_types", None) is not None:
        config.layer_types = config.layer_types[: source.layers]


def _is_text_encoder(config: Any) -> bool:
    if not hasattr(config, "num_hidden_layers") or type(config) not in MODEL_MAPPING:
        return False
    chosen = _encoder_class(config)
    only_whole = config.is_encoder_decoder and chosen is _whole_class(config)
    return getattr(chosen, "main_input_name", None) == "input_ids" and not only_whole


def _whole_class(config: Any) -> Any:
    return _get_model_class(config, MODEL_MAPPING)


def _encoder_class(config: Any) -> Any:
    """Return the class of the model, or, of one that has a decoder too, that of its encoder.

    T5 and its kin have a class for it, which reads a file of the whole model. Of BART and its kin it is the
    class of a part.
    """
    if type(config) in MODEL_FOR_TEXT_ENCODING_MAPPING:
        return MODEL_FOR_TEXT_ENCODING_MAPPING[type(config)]
    whole = _whole_class(config)
    if not _is_part(config):
        return whole
    with torch.device("meta"):
        return type(whole._from_config(config).get_encoder())


def _is_part(config: Any) -> bool:
    """Tell whether the encoder is a part of a model, in whose files it has the names of that part."""
    return hasattr(config, "decoder_layers") and type(config) not in MODEL_FOR_TEXT_ENCODING_MAPPING


def _weights(config: Any, place: Mapping[str, str], dtype: torch.dtype) -> tuple[Any, dict[str, Any]]:
    """Load a model, and say what its files lacked."""
    part = _is_part(config)
    names = {r"^(model\.)?encoder\.": "", r"^(model\.)?shared\.": "embed_tokens."} if part else None
    model, info = _encoder_class(config).from_pretrained(
        **place, config=config, dtype=dtype, key_mapping=names, output_loading_info=True
    )
    if part:  # which transformers cannot turn back; `save_model` does it
        model._weight_conversions = []
    return model, info


def save_model(model: Any, folder: Path) -> None:
    """Write a model's weights and configuration, under the names that `AutoModel` knows.

    Of an encoder that has a decoder too there is no decoder then.
    """
    weights = model.state_dict()
    if _is_part(model.config):
        weights = {f"encoder.{name}": weight for name, weight in weights.items()}
        weights["shared.weight"] = weights.pop("encoder.embed_tokens.weight")
    model.save_pretrained(folder, state_dict=weights)


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


def _max_length(model: Any, tokenizer: Any, modules: SentenceModules | None) -> int:
    """Return the most subwords the encoder takes at once, special tokens included."""
    positions = getattr(model.config, "max_position_embeddings", None)
    if positions is None or positions < 0:  # XLNet says -1, for no limit
        positions = tokenizer.model_max_length
    table: Any = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    # RoBERTa and its kin count positions from after the padding's.
    padding = getattr(table, "padding_idx", None)
    reserved = 0 if padding is None else padding + 1
    limit: int = min(positions - reserved, tokenizer.model_max_length)
    return min(limit, modules.max_length) if modules is not None and modules.max_length else limit
