"""Where a benchmark's table stands in the documentation: between its own marks, and written by itself."""

from __future__ import annotations

import datetime
import os
import platform
import re
from pathlib import Path

from fbert.environment import commit, machine

ROOT = Path(__file__).parents[1]
BENCHMARKS = "docs/reference/benchmarks.md"
END = "<!-- end -->"


def write_table(script: str, found: str, document: str = "docs/method.md") -> None:
    """Print what a benchmark found, and put it between its marks, with where it was found.

    Args:
        script: the file's name, by which its first mark is `<!-- bench/NAME -->`.
        found: Markdown.
        document: the file.
    """
    path, begin = ROOT / document, f"<!-- bench/{script} -->"
    before, mark, rest = path.read_text(encoding="utf-8").partition(begin)
    assert mark, f"{path} has no {begin}"
    after = rest.partition(END)[2]
    written = f"{found}\n\n{caption(script)}"
    path.write_text(f"{before}{begin}\n{written}\n{END}{after}", encoding="utf-8")
    print(written)


def caption(script: str) -> str:
    """Return the line below a table: commit, day, machine, and the load on it."""
    place = machine()
    gpus = [re.sub(r"^GPU \d+: | \(UUID.*", "", gpu) for gpu in place["gpus"]]
    on = ", ".join([f"{place['cores']} cores of {_processor()}", *gpus])
    when = datetime.date.today().isoformat()
    load = f"load {os.getloadavg()[2]:.1f} in the last quarter of an hour"
    return f"*`bench/{script}` at commit {_short(commit())}, {when}, on {on}; {load}.*"


def _short(found: str | None) -> str:
    """Shorten a commit's name, and say so if files had been changed since."""
    name, _, dirty = (found or "unknown").partition("-")
    return f"{name[:12]} (changed since)" if dirty else name[:12]


def _processor() -> str:
    """Return the processor's name, where Linux tells it; else its architecture."""
    told = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.+)$", told.read_text() if told.is_file() else "", re.MULTILINE)
    return found[1].strip() if found else platform.machine()
