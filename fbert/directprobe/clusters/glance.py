"""Distances bounded from below by a few coordinates, which rules most neighbours and most conflicts out.

The projections of two points on orthonormal directions are no further apart than the points. Along the
directions in which points differ most, a few coordinates are enough to see that most of them are far away,
and reading 16 numbers of 4 bytes takes a fiftieth of reading 384 of 8. What they do not rule out is measured
in full, so that what is found does not depend on the directions, which only have to be good ones.

Example: of (0, 0), (9, 1) and (1, 1), which is nearest to (2, 0)? By the first coordinate alone, (1, 1) may
be as near as 1; it is at the squared distance 2. The first coordinate of the others puts them at 4 and 49 at
least: neither is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fbert.directprobe.arrays import Flags, Floats, Ints
from fbert.directprobe.solver.kernel import compiled
from fbert.directprobe.solver.points import PointSet

TIE = 1e-12  # squared distances that differ by less than this, relatively, are equal
SAME = 1e-28  # a squared distance below this (coordinates are about one) is none
BLOCK = 32  # coordinates summed up between two looks at whether a distance can still be small enough
SOME = 4096  # points, or up to twice as many, that the directions are chosen by
DIRECTIONS, FIRST = 128, 16  # directions, and how many of them are looked at first
ROUNDED = 1e-5  # relative, far above what single precision makes of a sum of squares
DISTANT = 1e-9  # relative, far above what double precision makes of a distance or a radius

Singles = NDArray[np.float32]


class Projections(NamedTuple):
    """Where points lie along the directions of a `Glance`: what is read together lies together.

    Attributes:
        first: (m, 16) along those in which points differ most.
        rest: (m, 112) along the others.
    """

    first: Singles
    rest: Singles


@dataclass(frozen=True)
class Glance:
    """Where points differ most.

    Attributes:
        directions: (d, 128) orthonormal, or zero where there are fewer.
        slack: what rounding to single precision adds to a distance of projections, at most.
    """

    directions: Floats
    slack: float

    @classmethod
    def over(cls, points: PointSet) -> Glance:
        """Choose the directions for some points.

        One step of the power method from a few random vectors, on some of the points: near enough to the
        principal axes, and a thousandth of the work where there are many points and coordinates.
        """
        some = points.at(np.arange(0, len(points), max(1, len(points) // SOME)))
        n, d = some.shape
        centred = some - some.mean(axis=0)
        start = np.random.default_rng(0).normal(size=(d, min(DIRECTIONS, d, n)))
        along = np.linalg.qr(centred.T @ (centred @ start))[0]
        axes = np.linalg.eigh((projected := centred @ along).T @ projected)[1][:, ::-1]
        directions = np.zeros((d, DIRECTIONS))
        directions[:, : along.shape[1]] = along @ axes
        rounded = float(2 * DIRECTIONS * np.finfo(np.float32).eps)
        return cls(directions, rounded * points.reach)

    def of(self, points: Floats) -> Projections:
        """Return the projections of (m, d) points."""
        found = (points @ self.directions).astype(np.float32)
        return Projections(found[:, :FIRST].copy(), found[:, FIRST:].copy())


@compiled
def _first(near: Projections, one: int, mine: Projections, at: int) -> Any:
    """Return the squared distance along the first few directions."""
    total = np.float32(0.0)
    for j in range(FIRST):
        difference = near.first[one, j] - mine.first[at, j]
        total += difference * difference
    return total


@compiled
def _rest(near: Projections, one: int, mine: Projections, at: int) -> Any:
    """Return the squared distance along the others."""
    total = np.float32(0.0)
    for j in range(DIRECTIONS - FIRST):
        difference = near.rest[one, j] - mine.rest[at, j]
        total += difference * difference
    return total


@compiled
def _squared(centres: Floats, one: int, centre: Floats, limit: float) -> float:
    """Return the squared distance, or something above the limit as soon as it is known to be."""
    total, start = 0.0, 0
    while start < centre.shape[0] and total < limit:
        stop = min(start + BLOCK, centre.shape[0])
        for j in range(start, stop):
            difference = centres[one, j] - centre[j]
            total += difference * difference
        start = stop
    return 0.0 if total < SAME else total


@compiled
def _cut(squared: float, slack: float) -> Any:
    """Return what the squared distance of projections is at most if that of the points is `squared`."""
    return (np.sqrt(squared) + slack) ** 2 * (1.0 + ROUNDED)


@compiled
def nearest_among(
    centres: Floats,
    near: Projections,
    candidates: Ints,
    centre: Floats,
    mine: Projections,
    at: int,
    barred: Flags,
    slack: float,
    bounds: Floats,
) -> tuple[int, float]:
    """Find the nearest of some centres: the first of equally near ones.

    The one that may be nearest, by the first projections and what is known, gives a distance; none that is
    further by its projections needs to be measured.

    Args:
        centres: (m, d) all centres.
        near: their projections.
        candidates: which of them to look at.
        centre: (d,) nearest to what.
        mine: its projections are among these,
        at: here.
        barred: (m,) candidates that are none.
        slack: as in `Glance`.
        bounds: (m,) lower bounds of the distances, 0 where nothing is known; better ones are written here.
            Or none, of length 0, and then nothing is kept.

    Returns:
        The candidate and its squared distance; -1 and infinity if there is none.
    """
    at_least = np.empty(candidates.shape[0], np.float32)
    least, nearest, known = np.inf, -1, bounds.shape[0] > 0
    for t, c in enumerate(candidates):
        at_least[t] = np.inf if barred[c] else _first(near, c, mine, at)
        if known:
            at_least[t] = max(at_least[t], bounds[c] * bounds[c])
        if at_least[t] < least:
            least, nearest = at_least[t], c
    if nearest < 0:
        return -1, np.inf
    cut = _cut(_squared(centres, nearest, centre, np.inf), slack)
    least = np.inf
    for t, c in enumerate(candidates):
        if at_least[t] <= cut:
            # What is known may be above what the first directions say, and never is above the distance.
            at_least[t] = max(at_least[t], _first(near, c, mine, at) + _rest(near, c, mine, at))
            if at_least[t] < least:
                least, nearest = at_least[t], c
    cut = min(cut, _cut(_squared(centres, nearest, centre, np.inf), slack))
    best, found = np.inf, -1
    for t, c in enumerate(candidates):
        if at_least[t] > cut:
            continue
        limit = best * (1.0 - TIE)
        total = _squared(centres, c, centre, limit)
        if known:
            bounds[c] = max(bounds[c], np.sqrt(total) * (1.0 - DISTANT))
        if total < limit:
            best, found = total, c
            cut = min(cut, _cut(best, slack))
    return found, best


@compiled
def neighbours_before(
    centres: Floats, near: Projections, n: int, barred: Flags, slack: float, neighbour: Ints, distance: Floats
) -> None:
    """Write for each of the first n centres the nearest of those before it, and its squared distance."""
    everyone, nothing = np.arange(n), np.empty(0)
    for i in range(n):
        if not barred[i]:
            neighbour[i], distance[i] = nearest_among(
                centres, near, everyone[:i], centres[i], near, i, barred, slack, nothing
            )


@compiled
def balls_reached(
    centres: Floats,
    near: Projections,
    radii: Floats,
    candidates: Ints,
    centre: Floats,
    mine: Projections,
    at: int,
    radius: float,
    slack: float,
) -> Flags:
    """Return (k,) which candidates' balls come as near as `radius` to a centre.

    Two hulls whose balls are apart do not meet, and this costs no product.

    Args:
        centres: (m, d) all centres.
        near: their projections.
        radii: (m,) of the balls that hold the clusters, around the centres.
        candidates: (k,) which of them to look at.
        centre: (d,) what they are to reach.
        mine: its projections are among these,
        at: here.
        radius: of the ball there, rounding added.
        slack: as in `Glance`.
    """
    reached = np.empty(candidates.shape[0], np.bool_)
    for t, c in enumerate(candidates):
        squared = ((radius + radii[c]) * (1.0 + DISTANT)) ** 2
        cut = _cut(squared, slack)
        total = _first(near, c, mine, at)
        within = total <= cut and total + _rest(near, c, mine, at) <= cut
        reached[t] = within and _squared(centres, c, centre, squared + SAME) <= squared + SAME
    return reached
