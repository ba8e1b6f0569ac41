"""The distances of many pairs of hulls at once, on as many threads as wanted, each pair alone on one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from fbert.directprobe.arrays import Flags, Floats, Ints
from fbert.directprobe.clusters.equal import shared_rows
from fbert.directprobe.solver.hull import HullDistance, in_frame, meeting_at, solve
from fbert.directprobe.solver.kernel import Cloud
from fbert.directprobe.solver.points import PointSet, checked_gap, checked_labels, framed
from fbert.directprobe.solver.support import Support
from fbert.errors import InputError

Pair = tuple[int, int]
Progress = Callable[[str, int, int], None]


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
    def of(cls, supports: Mapping[Pair, Support]) -> Supports:
        """Lay out supports given in rows of X."""
        found = list(supports.values())
        sizes = [len(s.rows_a) + len(s.rows_b) for s in found]
        return cls(
            np.array(list(supports), dtype=np.int64).reshape(-1, 2),
            np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64),
            _joined([part for s in found for part in (s.rows_a, s.rows_b)], np.int64),
            _joined(
                [np.arange(size) < len(s.rows_a) for s, size in zip(found, sizes, strict=True)], np.bool_
            ),
            _joined([part for s in found for part in (s.weights_a, s.weights_b)], np.float64),
        )

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

    def local(self, members: Sequence[Ints]) -> dict[Pair, Support]:
        """Return the supports by pair of labels, in positions within members[label], the sorted rows of each.

        Raises:
            InputError: the rows do not carry the labels they carried.
        """
        places = self._places_in_label(members)
        found = {}
        for (a, b), part in zip(self.pairs.tolist(), map(slice, self.start, self.start[1:]), strict=True):
            place, first, weights = places[part], self.in_first[part], self.weights[part]
            found[a, b] = Support(place[first], weights[first], place[~first], weights[~first])
        return found

    def _places_in_label(self, members: Sequence[Ints]) -> Ints:
        """Return (s,) where each row stands among those of the label it should carry.

        Raises:
            InputError: it carries another one.
        """
        n = sum(map(len, members))
        if self.pairs.size and self.pairs.max() >= len(members):
            raise InputError("the warm start has more labels than these points")
        if self.rows.size and self.rows.max() >= n:
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
) -> tuple[dict[tuple[Any, Any], HullDistance], Supports]:
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
    by_label = {(labels[a], labels[b]): in_frame(result, frame) for (a, b), result in found.items()}
    return by_label, supports_of(found, members)


def solve_labels(
    cloud: Cloud,
    y: Ints,
    members: Sequence[Ints],
    gap: float,
    warm_start_from: Supports | None,
    n_jobs: int | None,
    progress: Progress | None = None,
) -> dict[Pair, HullDistance]:
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
    starts = warm_start_from.local(members) if warm_start_from is not None else {}
    sets = [PointSet.of(cloud, rows) for rows in members]
    pairs = [(a, b) for a in range(len(members)) for b in range(a + 1, len(members))]
    equal = {
        (a, b): meeting_at(sets[a], sets[b], *_places(members, (a, b), rows))
        for (a, b), rows in shared_rows(cloud.given, y).items()
    }
    rest = [pair for pair in pairs if pair not in equal]
    found = equal | solve_pairs(sets, rest, gap, starts, n_jobs, progress)
    return {pair: found[pair] for pair in pairs}


def solve_pairs(
    sets: Sequence[PointSet],
    pairs: Iterable[Pair],
    gap: float,
    starts: Mapping[Pair, Support],
    n_jobs: int | None,
    progress: Progress | None = None,
) -> dict[Pair, HullDistance]:
    """Solve pairs of point sets, the largest first, so that no thread is left with a large one at the end."""
    ordered = sorted(pairs)
    largest_first = sorted(ordered, key=lambda pair: -sum(len(sets[i]) for i in pair))

    def one(pair: Pair) -> tuple[Pair, HullDistance]:
        return pair, solve(sets[pair[0]], sets[pair[1]], gap, starts.get(pair))

    found = {}
    # One thread for each product: its rounding would depend on their number.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(effective_n_jobs(n_jobs)) as pool:
        for done, (pair, result) in enumerate(pool.map(one, largest_first), start=1):
            found[pair] = result
            if progress is not None:
                progress("distances", done, len(ordered))
    return {pair: found[pair] for pair in ordered}


def supports_of(found: Mapping[Pair, HullDistance], members: Sequence[Ints]) -> Supports:
    """Gather the supports of pairs of labels, in rows of X."""
    return Supports.of(
        {
            (a, b): Support(members[a][r.rows_a], r.weights_a, members[b][r.rows_b], r.weights_b)
            for (a, b), r in found.items()
        }
    )


def _places(members: Sequence[Ints], labels: Pair, rows: Pair) -> tuple[int, ...]:
    """Return where each row stands among the sorted rows of its label."""
    return tuple(int(np.searchsorted(members[label], row)) for label, row in zip(labels, rows, strict=True))


def _joined(parts: list[NDArray[Any]], kind: type) -> NDArray[Any]:
    return np.concatenate(parts).astype(kind) if parts else np.empty(0, kind)
