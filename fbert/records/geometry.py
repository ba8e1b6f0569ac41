"""The geometry of one task on one layer: clusters and distances of its training and its test set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from fbert.files import as_record
from fbert.health.floor import least_of
from fbert.records.origin import Origin, read_record, write_record

LabelPair = tuple[str, str]


class Distance(NamedTuple):
    """The distance of two labels, a mean over their clusters, with bounds that are means likewise."""

    distance: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Geometry:
    """The geometry of one labelled set.

    Attributes:
        n: number of points.
        d: their dimensions.
        labels: number of points of each label.
        clusters: number of clusters.
        clusters_by_label: the same of each label.
        pairs: number of label pairs.
        separable_pairs: how many of them a hyperplane parts.
        linear: whether there are as many clusters as labels.
        alone: of each label that has some, the number of points that can join no other, since equal ones have
            other labels.
        undecided: verdicts that rounding hides.
        distances: of each pair of labels (in sorted order) that has one; none for clusters of five points or
            fewer.
    """

    n: int
    d: int
    labels: Mapping[str, int]
    clusters: int
    clusters_by_label: Mapping[str, int]
    pairs: int
    separable_pairs: int
    linear: bool
    undecided: int
    alone: Mapping[str, int]
    distances: Mapping[LabelPair, Distance]

    @property
    def least(self) -> int:
        """The least number of clusters that these points could have in any space (`fbert.health.floor`)."""
        return least_of(self.labels, self.alone)

    @property
    def at_least(self) -> bool:
        """Whether that is reached, so that each label is one cluster but for contradictions in the labels."""
        return self.clusters == self.least

    @property
    def growing_by_label(self) -> dict[str, int]:
        """The number of clusters of each label, without the points that stay alone."""
        return {label: count - self.alone.get(label, 0) for label, count in self.clusters_by_label.items()}

    @property
    def distance_vector(self) -> dict[LabelPair, float]:
        """The distance of each pair of labels."""
        return {pair: found.distance for pair, found in self.distances.items()}

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        pairs = [{"a": a, "b": b, **found._asdict()} for (a, b), found in self.distances.items()]
        return {**self.__dict__, "distances": pairs}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Geometry:
        """Read what `to_json` wrote."""
        pairs = {
            (entry["a"], entry["b"]): Distance(entry["distance"], entry["lower"], entry["upper"])
            for entry in content["distances"]
        }
        return cls(**{**content, "distances": pairs})


@dataclass(frozen=True)
class Halves:
    """How alike two halves of one training set are: what train/test similarity would be without drift.

    Attributes:
        similarity: Pearson's r of their label distances; None if undefined.
        pairs: number of label pairs that both halves have.
        linear: whether both are linear but for contradictions in the labels.
    """

    similarity: float | None
    pairs: int
    linear: bool


@dataclass(frozen=True)
class Matched:
    """How alike training and test set are once both have as many points of each label.

    Distances of hulls fall as points are added, so a set of another size is another set of distances.

    Attributes:
        similarity: Pearson's r of their label distances; None if undefined.
        pairs: number of label pairs that both have.
        n: number of points in either.
    """

    similarity: float | None
    pairs: int
    n: int


@dataclass(frozen=True)
class GeometryRecord:
    """What a DirectProbe job leaves.

    Attributes:
        origin: what it is about.
        train: geometry of the training set.
        test: geometry of the test set.
        permuted_separable_pairs: of the training set, once its labels were permuted over the points.
        halves: of the training set.
        matched: of both.
    """

    origin: Origin
    train: Geometry
    test: Geometry
    permuted_separable_pairs: int
    halves: Halves = field(default_factory=lambda: Halves(None, 0, False))
    matched: Matched = field(default_factory=lambda: Matched(None, 0, 0))

    def write(self, path: Path | str) -> None:
        """Write it as JSON, whole or not at all."""
        content = {
            "train": self.train.to_json(),
            "test": self.test.to_json(),
            "permuted_separable_pairs": self.permuted_separable_pairs,
            "halves": asdict(self.halves),
            "matched": asdict(self.matched),
        }
        write_record(path, self.origin, content)

    @classmethod
    def read(cls, path: Path | str) -> GeometryRecord:
        """Read what `write` wrote.

        Raises:
            CorruptFileError: it is no such record.
        """
        origin, content = read_record(path)
        with as_record(path, "a record of geometry"):
            return cls(
                origin,
                Geometry.from_json(content["train"]),
                Geometry.from_json(content["test"]),
                content["permuted_separable_pairs"],
                Halves(**content["halves"]),
                Matched(**content["matched"]),
            )
