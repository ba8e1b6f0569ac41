"""The results of another program, held against certificates: which of its distances can be right.

The published code wrote, for labelled points, a cluster for each (`clusters.txt`), distances of clusters
(`dis.txt`) and their means by labels (`vec.txt`). Its solver could be cut short, and then wrote 0 for
clusters that are apart. Whether a number can be right needs no trust in any solver: two points of the hulls
are an upper bound of their distance, a hyperplane between them a lower one.

Example: dis.txt says `(0-A, 2-B): 0.0000`. A hyperplane parts the two with 1.2 on either side together, so
their distance is at least 1.2, whatever was computed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbert.directprobe.arrays import Ints
from fbert.directprobe.command.reading import text_lines
from fbert.directprobe.solver.distances import HullDistances
from fbert.directprobe.solver.hull import OVERLAPPING, UNDECIDED, HullDistance
from fbert.directprobe.solver.kernel import Cloud
from fbert.directprobe.solver.many import Pair, Progress, solve_pairs
from fbert.directprobe.solver.points import PointSet, framed
from fbert.errors import InputError

GAP = 1e-4  # of our bounds, which must be closer than what is asked of a published distance
SLACK = 1e-3  # by which a published distance may be off and still be right, as ours may
PRINTED = 0.5e-4  # how far rounding to four decimals moves a number
SHOWN = 5  # rows or pairs that a line names
RIGHT, CUT_SHORT, WRONG, SMALL, UNKNOWN = "right", "zero though apart", "wrong", "left out", "undecided"


@dataclass(frozen=True)
class Distance:
    """One published distance beside its certificate.

    Attributes:
        where: file and line.
        of: the clusters or labels, as they stand there.
        published: what stands there.
        lower: what a hyperplane proves the distance to be at least.
        upper: what two points of the hulls prove it to be at most.
        verdict: `right` (to one in a thousand), `zero though apart`, `wrong`, `left out` (0 for what is too
            small to be measured), or `undecided`, where rounding leaves open whether two hulls meet.
    """

    where: str
    of: str
    published: float
    lower: float
    upper: float
    verdict: str


@dataclass(frozen=True)
class Audit:
    """What was found.

    Attributes:
        points, clusters, labels: how many there are.
        mixed: clusters with points of several labels, in words.
        meeting: pairs of clusters of different labels whose hulls meet, each with how it is proven.
        missing: pairs that are large enough to have a distance and have none.
        distances: every one that is published.
    """

    points: int
    clusters: int
    labels: int
    mixed: list[str]
    meeting: list[str]
    missing: list[str]
    distances: list[Distance]

    @property
    def faults(self) -> int:
        """Number of things that are not as they should be."""
        wrong = sum(found.verdict in (CUT_SHORT, WRONG) for found in self.distances)
        return len(self.mixed) + len(self.meeting) + len(self.missing) + wrong

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """Say it, faults by name."""
        yield f"{self.points:,} points, {self.clusters:,} clusters of {self.labels:,} labels"
        said = Counter(found.verdict for found in self.distances)
        counts = ", ".join(f"{count:,} {verdict}" for verdict, count in said.most_common())
        yield f"{len(self.distances):,} distances: {counts or 'none'}"
        for found in self.distances:
            if found.verdict in (CUT_SHORT, WRONG):
                bounds = f"at least {found.lower:.4f} and at most {found.upper:.4f}"
                yield f"{found.where}: {found.of} is {found.published:.4f}, but {bounds}: {found.verdict}"
        yield from (f"clusters.txt: {said}" for said in self.mixed)
        yield from (f"clusters.txt: {said}" for said in self.meeting)
        yield from (f"dis.txt: has no distance of {said}" for said in self.missing)


@dataclass(frozen=True)
class _Partition:
    """The published clusters: the rows and the label of each, by its number."""

    rows: Mapping[int, Ints]
    labels: Mapping[int, str]

    def named(self, pair: Pair) -> str:
        """Name two clusters as the published files do."""
        return "({}-{}, {}-{})".format(*(part for number in pair for part in (number, self.labels[number])))


def audit(
    folder: Path,
    X: NDArray[Any],
    y: NDArray[Any],
    min_cluster_size: int,
    n_jobs: int,
    progress: Progress | None = None,
) -> Audit:
    """Hold published results against the points they are of.

    Args:
        folder: with `clusters.txt`, and `dis.txt` and `vec.txt` if there are any.
        X: (n, d) points, in the order of the lines of `clusters.txt`.
        y: (n,) their labels.
        min_cluster_size: smaller clusters may have the distance 0 or none.
        n_jobs: number of threads, as in scikit-learn.
        progress: as for `DirectProbe`.

    Raises:
        InputError: a file is missing, is not of these points, or has a line that cannot be read.
    """
    points, frame, cloud = framed(X)
    partition, mixed = _partition(folder / "clusters.txt", np.asarray(y, dtype=str), len(points))
    found = _solved(cloud, partition, n_jobs, progress).in_frame(frame)
    large = {number for number, rows in partition.rows.items() if len(rows) >= min_cluster_size}
    measured = {pair for pair in found if large.issuperset(pair)}
    published = list(_published(folder / "dis.txt", partition, found))
    of_clusters = [
        _judged(where, partition.named(pair), value, [found[pair]], pair in measured)
        for pair, where, value in published
    ]
    said = {pair for pair, _, _ in published}
    meeting = {pair: result for pair, result in found.items() if result.status == OVERLAPPING}
    return Audit(
        points=len(points),
        clusters=len(partition.rows),
        labels=len(set(partition.labels.values())),
        mixed=mixed,
        meeting=[_said_of_meeting(partition.named(pair), result) for pair, result in meeting.items()],
        missing=[partition.named(pair) for pair in sorted(measured - said)] if published else [],
        distances=[*of_clusters, *_by_label(folder / "vec.txt", partition, found, measured)],
    )


def _solved(cloud: Cloud, partition: _Partition, n_jobs: int, progress: Progress | None) -> HullDistances:
    """Solve all pairs of clusters of different labels, by their numbers, in working coordinates."""
    numbers = sorted(partition.rows)
    sets = [PointSet.of(cloud, partition.rows[number]) for number in numbers]
    pairs = [
        (i, j)
        for i, j in combinations(range(len(numbers)), 2)
        if partition.labels[numbers[i]] != partition.labels[numbers[j]]
    ]
    return solve_pairs(sets, pairs, GAP, None, n_jobs, progress).named(numbers)


def _partition(path: Path, y: NDArray[np.str_], n: int) -> tuple[_Partition, list[str]]:
    """Read the clusters, and say which of them have points of several labels."""
    cluster = _integers(path)
    if not len(cluster) == len(y) == n:
        raise InputError(
            f"{path}: has {len(cluster):,} lines, but there are {n:,} points and {len(y):,} labels; are they "
            "those of the same run?"
        )
    rows = {int(number): np.flatnonzero(cluster == number) for number in np.unique(cluster)}
    labels, mixed = {}, []
    for number, members in rows.items():
        names, counts = np.unique(y[members], return_counts=True)
        labels[number] = str(names[counts.argmax()])
        others = members[y[members] != labels[number]]
        if others.size:
            mixed.append(
                f"cluster {number} has {len(members) - len(others)} points of {labels[number]} and "
                f"{len(others)} of other labels ({_named_rows(others, y)}); are points, labels and clusters "
                "in one order?"
            )
    return _Partition(rows, labels), mixed


def _named_rows(rows: Ints, y: NDArray[np.str_]) -> str:
    said = ", ".join(f"line {row + 1}: {y[row]}" for row in rows[:SHOWN])
    return f"{said}, ..." if len(rows) > SHOWN else said


def _integers(path: Path) -> Ints:
    if not path.is_file():
        raise InputError(f"{path}: no such file; an audit is of a folder into which the published code wrote")
    numbers = []
    for number, line in enumerate(text_lines(path), start=1):
        if not re.fullmatch(r"\s*\d+\s*", line):
            raise InputError(f"{path}, line {number}: '{line}' is no number of a cluster")
        numbers.append(int(line))
    return np.array(numbers, dtype=np.int64)


def _published(
    path: Path, partition: _Partition, found: Mapping[Pair, HullDistance]
) -> Iterator[tuple[Pair, str, float]]:
    """Yield the pair, place and value of each distance in `dis.txt`, if it is there."""
    for number, line in enumerate(text_lines(path) if path.is_file() else [], start=1):
        parts = re.fullmatch(r"\((\d+)-(.*), (\d+)-(.*)\): (\S+)", line.strip())
        if parts is None:
            raise InputError(f"{path}, line {number}: '{line}' is not `(I-LABEL, J-LABEL): DISTANCE`")
        a, label_a, b, label_b, value = parts.groups()
        pair = (min(int(a), int(b)), max(int(a), int(b)))
        for cluster, label in ((int(a), label_a), (int(b), label_b)):
            if partition.labels.get(cluster) != label:
                raise InputError(
                    f"{path}, line {number}: cluster {cluster} is {partition.labels.get(cluster, 'none')} in "
                    f"clusters.txt, not {label}; are the two files of one run, and the labels in its order?"
                )
        if pair not in found:
            raise InputError(f"{path}, line {number}: a distance of two clusters of one label")
        yield pair, f"dis.txt, line {number}", _number(value, path, number)


def _by_label(
    path: Path, partition: _Partition, found: Mapping[Pair, HullDistance], measured: Iterable[Pair]
) -> Iterator[Distance]:
    """Judge the means by pairs of labels in `vec.txt`, if it is there."""
    of_labels: dict[frozenset[str], list[HullDistance]] = {}
    for pair in measured:
        of_labels.setdefault(frozenset(partition.labels[number] for number in pair), []).append(found[pair])
    for number, line in enumerate(text_lines(path) if path.is_file() else [], start=1):
        names, _, value = line.strip().rpartition(",")
        one, mark, other = names.partition("---")
        if not mark:
            raise InputError(f"{path}, line {number}: '{line}' is not `LABEL---LABEL,DISTANCE`")
        results = of_labels.get(frozenset((one, other)), [])
        yield _judged(f"vec.txt, line {number}", names, _number(value, path, number), results, bool(results))


def _number(text: str, path: Path, line: int) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"{path}, line {line}: '{text}' is no distance") from error


def _judged(
    where: str, of: str, published: float, results: Sequence[HullDistance], is_measured: bool
) -> Distance:
    """Hold a number against the bounds of the distance, or of the mean of several, that it should be."""
    lower = float(np.mean([result.lower for result in results])) if results else 0.0
    upper = float(np.mean([result.upper for result in results])) if results else 0.0
    if not is_measured and published == 0:
        verdict = SMALL
    elif lower * (1 - SLACK) - PRINTED <= published <= upper * (1 + SLACK) + PRINTED:
        verdict = UNKNOWN if any(result.status == UNDECIDED for result in results) else RIGHT
    else:
        verdict = CUT_SHORT if published == 0 else WRONG
    return Distance(where, of, published, lower, upper, verdict)


def _said_of_meeting(pair: str, result: HullDistance) -> str:
    weights = len(result.rows_a), len(result.rows_b)
    return (
        f"the hulls of {pair} meet: one place is a mean of {weights[0]} points of the first and of "
        f"{weights[1]} of the second (but for {result.residual:.0e} of their extent)"
    )
