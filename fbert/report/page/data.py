"""What the page says of the data, task by task."""

from __future__ import annotations

from typing import Any

from fbert.advice import advice, advice_on_reading, said_of_reading, summary
from fbert.records.health import TaskHealth


def data_of(task: TaskHealth) -> dict[str, Any]:
    """Return what the page shows of one task: counts, what to keep in mind, and contradictions by name."""
    return {
        "name": task.task,
        "counts": summary(task.task, task.corpus, task.health),
        "warnings": [
            *advice(task.health),
            *(
                f"{encoder}: {line}"
                for encoder, reading in task.readings.items()
                for line in advice_on_reading(reading)
            ),
        ],
        "readings": {encoder: said_of_reading(reading) for encoder, reading in task.readings.items()},
        "contradictions": [f"{text}: {' and '.join(labels)}" for text, labels in task.health.contradictions],
    }
