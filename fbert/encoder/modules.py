"""The form of sentence-transformers: a transformer and what comes after it, listed in `modules.json`.

The weights are those of the first module, a Transformer, and a sentence is made as its Pooling module says.
What comes after that (Dense, Normalize) acts on the finished vector and is no part of what is measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fbert.errors import InputError

MODULES = "modules.json"
# Names that its versions gave to the settings of the Transformer.
_SETTINGS = ("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet")
# What one flag each said before there was `pooling_mode`.
_FLAGS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


@dataclass(frozen=True)
class SentenceModules:
    """What an encoder of sentence-transformers says of itself.

    Attributes:
        transformer: folder of the weights inside its own; empty if they lie in it directly.
        modes: the modes of its Pooling module; None if it has no such module.
        max_length: most subwords it was made to take, special tokens included; None if it does not say.
    """

    transformer: str
    modes: tuple[str, ...] | None
    max_length: int | None


def read_modules(name: str, read: Callable[[str], Any]) -> SentenceModules | None:
    """Return what an encoder says of its modules; None if it is not in the form of sentence-transformers.

    Args:
        name: the encoder, for messages.
        read: from the path of a JSON file inside the encoder's folder to its content, None if there is none.

    Raises:
        InputError: its files are of another form, or its first module is no Transformer.
    """
    listed = read(MODULES)
    if listed is None:
        return None
    try:
        kinds = [(entry["type"].rpartition(".")[2], entry["path"]) for entry in listed]
        if kinds[0][0] != "Transformer":
            raise InputError(
                f"encoder {name}: the first of its modules is {kinds[0][0]}, not a Transformer; it has no "
                "layers that could be measured"
            )
        transformer = kinds[0][1]
        if any(path.startswith("/") or ".." in path.split("/") for _, path in kinds):
            raise InputError(f"encoder {name}: its {MODULES} names a folder outside its own")
        pooling = [path for kind, path in kinds if kind == "Pooling"]
        modes = _modes(read(f"{pooling[0]}/config.json") or {}) if pooling else None
        return SentenceModules(transformer, modes, _max_length(transformer, read))
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise InputError(
            f"encoder {name}: its {MODULES}, or the settings of a module, are not as sentence-transformers "
            f"writes them ({type(error).__name__}: {error})"
        ) from error


def _modes(config: dict[str, Any]) -> tuple[str, ...]:
    mode = config.get("pooling_mode") or [mode for flag, mode in _FLAGS.items() if config.get(flag)]
    return (mode,) if isinstance(mode, str) else tuple(mode) or ("mean",)


def _max_length(transformer: str, read: Callable[[str], Any]) -> int | None:
    names = [f"sentence_{kind}_config.json" for kind in _SETTINGS]
    for path in [f"{transformer}/{name}" if transformer else name for name in names]:
        if (settings := read(path)) is not None:
            length: int | None = settings.get("max_seq_length")
            return length
    return None
