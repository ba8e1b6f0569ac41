"""Do results vouch for themselves? Every file of a study's folder against the record of how it was made.

    python -m fbert verify results/NAME

works offline, without Snakemake and its memory, on a folder that was copied, moved or received.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fbert.errors import InputError
from fbert.files import read_json, sha256
from fbert.made import FOLDER, NOT_OF_STUDY, Ledger
from fbert.paths import Results
from fbert.plan import Plan
from fbert.products import PRODUCTS
from fbert.study.study import Study, load_study, study_from

STALE, DAMAGED, FOREIGN, MISSING = "stale", "damaged", "foreign", "missing"
# What a study's folder has beside results.
_BESIDE = (FOLDER, "logs")


@dataclass(frozen=True, order=True)
class Fault:
    """Something that does not hold.

    Attributes:
        path: the file.
        kind: stale, damaged, foreign or missing.
        reason: in words.
    """

    path: str
    kind: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind:8} {self.path}: {self.reason}"


def verify(
    folder: Path,
    study: str | None,
    studies: Sequence[Path],
    scripts: Path,
    checksums: Mapping[str, str] | None = None,
) -> tuple[list[Fault], int]:
    """Hold every file of a folder against its record, and every record against study and code.

    Args:
        folder: results of a study.
        study: name or path of the study; None for the one that the results say they are of.
        studies: folders in which a study is looked for by its name.
        scripts: folder of the rules' scripts; without it, code is not compared.
        checksums: of public files, instead of the pinned ones, as in the configuration.

    Returns:
        The faults, and the number of files that were read.

    Raises:
        InputError: there is no such folder or study.
    """
    if not (folder / FOLDER).is_dir():
        raise InputError(f"{folder}: no results of a study (it has no folder `{FOLDER}`)")
    asked = load_study(study, *studies) if study else _study_of(folder, studies)
    plan = Plan(asked, scripts, checksums)
    ledger = plan.open_ledger(Results(str(folder)))
    read = [path for made in ledger.records.values() for path in made.outputs]
    faults = [
        *(Fault(str(path), DAMAGED, reason) for path, reason in ledger.damaged.items()),
        *_faults_of_records(folder, ledger),
        *_without_record(folder, ledger),
        *_missing_products(folder, asked),
    ]
    return sorted(set(faults)), len(read)


def _study_of(folder: Path, studies: Sequence[Path]) -> Study:
    """Return the study that results are of: from its file if that is at hand, else as the results have it."""
    path = folder / "provenance.json"
    content: dict[str, Any] = read_json(path) if path.is_file() else {"study": {"name": folder.name}}
    try:
        name, given = str(content["study"]["name"]), content["study"].get("given")
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: does not say which study it is of; name it with --study") from error
    if given and not any((place / f"{name}.yaml").is_file() for place in studies):
        return study_from(given, Path(f"{name}.yaml"))
    return load_study(name, *studies)


def _faults_of_records(folder: Path, ledger: Ledger) -> Iterator[Fault]:
    for (root, record), made in ledger.records.items():
        if Path(root) != folder:
            continue
        changes = ledger.changes_of((root, record))
        for path, known in made.outputs.items():
            file = folder / path
            if not file.is_file():
                yield Fault(str(file), MISSING, f"{made.name} made it")
            elif sha256(file) != known:
                yield Fault(str(file), DAMAGED, f"is not what {made.name} wrote")
            elif changes == [NOT_OF_STUDY]:
                yield Fault(str(file), FOREIGN, f"{made.name} is no job of this study")
            elif changes:
                yield Fault(str(file), STALE, "; ".join(changes))


def _without_record(folder: Path, ledger: Ledger) -> Iterator[Fault]:
    """Yield the files that no job made."""
    for file in sorted(folder.rglob("*")):
        inner = file.relative_to(folder)
        passed_over = inner.parts[0] in _BESIDE or any(part.startswith(".") for part in inner.parts)
        unfinished = any(part.endswith(".partial") for part in inner.parts)
        if file.is_file() and not passed_over and not unfinished and str(file) not in ledger.maker:
            yield Fault(str(file), FOREIGN, "no record says how it was made")


def _missing_products(folder: Path, study: Study) -> Iterator[Fault]:
    """Yield what the study would make and is not there."""
    for name in study.produce:
        for path in PRODUCTS[name].files(Results(str(folder))):
            if not Path(path).is_file():
                yield Fault(path, MISSING, f"the study produces {name}")
