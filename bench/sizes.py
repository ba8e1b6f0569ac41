"""What the number of points alone does to distances and similarities: `python bench/sizes.py`.

Writes its table into docs/method.md. The points are the words of UD English PUD by part of speech, in MiniLM
cut to three layers, from the stores that the study `minilm` has made; whole and halved, halved again, and so
on, every label with its share, in three random orders.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from document import write_table

from fbert.analysis.geometry import describe_geometry
from fbert.analysis.sampling import turns
from fbert.analysis.similarity import spatial_similarity
from fbert.records.geometry import LabelPair
from fbert.store.read import Labelled, read

TASK, LAYER, GAP = "POS", 3, 1e-3
SHARES = (1, 2, 4, 8, 16, 32)
ORDERS = 3


def share_of(whole: Labelled, parts: int, seed: int) -> Labelled:
    """Return every label's first points of a random order: one of so many parts, rounded up."""
    sizes = -(-np.bincount(whole.y) // parts)
    rows = turns(whole.y, seed) < sizes[whole.y]
    return Labelled(whole.X[rows], whole.y[rows], whole.labels)


def row(train: Labelled, test: dict[LabelPair, float], all_of_it: dict[LabelPair, float], parts: int) -> str:
    """Return what becomes of distances and similarity with one of so many parts, as means over the orders."""
    ratios, similarities, linear = [], [], []
    for seed in range(ORDERS if parts > 1 else 1):
        part = share_of(train, parts, seed)
        found = describe_geometry(*part, GAP)
        distances = found.distance_vector
        ratios += [distances[pair] / all_of_it[pair] for pair in all_of_it.keys() & distances.keys()]
        r = spatial_similarity(distances, test).r
        similarities.append(np.nan if r is None else r)
        linear.append(found.linear)
    means = f"{np.mean(ratios):.2f} | {np.mean(similarities):.3f}"
    return f"| {len(part.y):,} | {means} | {sum(linear)} of {len(linear)} |"


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("results/minilm"), help="of the study minilm")
    stores = parser.parse_args().results / "embeddings/minilm-3/original"
    train, test = (read(stores / f"{TASK}-{split}.h5", TASK, LAYER) for split in ("train", "test"))
    of_test, of_train = (describe_geometry(*part, GAP).distance_vector for part in (test, train))
    lines = [
        "| points of the training set | distances, as many times those of all | similarity to the test set, "
        f"{len(test.y):,} points | linear |",
        "|---:|---:|---:|---|",
    ]
    lines += [row(train, of_test, of_train, parts) for parts in SHARES]
    write_table("sizes.py", "\n".join(lines))


if __name__ == "__main__":
    main()
