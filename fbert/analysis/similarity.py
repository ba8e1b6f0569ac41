"""Spatial similarity: do two labelled sets of points arrange their labels alike?

See docs/method.md, DirectProbe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from fbert.errors import InputError
from fbert.records.geometry import GeometryRecord, LabelPair
from fbert.states import ORIGINAL


@dataclass(frozen=True)
class Similarity:
    """Pearson's r of two distance vectors, over the `pairs` label pairs that both have; None if undefined."""

    r: float | None
    pairs: int


def spatial_similarity(left: Mapping[LabelPair, float], right: Mapping[LabelPair, float]) -> Similarity:
    """Correlate the distances of the label pairs that two sets share.

    Args:
        left: distance of each pair of labels, names in sorted order.
        right: the same for the other set.

    Returns:
        r, undefined for fewer than three common pairs or distances that do not vary, and the number of pairs.
    """
    common = sorted(left.keys() & right.keys())
    if len(common) < 3:
        return Similarity(None, len(common))
    x = np.array([left[pair] for pair in common])
    y = np.array([right[pair] for pair in common])
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return Similarity(None, len(common))
    return Similarity(float(np.corrcoef(x, y)[0, 1]), len(common))


def train_test_similarity(record: GeometryRecord) -> Similarity:
    """Compare training and test set in one representation; undefined unless both are linear.

    Linear but for contradictions in the labels will do: points that stay alone have no distances.
    """
    if not (record.train.at_least and record.test.at_least):
        return Similarity(None, 0)
    return label_level_similarity(record)


def label_level_similarity(record: GeometryRecord) -> Similarity:
    """Compare them whether they are linear or not: distances of labels are means over their clusters."""
    return spatial_similarity(record.train.distance_vector, record.test.distance_vector)


def originals(records: Iterable[GeometryRecord]) -> Callable[[GeometryRecord], GeometryRecord | None]:
    """Return what finds a record's counterpart of the original encoder, same task and layer.

    It gives None for a record of the original itself, and raises InputError if there is no counterpart.
    """
    known = {_place(record): record for record in records if record.origin.state == ORIGINAL}

    def original_of(record: GeometryRecord) -> GeometryRecord | None:
        if record.origin.state == ORIGINAL:
            return None
        if _place(record) not in known:
            encoder, task, layer = _place(record)
            raise InputError(f"no geometry of the original: encoder {encoder}, task {task}, layer {layer}")
        return known[_place(record)]

    return original_of


def similarity_to(original: GeometryRecord | None, record: GeometryRecord) -> Similarity:
    """Compare a training set with that of the original encoder; undefined unless both are linear."""
    if original is None or not (original.train.at_least and record.train.at_least):
        return Similarity(None, 0)
    return label_level_similarity_to(original, record)


def label_level_similarity_to(original: GeometryRecord | None, record: GeometryRecord) -> Similarity:
    """Compare them whether they are linear or not; undefined without an original."""
    if original is None:
        return Similarity(None, 0)
    return spatial_similarity(original.train.distance_vector, record.train.distance_vector)


def _place(record: GeometryRecord) -> tuple[str, str, int]:
    return record.origin.encoder, record.origin.task, record.origin.layer
