"""Point sets in coordinates that lose nothing: near the origin, scaled by a power of two, in float64."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from fbert.directprobe.arrays import Floats, Ints
from fbert.errors import InputError

MANTISSA = 24  # bits kept of a centre, so that subtracting it from float16 and float32 data is exact
FLAT = 8  # units of the last place that rounding may move a vector by, through the arithmetic that made it
BLOCK = 256  # rows looked at together, so that no second copy of the points is made


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
        rough = _power_of_two(np.abs(X).max())
        centre = _rounded(np.mean(X * (1.0 / rough), axis=0)) * rough
        unit = _power_of_two(np.abs(X - centre).max())
        frame = cls(centre, unit, np.empty((0, X.shape[1])), 0.0)
        if precision == 0 or len(X) <= X.shape[1]:  # so few points have directions to spare
            return frame
        reach = float(np.sqrt(np.einsum("ij,ij->i", X, X).max()))
        width = FLAT * precision * reach / unit
        return replace(frame, flat=_flat(frame.inside(X), width), width=width)

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
        points: (n, d) working coordinates, contiguous float64.
        mean: (d,) their mean.
        radius: largest distance of a point from the mean.
        reach: largest distance of a point from the origin.
    """

    points: Floats
    mean: Floats
    radius: float
    reach: float

    @classmethod
    def of(cls, points: Floats) -> PointSet:
        """Gather what there is to know about (n, d) points."""
        points = np.ascontiguousarray(points)
        mean = points.mean(axis=0)
        squares = np.einsum("ij,ij->i", points, points)
        return cls(points, mean, _radius(points, mean), float(np.sqrt(squares.max())))


def framed(X: Any) -> tuple[Floats, Frame]:
    """Return points as `checked` does, and the frame around them for the precision in which they came.

    Raises:
        InputError: as for `checked`.
    """
    points = checked(X)
    return points, Frame.around(points, precision_of(X))


def precision_of(X: Any) -> float:
    """Return the relative spacing of the numbers of an array; 0 for float64, integers, and what is no array.

    Numbers in double precision are taken at their word, vectors in less are what is left of a computation.
    """
    dtype = getattr(X, "dtype", None)
    narrow = isinstance(dtype, np.dtype) and dtype.kind == "f" and dtype.itemsize < np.dtype(float).itemsize
    return float(np.finfo(dtype).eps) if narrow else 0.0


def checked(X: Any, name: str = "X") -> Floats:
    """Return X as a float64 matrix, or say what is wrong with it.

    Raises:
        InputError: X is not a matrix of real numbers, is sparse, is empty, or holds NaN or infinite values
            (the row is named).
    """
    if scipy.sparse.issparse(X):
        raise InputError(f"{name} is a sparse matrix, and sparse input is not supported: pass X.toarray()")
    try:
        X = np.asarray(X)
        complex_numbers = np.iscomplexobj(X)
        X = X.real.astype(np.float64, copy=False)
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
    bad = np.flatnonzero(~np.isfinite(X).all(axis=1))
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


def _flat(Z: Floats, width: float) -> Floats:
    """Return (r, d) directions along which no point of Z is further than `width` from the mean.

    Candidates are principal axes; those far narrower than the others are known well enough, though their
    matrix of products squares the ratio. Each is looked at on the points themselves.
    """
    products, least = Z.T @ Z, 4 * len(Z) * width**2
    try:
        np.linalg.cholesky(products - least * np.eye(len(products)))
        return np.empty((0, Z.shape[1]))  # every axis is longer, and this is known sooner than the axes
    except np.linalg.LinAlgError:
        squares, axes = np.linalg.eigh(products)
    narrow = axes[:, squares <= least].T
    if not len(narrow) or len(narrow) == Z.shape[1]:  # all of them: a single place, which is left as it is
        return np.empty((0, Z.shape[1]))
    along = Z @ narrow.T
    flat: Floats = narrow[np.abs(along - along.mean(axis=0)).max(axis=0) <= width]
    return flat


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


def _radius(points: Floats, mean: Floats) -> float:
    """Return the largest distance from the mean."""
    largest = 0.0
    for start in range(0, len(points), BLOCK):
        away = points[start : start + BLOCK] - mean
        largest = max(largest, float(np.einsum("ij,ij->i", away, away).max()))
    return float(np.sqrt(largest))
