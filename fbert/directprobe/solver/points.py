"""Point sets in coordinates that lose nothing: near the origin, scaled by a power of two, in float64.

Points in single precision stay as they came: their working coordinates are made when they are read
(`kernel.Cloud`), since a copy of them all in float64 would take twice the memory of the input. The exception
is a set far from the origin, where products with points as they came would lose digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.linalg.blas import dsyrk
from scipy.linalg.lapack import dpotrf
from threadpoolctl import threadpool_limits

from fbert.directprobe.arrays import Floats, Ints
from fbert.directprobe.solver.kernel import (
    Cloud,
    Sets,
    cloud_of,
    farthest,
    mean_and_longest,
    write_points,
    write_scores,
)
from fbert.errors import InputError

MANTISSA = 24  # bits kept of a centre, so that subtracting it from float16 and float32 data is exact
FLAT = 8  # units of the last place that rounding may move a vector by, through the arithmetic that made it
BLOCK = 1024  # rows looked at together, so that no second copy of the points is made
FAR = 16  # sets this many times further from the origin than they are large are moved to it
OFF = 4  # the same for all points, in single precision: beyond, most pairs of labels would be moved each
FEW = 4  # rows a dimension that mostly tell already that no direction is flat


@dataclass(frozen=True)
class Frame:
    """Where the working coordinates sit: x = centre + z * unit, with unit a power of two.

    Attributes:
        centre: (d,) near the mean of the points.
        unit: their size.
        flat: (r, d) orthogonal unit vectors along which the points differ by no more than the precision in
            which they were given.
        width: how far along one of these, in working coordinates.
    """

    centre: Floats
    unit: float
    flat: Floats
    width: float

    @classmethod
    def around(cls, X: Floats, precision: float = 0.0) -> Frame:
        """Choose the frame in which X (n, d) has its mean near the origin and coordinates of at most one.

        A last normalisation leaves an encoder's vectors in a plane, of d - 1 dimensions, but for rounding.
        Along the plane's normal they differ by some units of the last place, and where the hulls of two
        labels meet in the plane, these digits would part them, or leave the verdict undecided. So a direction
        along which no point is further from the others than that is none (docs/method.md, DirectProbe).

        Args:
            X: the points.
            precision: relative spacing of the numbers in which they were given; 0 to take each at its word.
        """
        rough = _power_of_two(_largest(X))
        total = sum((block * np.float64(1.0 / rough)).sum(axis=0) for block in _blocks(X))
        centre = _rounded(total / len(X)) * rough
        unit = _power_of_two(max(_largest(block - centre) for block in _blocks(X)))
        frame = cls(centre, unit, np.empty((0, X.shape[1])), 0.0)
        if precision == 0 or len(X) <= X.shape[1]:  # so few points have directions to spare
            return frame
        width = FLAT * precision * _reach(X) / unit
        return replace(frame, flat=_flat(X, frame, width), width=width)

    def flattened(self, X: Floats) -> Floats:
        """Return X in working coordinates, without what is rounding alone; points further off stay off."""
        Z = self.inside(X)
        for direction in self.flat:
            off = np.einsum("ij,j->i", Z, direction)
            Z -= np.where(np.abs(off) <= 2 * self.width, off, 0.0)[:, None] * direction
        Z += 0.0  # as in `inside`
        return Z

    def inside(self, X: Floats) -> Floats:
        """Return X in working coordinates; adding zero makes 0.0 of -0.0: equal rows, equal bytes."""
        return (X - self.centre) / self.unit + 0.0

    def outside(self, Z: Floats) -> Floats:
        """Return working coordinates Z in those of the user."""
        return self.centre + Z * self.unit


@dataclass(frozen=True)
class PointSet:
    """Points of one label or cluster, with the numbers a solver wants to know beforehand.

    Attributes:
        cloud: the points that they are some of.
        rows: (k,) which.
        mean: (d,) their mean, in working coordinates.
        reach: what bounds the rounding of their products: the largest norm of a point as it came, and that
            of the centre, in units of the working coordinates.
    """

    cloud: Cloud
    rows: Ints
    mean: Floats
    reach: float

    @classmethod
    def of(cls, cloud: Cloud, rows: Ints) -> PointSet:
        """Gather what there is to know about some rows of a cloud."""
        mean, longest = mean_and_longest(cloud, rows)
        mean = (mean - cloud.centre) / cloud.unit
        mean -= cloud.flat.T @ (cloud.flat @ mean)
        return cls(cloud, rows, mean, reach_of(cloud, longest))

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take back what was pickled, in arrays that can be written, whatever file they were read from."""
        vars(self).update(state | {name: np.array(state[name]) for name in ("rows", "mean")})

    @classmethod
    def whole(cls, points: Floats) -> PointSet:
        """Take all of some (n, d) points, which are in working coordinates."""
        return cls.of(as_given(points), np.arange(len(points)))

    @cached_property
    def radius(self) -> float:
        """Largest distance of a point from the mean."""
        return farthest(self.cloud, self.rows, self.mean)

    @property
    def size(self) -> float:
        """A distance from the origin that no point exceeds, by little."""
        return float(np.linalg.norm(self.mean)) + self.radius

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.rows)

    def scores(self, w: Floats) -> Floats:
        """Return (k,) products of the points with w (d,)."""
        out = np.empty(len(self.rows))
        write_scores(self.cloud, self.rows, w, out)
        return out

    def at(self, places: Ints) -> Floats:
        """Return (m, d) working coordinates of the points at some places."""
        return points_of(self.cloud, self.rows[places])


def sets_of(sets: Sequence[PointSet]) -> Sets:
    """Return sets of points of one cloud, for the compiled method."""
    begin = np.cumsum([0, *map(len, sets)])
    rows = np.concatenate([one.rows for one in sets])
    return Sets(sets[0].cloud, rows, begin, np.stack([one.mean for one in sets]))


def reach_of(cloud: Cloud, longest: float) -> float:
    """Return the reach of points (`PointSet`) of which the longest, as it came, has this norm."""
    return (longest + float(np.linalg.norm(cloud.centre))) / cloud.unit


def lengths_of(X: Floats) -> Floats:
    """Return (n,) norms of points, as they came."""
    squares = [np.einsum("ij,ij->i", block, block, dtype=np.float64) for block in _blocks(X)]
    lengths: Floats = np.sqrt(np.concatenate(squares))
    return lengths


def as_given(points: Floats) -> Cloud:
    """Return (n, d) points whose working coordinates are what is given."""
    d = points.shape[1]
    return cloud_of(points, np.zeros(d), 1.0, np.empty((0, d)))


def points_of(cloud: Cloud, rows: Ints) -> Floats:
    """Return (m, d) working coordinates of some rows."""
    out = np.empty((len(rows), len(cloud.centre)))
    write_points(cloud, rows, out)
    return out


def framed(X: Any) -> tuple[Floats, Frame, Cloud]:
    """Return points as `checked` does, the frame around them, and the cloud in which they are read.

    Points in less than double precision are not copied, unless they are far from the origin.

    Raises:
        InputError: as for `checked`.
    """
    points = np.ascontiguousarray(checked(X))
    with threadpool_limits(1, "blas"):  # of more, the rounding would depend on their number
        frame = Frame.around(points, precision_of(X))
        narrow = points.dtype == np.float32
        if narrow and _reach(points) <= OFF * max(_reach(block - frame.centre) for block in _blocks(points)):
            return points, frame, cloud_of(points, frame.centre, frame.unit, frame.flat)
        return points, frame, as_given(frame.flattened(points))


def mean_of(X: Floats, rows: Ints) -> Floats:
    """Return (d,) the mean of some rows of X, summed up in float64."""
    total = sum(X[part].sum(axis=0, dtype=np.float64) for part in _blocks(rows))
    mean: Floats = total / len(rows)
    return mean


def precision_of(X: Any) -> float:
    """Return the relative spacing of the numbers of an array; 0 for float64, integers, and what is no array.

    Numbers in double precision are taken at their word, vectors in less are what is left of a computation.
    """
    dtype = getattr(X, "dtype", None)
    narrow = isinstance(dtype, np.dtype) and dtype.kind == "f" and dtype.itemsize < np.dtype(float).itemsize
    return float(np.finfo(dtype).eps) if narrow else 0.0


def checked(X: Any, name: str = "X") -> Floats:
    """Return X as a matrix, float32 if it came in that or less and else float64, or say what is wrong.

    Raises:
        InputError: X is not a matrix of real numbers, is sparse, is empty, or holds NaN or infinite values
            (the row is named).
    """
    if scipy.sparse.issparse(X):
        raise InputError(f"{name} is a sparse matrix, and sparse input is not supported: pass X.toarray()")
    try:
        X = np.asarray(X)
        complex_numbers = np.iscomplexobj(X)
        X = X.real.astype(np.float32 if precision_of(X) else np.float64, copy=False)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be a matrix of numbers: {error}") from error
    if complex_numbers:
        raise InputError(f"Complex data not supported: {name} must be a matrix of real numbers")
    if X.ndim != 2:
        raise InputError(
            f"{name} must have two dimensions (points, coordinates), got shape {X.shape}. Reshape your data: "
            f"{name}.reshape(1, -1) is one point"
        )
    for size, what, missing in zip(X.shape, ("sample", "feature"), ("points", "coordinates"), strict=True):
        if size == 0:
            found = f"0 {what}(s) (shape={X.shape}) while a minimum of 1 is required."
            raise InputError(f"{name} holds no {missing}: {found}")
    finite = [np.isfinite(block).all(axis=1) for block in _blocks(X)]
    bad = np.flatnonzero(~np.concatenate(finite))
    if bad.size:
        raise InputError(f"{name} has NaN or infinite values in {_some(bad)}")
    points: Floats = X
    return points


def checked_gap(gap: float) -> float:
    """Return the gap, or say what it may be.

    Raises:
        InputError: it is not between 0 and 1, nor infinite.
    """
    if not 0 < gap < 1 and gap != np.inf:
        raise InputError(f"gap is a share between 0 and 1 (infinite for verdicts alone), not {gap}")
    return gap


def checked_labels(y: Any, n: int) -> tuple[NDArray[Any], Ints]:
    """Return the sorted labels and, for each of n points, the index of its label.

    Raises:
        InputError: y is not a vector of n labels, or a label is missing (NaN or None; the row is named).
        ValueError: y holds measurements (fractions), not labels.
    """
    # Here, so that distances of points without labels need neither: together they take a second to import.
    import pandas as pd
    from sklearn.utils import column_or_1d
    from sklearn.utils.multiclass import check_classification_targets

    if y is None:
        raise InputError("DirectProbe requires y to be passed, but the target y is None: it needs labels")
    labels = np.asarray(y)
    if labels.shape == (n, 1):
        labels = column_or_1d(labels, warn=True)
    if labels.ndim != 1 or len(labels) != n:
        raise InputError(f"y must hold one label for each of the {n} points of X, got shape {labels.shape}")
    missing = np.flatnonzero(pd.isna(labels))
    if missing.size:
        raise InputError(f"y has no label in {_some(missing)}")
    if labels.dtype.kind == "f" and (infinite := np.flatnonzero(np.isinf(labels))).size:
        raise InputError(f"Input y contains infinity, which is no label, in {_some(infinite)}")
    check_classification_targets(labels)
    return np.unique(labels, return_inverse=True)


def _flat(X: Floats, frame: Frame, width: float) -> Floats:
    """Return (r, d) directions along which no point of X is further than `width` from the mean.

    Candidates are principal axes; those far narrower than the others are known well enough, though their
    matrix of products squares the ratio. Each is looked at on the points themselves. That every axis is
    longer is known sooner than the axes, and mostly from some of the points: what is flat is flat for them.
    """
    d = X.shape[1]
    nothing = np.empty((0, d))
    some = X[:: max(1, len(X) // (FEW * d))]
    products = _products(some, frame)
    products.flat[:: d + 1] -= 4 * len(some) * width**2
    fault = dpotrf(products, lower=True, overwrite_a=True, clean=False)[1]
    if fault == 0:  # a Cholesky factor: what was taken from every axis left it positive
        return nothing
    largest = 4 * len(X) * width**2
    narrow = eigh(_products(X, frame), subset_by_value=(-np.inf, largest), overwrite_a=True)[1].T
    if not len(narrow) or len(narrow) == d:  # all of them: a single place, which is left as it is
        return nothing
    along = np.concatenate([frame.inside(block) @ narrow.T for block in _blocks(X)])
    flat: Floats = narrow[np.abs(along - along.mean(axis=0)).max(axis=0) <= width]
    return flat


def _products(X: Floats, frame: Frame) -> Floats:
    """Return the lower triangle of the (d, d) products of coordinates, summed over the points in a frame."""
    total = np.zeros((X.shape[1], X.shape[1]), order="F")
    for block in _blocks(X):
        dsyrk(1.0, frame.inside(block).T, beta=1.0, c=total, lower=True, overwrite_c=True)
    return total


def _blocks(X: NDArray[Any]) -> Iterator[NDArray[Any]]:
    return (X[start : start + BLOCK] for start in range(0, len(X), BLOCK))


def _largest(X: Floats) -> float:
    """Return the largest absolute value."""
    return max(float(X.max()), -float(X.min()))


def _reach(X: Floats) -> float:
    """Return the largest norm of a row."""
    return float(lengths_of(X).max())


def _some(rows: Sequence[int] | Ints) -> str:
    """Name the first few rows of many."""
    shown = ", ".join(str(int(i)) for i in rows[:5])
    return (
        f"row {shown}" if len(rows) == 1 else f"{len(rows)} rows: {shown}{', ...' if len(rows) > 5 else ''}"
    )


def _power_of_two(size: float) -> float:
    """Return the least power of two that is at least `size` (one for zero)."""
    return float(np.ldexp(1.0, int(np.ceil(np.log2(size))))) if size > 0 else 1.0


def _rounded(values: Floats) -> Floats:
    """Round to MANTISSA bits."""
    fraction, exponent = np.frexp(values)
    rounded: Floats = np.ldexp(np.round(np.ldexp(fraction, MANTISSA)), exponent - MANTISSA)
    return rounded
