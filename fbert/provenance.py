"""What made a study's results, told from the records of its jobs. None of the results depends on it."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from typing import Any

import fbert
from fbert.environment import commit, machine
from fbert.made import Ledger, Made
from fbert.paths import DOWNLOADS


def provenance(study: Mapping[str, Any], root: str) -> dict[str, Any]:
    """Describe what made the results in a folder.

    Args:
        study: all that was asked for, seeds included.
        root: folder of the results.

    Returns:
        Plain values for JSON: the study; versions, commit and machine at this moment; `made_by`, the distinct
        commits, versions and machines that made the results, with the number of jobs of each; sha256 of each
        input that no job of the study made, and of each table, figure and finding.
    """
    records = list(Ledger([root, DOWNLOADS]).records.values())
    return {
        "study": study,
        "fbert": fbert.__version__,
        "commit": commit(),
        "python": platform.python_version(),
        "packages": {found.name: found.version for found in sorted(distributions(), key=lambda d: d.name)},
        "machine": machine(),
        "made_by": _makers(records),
        "inputs": _outside(records),
        "results": _shown(records),
    }


def _makers(records: Iterable[Made]) -> list[dict[str, Any]]:
    """Return the distinct environments of jobs, most jobs first."""
    counts: dict[str, int] = {}
    found: dict[str, dict[str, Any]] = {}
    for made in records:
        by = {**made.by, "versions": dict(made.versions)}
        key = repr(sorted(by.items(), key=str))
        found[key], counts[key] = by, counts.get(key, 0) + 1
    return [found[key] | {"jobs": counts[key]} for key in sorted(counts, key=lambda key: (-counts[key], key))]


def _outside(records: Iterable[Made]) -> dict[str, str]:
    return dict(
        sorted((path, found) for made in records for path, found in made.inputs.items() if path[:2] != "./")
    )


def _shown(records: Iterable[Made]) -> dict[str, str]:
    shown = ("make_table", "figure_data", "draw_figure", "findings")
    sums = [pair for made in records if made.rule in shown for pair in made.outputs.items()]
    return dict(sorted(sums))
