"""What the paper's study takes: jobs from the workflow's own dry run, hours and disk from the minilm study.

    python bench/estimate.py [--speedup 20] [--results results/minilm]

Run in the checkout, after the minilm study. The processor seconds in the records of its jobs are scaled to
the paper's encoders: fine-tuning and embedding by a line through the encoders' sizes for each task, probes
and DirectProbe by the width of the vectors. A GPU is assumed to do what `--speedup` cores do.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd

from fbert.made import Ledger

# Layers and width of an encoder; the vocabulary is the same in all of them.
SHAPES = {
    "minilm-1": (1, 384),
    "minilm-3": (3, 384),
    "minilm-6": (6, 384),
    "bert-tiny": (2, 128),
    "bert-mini": (4, 256),
    "bert-small": (4, 512),
    "bert-medium": (8, 512),
    "bert-base": (12, 768),
}
VOCABULARY = 30522
EPOCHS = {"bert-base": 0.3}  # of those in the minilm study
ON_GPU = ("finetune", "embed", "probe", "learning_curves")
# Rules that run where Snakemake does.
LOCAL = ("all", "fetch_corpus_file", "fetch_dataset", "fetch_encoder", "provenance", "report")
START_SECONDS = 20.0  # a job's own start on a cluster: three times Snakemake, and the libraries


def weights(encoder: str) -> int:
    """Return the number of weights in an encoder's layers."""
    layers, width = SHAPES[encoder]
    return 12 * layers * width**2


def planned_jobs() -> tuple[dict[tuple[str, str, str], int], int]:
    """Return how many jobs of each rule, encoder and item a dry run plans, and how many go to SLURM."""
    command = [sys.executable, "-m", "snakemake", "--profile", "slurm", "--dry-run", "--forceall"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    jobs: dict[tuple[str, str, str], int] = defaultdict(int)
    rule = ""
    for line in said.splitlines():
        rule = found[1] if (found := re.match(r" *(?:local)?rule (\w+):", line)) else rule
        if (found := re.match(r" *log: (\S+)", line)) and rule not in LOCAL:
            jobs[(rule, *key_of(found[1]))] += 1
    # Jobs of a group are indented; a group is one job to SLURM.
    alone = [rule for rule in re.findall(r"^rule (\w+):", said, re.M) if rule not in LOCAL]
    return jobs, len(alone) + said.count("Group job ")


def key_of(log: str) -> tuple[str, str]:
    """Return encoder and item (a task) by the path of a job's log; empty for jobs without."""
    parts = Path(log).with_suffix("").parts
    encoder = next((part for part in parts if part in SHAPES), "")
    item = re.sub(r"-seed\d+$|-layer-\w+$", "", parts[-1])
    return encoder, item if encoder else ""


def measured(folder: Path) -> dict[str, pd.DataFrame]:
    """Return for each rule the processor seconds of the jobs that were run, with encoder and item."""
    rows = defaultdict(list)
    for made in filter(lambda made: made.took, Ledger([str(folder)]).records.values()):
        key = key_of("/".join(value for name, value in made.wildcards.items() if name != "layer") + ".log")
        rows[made.rule].append((*key, made.took["processor_seconds"]))
    return {rule: pd.DataFrame(found, columns=["encoder", "item", "seconds"]) for rule, found in rows.items()}


def seconds_of(rule: str, encoder: str, item: str, known: pd.DataFrame) -> float:
    """Return the processor seconds that one job would take on one core."""
    same = known[known["item"] == item] if (known["item"] == item).any() else known
    if rule in ("finetune", "embed"):
        sizes = np.array([weights(name) for name in same["encoder"]], dtype=float)
        slope, base = (
            np.polyfit(sizes, same["seconds"], 1) if len(set(sizes)) > 1 else (0.0, same["seconds"].mean())
        )
        return float(base + slope * weights(encoder) * EPOCHS.get(encoder, 1.0) ** (rule == "finetune"))
    width = SHAPES[encoder][1] / 384 if encoder else 1.0
    return float(same["seconds"].mean() * width)


def megabytes_of(rule: str, encoder: str, item: str, results: Path) -> float:
    """Return what a job leaves on disk: weights, or stores as large for their shape as those of minilm-6."""
    if rule not in ("finetune", "embed"):
        return 0.0
    layers, width = SHAPES[encoder]
    if rule == "finetune":
        return 4 * (weights(encoder) + VOCABULARY * width) / 1e6
    stores = (results / "embeddings/minilm-6/original").glob(f"{item}-*.h5")
    size = sum(path.stat().st_size for path in stores) or float("nan")
    return size / 1e6 * (layers + 1) * width / (7 * 384)


def estimate(jobs: dict[tuple[str, str, str], int], results: Path, speedup: float) -> pd.DataFrame:
    """Return jobs, hours and disk of each rule, NaN where nothing was measured."""
    known = measured(results)
    rows = []
    for (rule, encoder, item), count in jobs.items():
        seconds = seconds_of(rule, encoder, item, known[rule]) if rule in known else float("nan")
        gpu = START_SECONDS + seconds / speedup if rule in ON_GPU else 0.0
        disk = megabytes_of(rule, encoder, item, results)
        rows.append((rule, count, count * seconds / 3600, count * gpu / 3600, count * disk / 1000))
    table = pd.DataFrame(rows, columns=["rule", "jobs", "core hours", "GPU hours", "GB"])
    return table.groupby("rule").sum(skipna=False)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--speedup", type=float, default=20.0, help="cores that a GPU is worth")
    parser.add_argument(
        "--results", type=Path, default=Path("results/minilm"), help="a finished minilm study"
    )
    options = parser.parse_args()
    jobs, submitted = planned_jobs()
    table = estimate(jobs, options.results, options.speedup)
    table.loc["all"] = table.sum(skipna=False)
    print(table.round(1).to_string())
    print(f"jobs submitted to SLURM: {submitted}")


if __name__ == "__main__":
    main()
