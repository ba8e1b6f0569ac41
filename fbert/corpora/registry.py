"""The corpora the project knows: files, sources, checksums, and how they are read (docs/method.md, Data)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from fbert.corpora.layout import Layout
from fbert.paths import downloaded, fetched_dataset


@dataclass(frozen=True)
class KnownFile:
    """A public corpus file.

    Attributes:
        path: its place under the downloads, and under a mirror.
        url: where it is published.
        checksum: `sha256:` and 64 hexadecimal digits, or `git-blob:` and 40.
        licence: what its publisher allows.
    """

    path: str
    url: str
    checksum: str
    licence: str


@dataclass(frozen=True)
class CorpusSource:
    """The raw files of a corpus and how they are read.

    Attributes:
        format: one of `fbert.corpora.FORMATS`.
        files: paths of `train` and `test`, or of `all` for a corpus that is divided here; in the format `hub`
            names of splits.
        hub: id of a dataset on the Hugging Face hub.
        revision: commit of its repository.
        config: which of its configurations; None if it has one alone, or a default.
        first: of each file so many sentences alone, from its beginning; None for all of them.
        test_share: share of the sentences under `all` that becomes the test part.
        split_seed: seed of that division.
        split_by: what it keeps together: `document`, or in a table a column; None to divide anywhere.
        synthetic: whether a machine made the text.
        known: whether it stands in the registry; its paths are then relative to the downloads.
        generated: whether the project writes it itself; its paths are then relative to that folder.
        layout: where a file of one's own has words and labels.
    """

    format: str
    files: Mapping[str, str]
    hub: str | None = None
    revision: str | None = None
    config: str | None = None
    first: int | None = None
    test_share: float | None = None
    split_seed: int = 0
    split_by: str | None = None
    synthetic: bool = False
    known: bool = False
    generated: bool = False
    layout: Layout = field(default_factory=Layout)

    def paths(self) -> dict[str, str]:
        """Return by part where its files lie, once what is public was fetched; not of a generated one."""
        if self.hub is not None and self.revision is not None:
            return {
                part: fetched_dataset(self.hub, self.revision, self.config, split)
                for part, split in self.files.items()
            }
        return {part: downloaded(file) if self.known else file for part, file in self.files.items()}

    def reading(self) -> dict[str, Any]:
        """Return what determines how the files are read, as plain arguments of `fbert.prepare.prepare`."""
        return {
            "format": self.format,
            "synthetic": self.synthetic,
            "first": self.first,
            "test_share": self.test_share,
            "split_seed": self.split_seed,
            "split_by": self.split_by,
            "layout": asdict(self.layout),
        }


@cache
def known_files() -> Mapping[str, KnownFile]:
    """Return all public files by path."""
    return {path: KnownFile(path, **entry) for path, entry in _registry()["files"].items()}


def known_file(path: str) -> KnownFile:
    """Return the public file with this path."""
    return known_files()[path]


@cache
def known_corpora() -> Mapping[str, CorpusSource]:
    """Return all known corpora by name."""
    return {name: CorpusSource(known=True, **entry) for name, entry in _registry()["corpora"].items()}


def generated_files() -> list[str]:
    """Return the names of the files of all generated corpora."""
    return [file for corpus in known_corpora().values() if corpus.generated for file in corpus.files.values()]


@cache
def _registry() -> Mapping[str, Any]:
    text = Path(__file__).with_name("registry.yaml").read_text(encoding="utf-8")
    registry: Mapping[str, Any] = yaml.safe_load(text)
    return registry
