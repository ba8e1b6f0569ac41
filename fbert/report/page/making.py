"""What the page says about the making of the results: study, versions, machine, corpora, time and memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from fbert.corpora.registry import known_files
from fbert.made import Ledger

_VERSIONS = ("torch", "transformers", "snakemake")


class Cost(NamedTuple):
    """What the jobs of a study took, by the records of what they made.

    Attributes:
        jobs: number of jobs that were measured.
        seconds: of all jobs, one after the other.
        peak_mb: most memory of a single job, None if none was measured.
    """

    jobs: int
    seconds: float
    peak_mb: float | None

    @property
    def time(self) -> str:
        """The time in units that fit it."""
        minutes, seconds = divmod(round(self.seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"

    @property
    def memory(self) -> str:
        """The peak in gigabytes."""
        return "not measured" if self.peak_mb is None else f"{self.peak_mb / 1024:.1f} GB"


def cost(results: Path) -> Cost:
    """Sum up the records under a study's folder; those of an fbert that did not measure are left out."""
    jobs = [made.took for made in Ledger([str(results)]).records.values() if made.took]
    seconds = sum(job["seconds"] for job in jobs)
    return Cost(len(jobs), seconds, max((job["memory_mb"] for job in jobs), default=None))


def corpora(study: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return name, kind, licences and sources of each corpus of a study."""
    return [{"name": name} | _corpus(entry) for name, entry in study["corpora"].items()]


def versions(provenance: Mapping[str, Any]) -> dict[str, str]:
    """Return the versions that matter most, by name."""
    packages = provenance["packages"]
    found = {name: packages[name] for name in _VERSIONS if name in packages}
    return {"fbert": provenance["fbert"], "Python": provenance["python"]} | found


def _corpus(entry: Mapping[str, Any]) -> dict[str, Any]:
    files = list(entry["files"].values())
    if entry["generated"]:
        return {"licence": "written by fbert itself", "sources": [], "synthetic": True}
    if entry.get("hub"):
        page = f"https://huggingface.co/datasets/{entry['hub']}"
        source = f"{page}/tree/{entry['revision']}"
        return {"licence": "as its page says", "sources": [source], "synthetic": entry["synthetic"]}
    if not entry["known"]:
        return {"licence": "files of your own", "sources": files, "synthetic": entry["synthetic"]}
    known = [known_files()[file] for file in files]
    licences = dict.fromkeys(file.licence for file in known)
    return {"licence": ", ".join(licences), "sources": [file.url for file in known], "synthetic": False}
