"""From the stores of a task to the record of a probe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from fbert.files import write_text
from fbert.probe.probe import run_probe
from fbert.probe.settings import ProbeSettings
from fbert.records.origin import Origin
from fbert.records.probe import ProbeRecord
from fbert.store.read import read, read_forms, read_seen


def probe_stores(
    train: Path | str, test: Path | str, task: str, layer: str | int, settings: ProbeSettings, seed: int
) -> ProbeRecord:
    """Run the probe of a task on one layer.

    Args:
        train: a store.
        test: the store of the other split.
        task: one of their tasks.
        layer: its number, or `last`.
        settings: of the study.
        seed: of the first run and of all that is random in the search.

    Raises:
        InputError: a store lacks the task or the layer.
        CorruptFileError: a store is truncated, altered or something else.
    """
    origin = Origin.of_store(train, task, layer)
    fitted, tested = (read(path, task, origin.layer) for path in (train, test))
    forms = read_forms(train, task), read_forms(test, task)
    result = run_probe(
        (fitted.X, fitted.y),
        (tested.X, tested.y),
        fitted.labels,
        settings,
        seed,
        groups=forms,
        seen=read_seen(test, task),
    )
    return ProbeRecord(origin, result)


def write_probe(record: ProbeRecord, record_path: Path, labels: Path, confusion: Path) -> None:
    """Write a record, and as CSV its figures by label and its confusion matrix."""
    record.write(record_path)
    found = record.probe
    _write_csv(labels, pd.DataFrame(found.per_label), index=False)
    _write_csv(confusion, pd.DataFrame(found.confusion, found.labels, found.labels), index_label="")


def _write_csv(path: Path, frame: pd.DataFrame, **options: Any) -> None:
    write_text(path, frame.to_csv(lineterminator="\n", **options))
