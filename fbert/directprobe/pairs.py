"""The distances of all pairs of labels, and what the next run on the same rows can start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.directprobe.arrays import Flags, Floats, Ints
from fbert.directprobe.clusters.equal import shared_rows
from fbert.directprobe.solver.distances import HullDistances
from fbert.directprobe.solver.hull import meeting_at
from fbert.directprobe.solver.kernel import Carried, Cloud
from fbert.directprobe.solver.many import Pair, Progress, solve_pairs
from fbert.directprobe.solver.points import PointSet, checked_gap, checked_labels, framed
from fbert.errors import InputError


@dataclass(frozen=True)
class Supports:
    """The supports of many pairs of labels as plain arrays, to be stored and to start from.

    Attributes:
        pairs: (p, 2) indices of the labels.
        start: (p + 1,) where the entries of each pair begin.
        rows: (s,) rows of X.
        in_first: (s,) whether a row is of the first label of its pair.
        weights: (s,) positive weights, which sum to one on either side of a pair.
    """

    pairs: Ints
    start: Ints
    rows: Ints
    in_first: Flags
    weights: Floats

    @classmethod
    def of(cls, found: HullDistances, members: Sequence[Ints]) -> Supports:
        """Gather the supports of pairs of labels, in rows of X; members[label] are the sorted ones of one."""
        carried = found.carried
        sizes = carried.last - carried.first
        start = np.concatenate([[0], np.cumsum(sizes)])
        entries = np.repeat(carried.first - start[:-1], sizes) + np.arange(start[-1])
        in_first = carried.in_a[entries]
        label = np.where(in_first, *np.repeat(found.pairs, sizes, axis=0).T)
        begin = np.cumsum([0, *map(len, members)])
        rows = np.concatenate(members)[begin[label] + carried.places[entries]]
        return cls(found.pairs, start, rows, in_first, carried.weights[entries])

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Supports:
        """Take back what `to_arrays` gave.

        Raises:
            InputError: an array is missing.
        """
        missing = [name for name in cls.__dataclass_fields__ if name not in arrays]
        if missing:
            raise InputError(
                f"a warm start needs the arrays {list(cls.__dataclass_fields__)}; missing: {missing}"
            )
        return cls(**{name: np.asarray(arrays[name]) for name in cls.__dataclass_fields__})

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name."""
        return dict(vars(self))

    def within(self, members: Sequence[Ints], pairs: Ints) -> Carried:
        """Return where the programs of pairs of labels start from, in positions within members[label].

        Args:
            members: the sorted rows of each label.
            pairs: (p, 2) indices of the labels; a pair that has no support here starts from nothing.

        Raises:
            InputError: the rows do not carry the labels they carried.
        """
        places, k = self._places_in_label(members), len(members)
        number, wanted = self.pairs @ [k, 1], pairs @ [k, 1]
        order = np.argsort(number)
        found = order[np.minimum(np.searchsorted(number, wanted, sorter=order), len(order) - 1)]
        of_first = np.concatenate([[0], np.cumsum(self.in_first)])[self.start]
        whole = np.minimum(np.diff(of_first), np.diff(self.start - of_first)) > 0
        there: Flags = (number[found] == wanted) & whole[found]
        first, last = (np.where(there, self.start[found + i], 0) for i in (0, 1))
        # As what the compiled method was compiled for, however they came.
        return Carried(first, last, places, np.array(self.in_first, bool), np.array(self.weights, float))

    def _places_in_label(self, members: Sequence[Ints]) -> Ints:
        """Return (s,) where each row stands among those of the label it should carry.

        Raises:
            InputError: it carries another one.
        """
        n = sum(map(len, members))
        if self.pairs.size and self.pairs.max() >= len(members):
            raise InputError("the warm start has more labels than these points")
        if self.rows.size and not 0 <= self.rows.min() <= self.rows.max() < n:
            raise InputError("the warm start belongs to other rows than these")
        label, place = np.empty(n, np.int64), np.empty(n, np.int64)
        for number, rows in enumerate(members):
            label[rows], place[rows] = number, np.arange(len(rows))
        ends = np.repeat(self.pairs, np.diff(self.start), axis=0)
        if (label[self.rows] != np.where(self.in_first, ends[:, 0], ends[:, 1])).any():
            raise InputError("the warm start belongs to other rows or labels than these")
        return place[self.rows]


def pairwise_distances(
    X: Any,
    y: Any,
    *,
    gap: float = 1e-3,
    warm_start_from: Supports | None = None,
    n_jobs: int | None = None,
) -> tuple[HullDistances, Supports]:
    """Compute the distances of the hulls of all pairs of labels.

    Args:
        X: (n, d) points.
        y: (n,) their labels.
        gap: how far the bounds may differ, relative to the upper one; infinite for verdicts only.
        warm_start_from: the supports of an earlier version of the same rows with the same labels.
        n_jobs: number of threads, as in scikit-learn.

    Returns:
        The distances by pair of labels, in sorted order, and the supports to start the next call from. Rows
        in a `HullDistance` count within the points of their label.

    Raises:
        InputError: X, y or the gap cannot be used, or the warm start is not of these rows and labels.
    """
    X, frame, cloud = framed(X)
    gap = checked_gap(gap)
    labels, index = checked_labels(y, len(X))
    members = [np.flatnonzero(index == label) for label in range(len(labels))]
    found = solve_labels(cloud, index, members, gap, warm_start_from, n_jobs)
    return found.in_frame(frame).named(list(labels)), Supports.of(found, members)


def solve_labels(
    cloud: Cloud,
    y: Ints,
    members: Sequence[Ints],
    gap: float,
    warm_start_from: Supports | None,
    n_jobs: int | None,
    progress: Progress | None = None,
) -> HullDistances:
    """Solve all pairs of labels. Those that share a point need no solver, which would end in doubt about it.

    Args:
        cloud: the (n, d) points.
        y: (n,) label indices.
        members: the sorted rows of each label.
        gap: as for `pairwise_distances`.
        warm_start_from: likewise.
        n_jobs: likewise.
        progress: called as progress("distances", done, total), or nothing.
    """
    sets = [PointSet.of(cloud, rows) for rows in members]
    pairs = list(combinations(range(len(members)), 2))
    start = None
    if warm_start_from is not None and len(warm_start_from.pairs) and pairs:
        start = warm_start_from.within(members, np.array(pairs))
    equal = {
        (a, b): meeting_at(sets[a], sets[b], *_places(members, (a, b), rows))
        for (a, b), rows in shared_rows(cloud.given, y).items()
    }
    return solve_pairs(sets, pairs, gap, start, n_jobs, progress, equal)


def _places(members: Sequence[Ints], labels: Pair, rows: Pair) -> tuple[int, ...]:
    """Return where each row stands among the sorted rows of its label."""
    return tuple(int(np.searchsorted(members[label], row)) for label, row in zip(labels, rows, strict=True))
