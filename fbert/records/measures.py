"""What measures of others say of one state, task and layer, to stand beside our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fbert.files import as_record
from fbert.records.origin import Origin, read_record, write_record


@dataclass(frozen=True)
class MeasuresRecord:
    """What a job of measures leaves.

    Attributes:
        origin: what it is about.
        n: number of training examples that were drawn for it.
        to_original: by name, the comparisons with the original state on the same layer; None where a value is
            undefined, as all are for the original itself.
        of_state: by name, the measures of this state alone; None where a value is undefined.
    """

    origin: Origin
    n: int
    to_original: Mapping[str, float | None]
    of_state: Mapping[str, float | None]

    def write(self, path: Path | str) -> None:
        """Write it as JSON, whole or not at all."""
        content = {"n": self.n, "to_original": dict(self.to_original), "of_state": dict(self.of_state)}
        write_record(path, self.origin, content)

    @classmethod
    def read(cls, path: Path | str) -> MeasuresRecord:
        """Read what `write` wrote.

        Raises:
            CorruptFileError: it is no such record.
        """
        origin, content = read_record(path)
        with as_record(path, "a record of measures"):
            return cls(origin, content["n"], content["to_original"], content["of_state"])
