"""Datasets of the Hugging Face hub: fetched once, where there is a network, and read from the cache later.

`datasets` says which files a split has and how they are read; the files themselves are brought into Hugging
Face's cache, each as the pinned revision has it. Nothing that a dataset brings is executed.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.hf_api import RepoSibling

from fbert.corpora.dataset import KINDS
from fbert.errors import CorruptFileError, InputError, nearest
from fbert.files import checksum_of, sha256
from fbert.hub import Repository, asking

_CONVERTED = re.compile(r"([^/]+)/([^/]+)/\d{4}\.parquet")
# Fields of a builder's configuration that say which files there are and not how they are read.
_NO_OPTIONS = ("name", "version", "data_dir", "data_files", "description", "features")


@dataclass(frozen=True)
class _Config:
    """How the files of a configuration are read, and which ones each split has."""

    kind: str
    options: Mapping[str, Any]
    features: Any
    files: Mapping[str, Sequence[str]]


def fetch_split(hub: str, revision: str, config: str | None, split: str) -> dict[str, Any]:
    """Bring the files of one split of a dataset into Hugging Face's cache.

    What came over the wire is held against what the hub has: of each file its size, and the sha256 of a large
    or git's own sum of a small one.

    Returns:
        The arguments; how `datasets` reads the files (`kind`, `options`, and `features` if the dataset's card
        has them); and of each file, in their order, its size in bytes and its sha256.

    Raises:
        InputError: no network, no such dataset, revision, configuration or split, or one that is not for
            everybody, or that needs code of its own; the message says what to do.
        CorruptFileError: a file is not what the hub has; the message names it.
    """
    asked = Repository("dataset", hub, revision)
    with asking(asked):
        info = HfApi().dataset_info(hub, revision=revision, files_metadata=True)
        HfApi().auth_check(hub, repo_type="dataset")
    known = {file.rfilename: file for file in info.siblings or []}
    script = f"{hub.rpartition('/')[2]}.py"
    if script in known:
        raise InputError(f"dataset {hub}: is made by a script ({script}), which is not run; {_instead(hub)}")
    found = _converted(hub, config, known) or _described(hub, revision, config)
    if split not in found.files:
        raise InputError(f"dataset {hub}: has no split '{split}'; {nearest(split, found.files)}")
    with asking(asked, loading=True):
        local = {
            path: Path(hf_hub_download(hub, path, repo_type="dataset", revision=revision))
            for path in found.files[split]
        }
    for path, file in local.items():
        _check(file, known[path])
    return {
        "hub": hub,
        "revision": revision,
        "config": config,
        "split": split,
        "kind": found.kind,
        "options": dict(found.options),
        "features": None if found.features is None else found.features.to_dict(),
        "bytes": {path: file.stat().st_size for path, file in local.items()},
        "sha256": {path: sha256(file) for path, file in local.items()},
    }


def _instead(hub: str) -> str:
    """Say which revision has the data of a dataset whose own files are code."""
    with asking(Repository("dataset", hub, "main")):
        refs = HfApi().list_repo_refs(hub, repo_type="dataset")
    commits = [ref.target_commit for ref in refs.converts if ref.name == "parquet"]
    if not commits:
        return "run it once with an older version of datasets, `save_to_disk`, and use format `dataset`"
    return f"give the hub's own conversion to Parquet instead, `revision: {commits[0]}`, and its `config`"


def _converted(hub: str, config: str | None, known: Mapping[str, RepoSibling]) -> _Config | None:
    """Return the files of the hub's own conversion, `CONFIG/SPLIT/0000.parquet`; None if this is none."""
    parts = [(match, path) for path in sorted(known) if (match := _CONVERTED.fullmatch(path))]
    if not parts or "README.md" in known:
        return None
    chosen = _choose(hub, config, list(dict.fromkeys(match[1] for match, _ in parts)))
    files: dict[str, list[str]] = {}
    for match, path in parts:
        if match[1] == chosen:
            files.setdefault(match[2], []).append(path)
    return _Config("parquet", {}, None, files)


def _described(hub: str, revision: str, config: str | None) -> _Config:
    """Ask `datasets` for the files of a configuration and how they are read."""
    where = f"hf://datasets/{hub}"  # never a folder here that has its name
    try:
        names = datasets.get_dataset_config_names(where, revision=revision)
        default = datasets.get_dataset_default_config_name(where, revision=revision)
        chosen = default if config is None and default else _choose(hub, config, names)
        builder = datasets.load_dataset_builder(where, name=chosen, revision=revision)
    except InputError:
        raise
    except Exception as error:  # whatever it trips over in a card that people wrote
        raise InputError(
            f"dataset {hub}: `datasets` finds no data in revision {revision} "
            f"({type(error).__name__}: {error}); does load_dataset read it?"
        ) from error
    kind = type(builder).__module__.rpartition(".")[2]
    if kind not in KINDS:
        raise InputError(f"dataset {hub}: its files are read as {kind}; only {', '.join(KINDS)} are tables")
    root = f"hf://datasets/{hub}@{revision}/"
    files = {
        str(split): [file.removeprefix(root) for file in paths]
        for split, paths in builder.config.data_files.items()
    }
    return _Config(kind, _options(builder.config), builder.info.features, files)


def _choose(hub: str, config: str | None, names: Sequence[str]) -> str:
    if config is None and len(names) == 1:
        return names[0]
    if config is None:
        raise InputError(f"dataset {hub}: has several configurations, give `config`: {', '.join(names)}")
    if config not in names:
        raise InputError(f"dataset {hub}: has no configuration '{config}'; {nearest(config, names)}")
    return config


def _options(config: Any) -> dict[str, Any]:
    """Return what a card says of how files are read, such as `sep`, beside what goes without saying."""
    plain = type(config)()
    given = {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}
    return {
        name: value
        for name, value in given.items()
        if name not in _NO_OPTIONS and value != getattr(plain, name)
    }


def _check(file: Path, known: RepoSibling) -> None:
    """Hold a file against the hub's description of it."""
    expected = f"git-blob:{known.blob_id}" if known.lfs is None else f"sha256:{known.lfs.sha256}"
    found = checksum_of(file, expected.partition(":")[0])
    if (file.stat().st_size, found) != (known.size, expected):
        raise CorruptFileError(
            f"{file}: not what the hub has ({known.size} bytes, {expected}; this copy: "
            f"{file.stat().st_size}, {found}); it was altered on its way or since: delete {file.resolve()} "
            "and run again"
        )
