"""Measure the quickstart in a fresh copy of the checkout: `python bench/quickstart.py`.

Seconds on the clock, processor seconds of everything it starts, and the rules that these went into. What
`make setup` has compiled is copied too.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from fbert.made import FOLDER, Made

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
CORES = 2
_ADOPT = 36  # PR_SET_CHILD_SUBREAPER of <linux/prctl.h>


def main() -> None:
    """Run the study and print what it took."""
    from checkout import Checkout

    with tempfile.TemporaryDirectory() as folder:
        Checkout.fresh(Path(folder))
        clock, processor = run(Path(folder))
        report(Path(folder) / "results/quickstart", clock, processor)


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


def report(results: Path, clock: float, processor: float) -> None:
    """Print the whole, and the processor seconds of each rule."""
    jobs = [Made.read(path) for path in sorted((results / FOLDER).rglob("*.json"))]
    seconds: dict[str, float] = defaultdict(float)
    for made in jobs:
        seconds[made.rule] += made.took["processor_seconds"]
    counts = Counter(made.rule for made in jobs)
    print(f"quickstart, {CORES} cores: {clock:.0f} s, {processor:.0f} s of processor time, {len(jobs)} jobs")
    for rule, took in sorted(seconds.items(), key=lambda item: -item[1]):
        print(f"  {took:6.1f} s  {rule} ({counts[rule]})")
    print(f"  {processor - sum(seconds.values()):6.1f} s  Snakemake and imports")


if __name__ == "__main__":
    main()
