"""How DirectProbe grows with the number of points where labels overlap: `python bench/growth.py [--quick]`.

Vectors are the words of UD English PUD in the packaged encoder's last layer, as in `bench/directprobe.py`.
Beyond those, each is taken again, moved by noise of 0.01 a coordinate. ADJ, NOUN and PROPN overlap there. A
fit has a process and a thread of its own; seconds are processor seconds, and parts are functions that a
profile names.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from pathlib import Path
from typing import Any

import numpy as np
from directprobe import alone, peak, words
from document import BENCHMARKS, write_table

from fbert.directprobe import DirectProbe

SIZES, DIMENSIONS, NOISE = (15_000, 50_000, 200_000), 384, 0.01
# What a fit does, by the functions in which it does it; what is left is framing, describing and tables.
PARTS = {
    "label pairs": ("solve_labels",),
    "which to merge": ("glance:over", "linkage:__init__", "_try"),
    "which meet": ("_keep_clean", "_without_conflict"),
    "cluster distances": ("_measure",),
}


def points(vectors: np.ndarray, tags: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (n, d) vectors and their labels: the words, over and over, by a seed."""
    rows = np.arange(n) % len(tags)
    moved = NOISE * np.random.default_rng(3).normal(size=(n, DIMENSIONS))
    return vectors[rows] + moved.astype(np.float32), tags[rows]


def _fit(X: np.ndarray, y: np.ndarray, answers: Any) -> None:
    """Put what a fit takes, in all and by part, into a queue: seconds, gigabytes and clusters."""
    DirectProbe().fit(X[:2000], y[:2000])  # compiled code is loaded before the clock starts
    probe, profile = DirectProbe(), cProfile.Profile(time.process_time)
    profile.runcall(probe.fit, X, y)
    stats = pstats.Stats(profile)
    found = {part: sum(_seconds(stats, name) for name in names) for part, names in PARTS.items()}
    seconds = stats.total_tt  # type: ignore[attr-defined]
    answers.put(found | {"all": seconds, "GB": peak(), "clusters": probe.n_clusters_})


def _seconds(stats: pstats.Stats, name: str) -> float:
    """Return the seconds in a function and in what it calls, of DirectProbe's modules."""
    module, _, function = name.rpartition(":")
    return sum(
        found[3]
        for (path, _, called), found in stats.stats.items()  # type: ignore[attr-defined]
        if called == function and "directprobe" in path and Path(path).stem.startswith(module)
    )


def main() -> None:
    """Measure, and write the table into the documentation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    quick = parser.parse_args().quick
    sizes = (1000, 2000) if quick else SIZES
    vectors, tags = words()[:2]
    last = vectors[:, -1]
    found = {n: alone(_fit, points(last, tags, n)) for n in sizes}
    lines = [
        f"| points x {DIMENSIONS} | seconds | {' | '.join(PARTS)} | GB | clusters | exponent |",
        "|---" * (5 + len(PARTS)) + "|",
    ]
    for n, row in found.items():
        parts = " | ".join(f"{row[part]:.1f}" for part in PARTS)
        first = found[sizes[0]]["all"]
        exponent = f"{np.log(row['all'] / first) / np.log(n / sizes[0]):.2f}" if n != sizes[0] else ""
        lines.append(
            f"| {n:,} | {row['all']:.1f} | {parts} | {row['GB']:.2f} | {row['clusters']:.0f} | {exponent} |"
        )
    if quick:
        print(*lines, sep="\n")
    else:
        write_table("growth.py", "\n".join(lines), BENCHMARKS)


if __name__ == "__main__":
    main()
