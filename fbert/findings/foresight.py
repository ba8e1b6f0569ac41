"""Can the drift between training and test set be foreseen from the training set alone?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fbert.analysis.similarity import label_level_similarity
from fbert.findings.bootstrap import Weights, bootstrap, weighted_correlation
from fbert.findings.rule import Case
from fbert.records.geometry import GeometryRecord


def halves_foretell(records: Sequence[GeometryRecord]) -> Case:
    """How similarity of two halves of training sets goes with similarity to test sets, over all sets.

    The sets of one encoder and task, original and tuned from each seed, resemble each other, so they are
    drawn together: seeds add sets, not evidence.

    Args:
        records: geometries of all encoders, tasks and states.
    """
    tests = [label_level_similarity(record).r for record in records]
    found = [
        (record.halves.similarity, test, (record.origin.encoder, record.origin.task))
        for record, test in zip(records, tests, strict=True)
        if test is not None and record.halves.similarity is not None
    ]
    halves, test = (np.array([row[side] for row in found], dtype=np.float64) for side in (0, 1))
    families = list(dict.fromkeys(row[2] for row in found))
    family = np.array([families.index(row[2]) for row in found], dtype=np.int64)

    def correlation(weights: Weights, _: Weights) -> float:
        return weighted_correlation(halves, test, weights[family])

    return Case(
        "all encoders, tasks and states",
        bootstrap(correlation, len(families), 1),
        float(halves.mean()) if found else None,
        float(test.mean()) if found else None,
        len(families),
        "encoders with a task",
        remark=(
            f"over {len(found)} sets, those of one encoder and task drawn together; not over labels"
            if found
            else "no set has both similarities"
        ),
    )
