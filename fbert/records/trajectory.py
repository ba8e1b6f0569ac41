"""The geometry of a training run, snapshot after snapshot, as one HDF5 file of arrays."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.records.geometry import LabelPair
from fbert.records.origin import Origin
from fbert.store.form import creating, opening, provenance_of, texts, values, write_texts

FORM = "fbert trajectory 1"


@dataclass(frozen=True)
class Trajectory:
    """What is found of the training examples at u updates and l layers, for k labels.

    Attributes:
        origin: what it is about: the task that was trained on and whose examples these are, the state at the
            end.
        labels: (k,) label names.
        n: number of examples.
        updates: (u,) numbers of updates, from 0 to the last.
        layers: (l,) layer numbers.
        point_labels: (s,) label index of each example that is kept.
        linear: (u, l) whether all labels are separable, so that each is one cluster.
        undecided: (u, l) verdicts that could not be decided.
        distances: (u, l, k, k) distance of the hulls of each pair of labels, 0 where they meet, symmetric;
            NaN for labels of five points or fewer.
        lower: (u, l, k, k) lower bounds of the distances.
        upper: (u, l, k, k) upper bounds of the distances.
        centroids: (u, l, k, d) mean of each label's points, NaN for labels without any.
        points: (u, l, s, d) vectors of the examples that are kept, for pictures.
    """

    origin: Origin
    labels: tuple[str, ...]
    n: int
    updates: NDArray[np.int64]
    layers: NDArray[np.int64]
    point_labels: NDArray[np.int64]
    linear: NDArray[np.bool_]
    undecided: NDArray[np.int64]
    distances: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    centroids: NDArray[np.float32]
    points: NDArray[np.float32]

    @property
    def minimum_distances(self) -> NDArray[np.float64]:
        """(u, l, k) distance of each label to the nearest other label, NaN where it has none."""
        filled = np.where(np.isnan(self.distances), np.inf, self.distances).min(axis=-1)
        return np.where(np.isinf(filled), np.nan, filled)

    def pair_distances(self, update: int, layer: int) -> dict[LabelPair, float]:
        """Return the defined distances of one snapshot; both arguments are positions, not numbers."""
        square = self.distances[update, layer]
        pairs = zip(*np.triu_indices(len(self.labels), 1), strict=True)
        return {(self.labels[a], self.labels[b]): square[a, b] for a, b in pairs if np.isfinite(square[a, b])}

    def verdict(self, update: int, layer: int) -> dict[str, int | bool]:
        """Return the number of an update, whether it is linear, and how many pairs could not be decided."""
        here = update, layer
        return {
            "update": int(self.updates[update]),
            "linear": bool(self.linear[here]),
            "undecided": int(self.undecided[here]),
        }

    def layer_position(self, layer: int) -> int:
        """Return where a layer stands in the arrays."""
        return int(np.flatnonzero(self.layers == layer)[0])

    def write(self, path: Path | str, provenance: Mapping[str, Any]) -> None:
        """Write as HDF5, whole or not at all.

        Args:
            path: the file to be.
            provenance: what else made it.
        """
        with creating(path, FORM, dict(provenance) | {"origin": self.origin.to_json()}) as file:
            write_texts(file, "labels", self.labels)
            for field in dataclasses.fields(self)[2:]:
                file[field.name] = getattr(self, field.name)

    @classmethod
    def read(cls, path: Path | str) -> Trajectory:
        """Read what `write` wrote.

        Raises:
            InputError: there is no such file.
            CorruptFileError: it is truncated, altered or something else.
        """
        with opening(path, FORM) as file:
            origin = Origin.from_json(provenance_of(file)["origin"])
            arrays: dict[str, Any] = {name: values(item) for name, item in file.items() if name != "labels"}
            return cls(origin=origin, labels=texts(file["labels"]), **arrays)
