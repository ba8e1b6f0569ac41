"""Can the drift between training and test set be foreseen from the training set alone?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fbert.analysis.similarity import label_level_similarity
from fbert.findings.bootstrap import bootstrap, weighted_correlation
from fbert.findings.rule import Case
from fbert.findings.tuning import Record


def halves_foretell(records: Sequence[Record]) -> Case:
    """How similarity of two halves of training sets goes with similarity to test sets, over all sets.

    Args:
        records: geometries of all encoders, tasks and states.
    """
    tests = [label_level_similarity(record).r for record in records]
    found = [
        (record["halves"]["similarity"], test)
        for record, test in zip(records, tests, strict=True)
        if test is not None and record["halves"]["similarity"] is not None
    ]
    halves, test = np.array(found, dtype=np.float64).reshape(-1, 2).T
    return Case(
        "all encoders, tasks and states",
        bootstrap(lambda weights, _: weighted_correlation(halves, test, weights), len(found), 1),
        float(halves.mean()) if found else None,
        float(test.mean()) if found else None,
        len(found),
        "sets",
        remark="over sets, not labels" if found else "no set has both similarities",
    )
