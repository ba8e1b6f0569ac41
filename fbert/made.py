"""What made a result: a record beside every result, and what has changed since.

Every job leaves `made/RULE/WILDCARDS.json` in its study's folder. It says which code, settings and versions
made which files from which others, with a sha256 of each file. From these records alone follows what a study
must do again, so that results may be copied, moved, touched or received: content decides, never a time stamp,
and never what Snakemake remembers of another folder. `fbert verify` asks the same question of a folder and
reads every byte as well.

A result is out of date if its settings, its code, a version that counts or a file it was made from is another
now, or if one of those files is itself out of date. Example: an edit in the probe changes the code of `probe`
jobs; a table made from their records follows, and so does a finding; an embedding store, which no probe made,
does not.
"""

from __future__ import annotations

import json
import os
import site
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from fbert.errors import CorruptFileError, shortened
from fbert.files import sha256, sha256_of_json, write_json
from fbert.fingerprint import PACKAGE

FOLDER = "made"
NOT_OF_STUDY = "not of this study"
"""What is said to have changed of a record whose job the study does not have."""
# Packages whose arithmetic reaches results, by the name they are imported by.
COUNTED = {
    "torch": "torch",
    "transformers": "transformers",
    "tokenizers": "tokenizers",
    "peft": "peft",
    "numpy": "numpy",
    "scipy": "scipy",
    "numba": "numba",
}
_INSTALLED = "site-packages:"  # stands for wherever packages are, on whichever machine


@dataclass(frozen=True)
class Job:
    """What determines a result: equal jobs make equal files.

    Attributes:
        root: folder of the results.
        rule: name of the rule.
        wildcards: which of the rule's jobs it is.
        settings: all that it computes from beside its input files; plain values.
        code: fingerprint of its script; empty where code does not count, as for a download with a checksum.
        versions: of the packages that count, None of one that is not installed here; empty to leave them out.
    """

    root: str
    rule: str
    wildcards: Mapping[str, str]
    settings: Mapping[str, Any]
    code: str
    versions: Mapping[str, str | None]

    @property
    def record(self) -> Path:
        """Where its record lies."""
        return record_path(self.root, self.rule, self.wildcards)


def record_path(root: str, rule: str, wildcards: Mapping[str, str]) -> Path:
    """Return where the record of a job lies."""
    return Path(root, FOLDER, "/".join([rule, *wildcards.values()]) + ".json")


@dataclass(frozen=True)
class Made:
    """A job that was done: what determined it, and the sums of what it read and wrote.

    Attributes:
        rule: as in `Job`.
        wildcards: likewise.
        settings: likewise.
        code: likewise.
        versions: of all packages that count.
        inputs: sha256 of each file that was read; paths within the study's folder begin with `./`.
        outputs: sha256 of each file that was written.
        seen: size and times of the inputs outside the folder when they were read: as long as these are the
            same, so is the content, and it need not be read again. The time of the last change cannot be set
            by a program.
        by: commit, Python and machine.
        took: `seconds`, `processor_seconds` and `memory_mb`.
    """

    rule: str
    wildcards: Mapping[str, str]
    settings: Mapping[str, Any]
    code: str
    versions: Mapping[str, str]
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    seen: Mapping[str, list[int]] = field(default_factory=dict)
    by: Mapping[str, Any] = field(default_factory=dict)
    took: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The job in a few words, `probe minilm-6 original POS last`."""
        return " ".join([self.rule, *self.wildcards.values()])

    @classmethod
    def read(cls, path: Path) -> Made:
        """Read a record.

        Raises:
            CorruptFileError: it is none, or was altered.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            claimed = content.pop("sha256")
            if claimed != sha256_of_json(content):
                raise ValueError("its checksum differs")
            return cls(**content)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise CorruptFileError(
                f"{path}: not a record of how a result was made ({error}); delete it and run again"
            ) from error

    def write(self, path: Path) -> None:
        """Write it with a checksum of itself, whole or not at all."""
        content = json.loads(json.dumps(asdict(self)))
        write_json(path, content | {"sha256": sha256_of_json(content)})


class Ledger:
    """The records of a study's folder, and what has changed since they were written."""

    def __init__(
        self,
        roots: Iterable[str],
        expected: Callable[[str, str, Mapping[str, str]], Job | None] = lambda *_: None,
        versions_count: bool = True,
    ) -> None:
        """Read all records.

        Args:
            roots: folders of results: the study's, and that of the downloads.
            expected: from root, rule and wildcards what a job would be today; None if there is none.
            versions_count: whether another version of a package is a change.
        """
        self._expected, self._versions_count = expected, versions_count
        self.damaged: dict[Path, str] = {}
        self.records: dict[tuple[str, Path], Made] = {}
        self.maker: dict[str, tuple[str, Path]] = {}
        self._found: dict[tuple[str, Path], list[str]] = {}
        for root in roots:
            for path in sorted(Path(root, FOLDER).rglob("*.json")):
                self._take(root, path)

    def changes(self, job: Job) -> list[str]:
        """Return what has changed since a job was done, in words; nothing if its files are current."""
        key = (job.root, job.record)
        if key not in self.records:
            return ["no record of how it was made"]
        if key not in self._found:
            self._found[key] = []  # of a job that waits for itself there is nothing to say
            self._found[key] = list(dict.fromkeys(self._changes(self.records[key], job)))
        return self._found[key]

    def changes_of(self, key: tuple[str, Path]) -> list[str]:
        """Return the same for a record."""
        root, path = key
        made = self.records[key]
        job = self._expected(root, made.rule, made.wildcards)
        if job is None or job.record != path:
            return [NOT_OF_STUDY]
        return self.changes(job)

    def files(self, key: tuple[str, Path]) -> tuple[list[Path], list[Path]]:
        """Return the files that a job read and wrote and that are there, with the time stamps of folders."""
        root, _ = key
        read, written = (
            [file for path in paths for file in _timed(resolved(_whole(root, path)))]
            for paths in (self.records[key].inputs, self.records[key].outputs)
        )
        return read, written

    def maker_of(self, root: str, path: str) -> tuple[str, Path] | None:
        """Return which record a file, as a record in `root` names it, was made by; None if by none here."""
        return self.maker.get(_whole(root, path))

    def _take(self, root: str, path: Path) -> None:
        try:
            made = Made.read(path)
        except FileNotFoundError:  # a job that runs at the moment takes its record away
            return
        except CorruptFileError as error:
            self.damaged[path] = str(error)
            return
        self.records[root, path] = made
        self.maker |= {_whole(root, output): (root, path) for output in made.outputs}

    def _changes(self, made: Made, job: Job) -> Iterator[str]:
        yield from differences("", made.settings, json.loads(json.dumps(job.settings)))
        if job.code and made.code != job.code:
            yield "code"
        for package, here in job.versions.items() if self._versions_count else ():
            if here is not None and made.versions.get(package, here) != here:
                yield f"{package} {made.versions[package]} -> {here}"
        for path, known in made.inputs.items():
            yield from self._changes_of_input(_whole(job.root, path), known, made.seen.get(path))

    def _changes_of_input(self, path: str, known: str, seen: list[int] | None) -> Iterator[str]:
        maker = self.maker.get(path)
        if maker is not None:
            made = self.records[maker]
            if made.outputs[_within(maker[0], path)] != known:
                yield f"{path} is another"
            elif self.changes_of(maker):
                yield f"follows {made.name}"
        elif (file := resolved(path)).is_file() and signature(file) != seen and sha256(file) != known:
            yield f"{path} is another"


def newest(files: Iterable[Path]) -> int:
    """Return the latest time, in nanoseconds, at which one of these was written; 0 if there are none."""
    return max((file.stat().st_mtime_ns for file in files), default=0)


def oldest(files: Iterable[Path]) -> int:
    """Return the earliest time, in nanoseconds, at which one of these was written; never if none was."""
    return min((file.stat().st_mtime_ns for file in files), default=2**63)


def set_times(files: Iterable[Path], time_ns: int) -> None:
    """Give files a time, in nanoseconds; those of somebody else, or on a read-only disk, keep theirs."""
    for file in files:
        with suppress(OSError):
            os.utime(file, ns=(time_ns, time_ns))


def _timed(file: Path) -> list[Path]:
    """Return a file, and the time stamp of the folder that it is in if a job's output is a folder."""
    stamps = [folder / ".snakemake_timestamp" for folder in (file.parent, file.parent.parent)]
    return [path for path in (file, *stamps) if path.is_file()]


def differences(key: str, old: Any, new: Any) -> Iterator[str]:
    """Yield how two trees of plain values differ, by key."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            yield from differences(f"{key}.{name}".lstrip("."), old.get(name), new.get(name))
    elif old != new:
        yield f"{key}: {_short(old)} -> {_short(new)}"


def files_in(paths: Iterable[str]) -> list[str]:
    """Return the files that files and folders mean, each once; hidden ones are others' and left out."""
    found = [
        str(file)
        for path in paths
        for file in (sorted(Path(path).rglob("*")) if Path(path).is_dir() else [Path(path)])
        if file.is_file() and not file.name.startswith(".")
    ]
    return list(dict.fromkeys(found))


def read_from(paths: Iterable[str]) -> list[str]:
    """Return the files of an encoder in folders; a card, which is for people, is none of them."""
    return [file for file in files_in(paths) if not file.endswith(".md")]


@cache
def installed(package: str) -> str | None:
    """Return the version of a package in this environment; None if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def sums_of(root: str, paths: Iterable[str]) -> dict[str, str]:
    """Return the sha256 of each file by its path as records have it."""
    return {_within(root, path): sha256(Path(path)) for path in files_in(paths)}


def check_inputs(root: str, sums: Mapping[str, str], ledger: Ledger) -> None:
    """Refuse input files that are not what the jobs that made them wrote.

    Args:
        root: folder of the results.
        sums: as `sums_of` gives them.
        ledger: the records of all jobs.

    Raises:
        CorruptFileError: the message names the file and says to make it again.
    """
    for path, found in sums.items():
        whole = _whole(root, path)
        maker = ledger.maker.get(whole)
        if maker is not None and ledger.records[maker].outputs[_within(maker[0], whole)] != found:
            raise CorruptFileError(
                f"{whole}: truncated or altered since it was made; delete it (of a checkpoint the whole "
                "folder) and run again to rebuild it"
            )


def portable(path: str) -> str:
    """Return a path that means the same on another machine: what is in an installed package has its name."""
    if Path(path).is_relative_to(PACKAGE):  # which may lie in a checkout
        return _INSTALLED + Path(path).relative_to(PACKAGE.parent).as_posix()
    for folder in _site_folders():
        if Path(path).is_relative_to(folder):
            return _INSTALLED + Path(path).relative_to(folder).as_posix()
    return path


def resolved(path: str) -> Path:
    """Return the file that a path in a record means here."""
    if not path.startswith(_INSTALLED):
        return Path(path)
    inner = path.removeprefix(_INSTALLED)
    folders = [PACKAGE.parent] if inner.startswith(f"{PACKAGE.name}/") else _site_folders()
    return next((file for folder in folders if (file := folder / inner).is_file()), Path(inner))


def signature(path: Path | str) -> list[int]:
    """Return what changes whenever a file does, without reading it: size, times, and which file it is."""
    found = Path(path).stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def _within(root: str, path: str) -> str:
    """Return a path as records have it."""
    if Path(path).is_relative_to(root):
        return "./" + Path(path).relative_to(root).as_posix()
    return portable(path)


def _whole(root: str, path: str) -> str:
    return f"{root}/{path[2:]}" if path.startswith("./") else path


def _short(value: Any) -> str:
    return shortened(json.dumps(value), 60)


@cache
def _site_folders() -> list[Path]:
    user = site.getusersitepackages()
    return [Path(path) for path in dict.fromkeys([*sys.path, user]) if Path(path).name == "site-packages"]
