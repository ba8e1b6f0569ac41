"""What a job of learning curves leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fbert.files import as_record
from fbert.records.origin import Origin, read_record, write_record

Curves = Mapping[str, list[list[float]]]
"""For each set of examples (runs, epochs) accuracies in per cent."""

PROBED, HELD_OUT, TEST = "trained on", "held out", "test"
"""The sets of examples: the probe's own, the others that the encoder was tuned on, and the test set."""


@dataclass(frozen=True)
class LearningCurves:
    """Learning curves of probes before and after one training run.

    Attributes:
        origin: what it is about; the state is the tuned one.
        n: number of examples of each set.
        d: dimensions of their vectors.
        curves: by representation, original and fine-tuned.
    """

    origin: Origin
    n: Mapping[str, int]
    d: int
    curves: Mapping[str, Curves]

    def write(self, path: Path | str) -> None:
        """Write it as JSON, whole or not at all."""
        write_record(path, self.origin, {"n": dict(self.n), "d": self.d, "curves": dict(self.curves)})

    @classmethod
    def read(cls, path: Path | str) -> LearningCurves:
        """Read what `write` wrote.

        Raises:
            CorruptFileError: it is no such record.
        """
        origin, content = read_record(path)
        with as_record(path, "a record of learning curves"):
            return cls(origin, content["n"], content["d"], content["curves"])
