"""Measure the quickstart in a fresh copy of the checkout: `python bench/quickstart.py`.

Seconds on the clock, processor seconds of everything it starts, and the rules that these went into. What
`make setup` has compiled is copied too. With `--write` the table in the documentation is made anew.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from document import BENCHMARKS, write_table

from fbert.made import FOLDER, Made

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
CORES = 2
_ADOPT = 36  # PR_SET_CHILD_SUBREAPER of <linux/prctl.h>


def main() -> None:
    """Run the study, and print or write what it took."""
    from checkout import Checkout

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write the table into the documentation")
    write = parser.parse_args().write
    with tempfile.TemporaryDirectory() as folder:
        Checkout.fresh(Path(folder))
        clock, processor = run(Path(folder))
        found = table(Path(folder) / "results/quickstart", clock, processor)
    if write:
        write_table("quickstart.py", found, BENCHMARKS)
    else:
        print(found)


def run(folder: Path) -> tuple[float, float]:
    """Run the quickstart there; return seconds on the clock and of the processor.

    The process that forks jobs outlives Snakemake by a moment. Whoever adopts orphans is told what they took.
    """
    ctypes.CDLL(None).prctl(_ADOPT, 1)
    command = [sys.executable, "-m", "snakemake", "--cores", str(CORES), "--config", "study=quickstart"]
    begin, before = time.monotonic(), processor_seconds()
    subprocess.run(command, cwd=folder, stderr=subprocess.DEVNULL, check=True)
    clock = time.monotonic() - begin
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return clock, processor_seconds() - before


def processor_seconds() -> float:
    """Return the seconds that the children of this process have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def table(results: Path, clock: float, processor: float) -> str:
    """Return the whole as Markdown, and the processor seconds of each rule."""
    jobs = [Made.read(path) for path in sorted((results / FOLDER).rglob("*.json"))]
    seconds: dict[str, float] = defaultdict(float)
    for made in jobs:
        seconds[made.rule] += made.took["processor_seconds"]
    counts = Counter(made.rule for made in jobs)
    lines = ["| rule | jobs | processor time |", "|---|---|---|"]
    for rule, took in sorted(seconds.items(), key=lambda item: -item[1]):
        lines.append(f"| {rule} | {counts[rule]} | {took:.1f} s |")
    lines.append(f"| Snakemake and imports | | {processor - sum(seconds.values()):.1f} s |")
    lines.append(f"| all, {clock:.0f} s on the clock of {CORES} cores | {len(jobs)} | {processor:.0f} s |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
