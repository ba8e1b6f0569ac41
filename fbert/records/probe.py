"""What a probe's job leaves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fbert.errors import CorruptFileError
from fbert.probe.result import ProbeResult
from fbert.records.origin import Origin, read_record, write_record


@dataclass(frozen=True)
class ProbeRecord:
    """The figures of one probe.

    Attributes:
        origin: what it is about.
        probe: its figures.
    """

    origin: Origin
    probe: ProbeResult

    def write(self, path: Path | str) -> None:
        """Write it as JSON, whole or not at all."""
        write_record(path, self.origin, {"probe": self.probe.to_json()})

    @classmethod
    def read(cls, path: Path | str) -> ProbeRecord:
        """Read what `write` wrote.

        Raises:
            CorruptFileError: it is no such record.
        """
        origin, content = read_record(path)
        try:
            return cls(origin, ProbeResult.from_json(content["probe"]))
        except (KeyError, TypeError) as error:
            raise CorruptFileError(
                f"{path}: not a record of a probe ({error!r}); delete it and run again to rebuild it"
            ) from error
