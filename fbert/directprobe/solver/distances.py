"""The distances of many pairs of hulls, as arrays: a `HullDistance` is made when it is asked for.

A study has tens of thousands of pairs, and most of what is asked of them is a column: the statuses, the lower
bounds. An object for each would cost as much as the small programs behind them.

Example: of three sets the pairs are (0, 1), (0, 2) and (1, 2). `found.lower` has their three lower bounds,
`found[0, 2]` is the `HullDistance` of the second pair; of `found.named(["noun", "verb", "adverb"])` it is
`["noun", "adverb"]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fbert.directprobe.arrays import Floats, Ints
from fbert.directprobe.solver.hull import HullDistance
from fbert.directprobe.solver.kernel import Carried
from fbert.directprobe.solver.points import Frame
from fbert.directprobe.solver.support import support_of


@dataclass(frozen=True, eq=False)
class HullDistances(Mapping[tuple[Any, Any], HullDistance]):
    """The distances of p pairs of hulls with their proofs, in order; a mapping from pairs of names.

    Attributes:
        names: what the sets are called.
        pairs: (p, 2) places among the names.
        status, lower, upper, offset, residual: (p,) as in `HullDistance`.
        normals, points_a, points_b: (p, d) likewise.
        carried: the support of each.
    """

    names: Sequence[Any]
    pairs: Ints
    status: NDArray[np.str_]
    lower: Floats
    upper: Floats
    offset: Floats
    residual: Floats
    normals: Floats
    points_a: Floats
    points_b: Floats
    carried: Carried

    def __getitem__(self, names: tuple[Any, Any]) -> HullDistance:
        """Return the distance of two sets."""
        i = self._place[names]
        support = support_of(self.carried, i)
        return HullDistance(
            str(self.status[i]),
            lower=float(self.lower[i]),
            upper=float(self.upper[i]),
            normal=self.normals[i],
            offset=float(self.offset[i]),
            rows_a=support.rows_a,
            weights_a=support.weights_a,
            rows_b=support.rows_b,
            weights_b=support.weights_b,
            point_a=self.points_a[i],
            point_b=self.points_b[i],
            residual=float(self.residual[i]),
        )

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        """Yield the pairs of names, in order."""
        return iter(self._place)

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.pairs)

    @cached_property
    def _place(self) -> dict[tuple[Any, Any], int]:
        return {(self.names[a], self.names[b]): i for i, (a, b) in enumerate(self.pairs.tolist())}

    def named(self, names: Sequence[Any]) -> Self:
        """Return the same under other names of the sets."""
        return replace(self, names=names)

    def in_frame(self, frame: Frame) -> Self:
        """Return distances given in working coordinates in those of the user."""
        return replace(
            self,
            lower=self.lower * frame.unit,
            upper=self.upper * frame.unit,
            # Not by BLAS, whose rounding would depend on the number of its threads.
            offset=np.einsum("ij,j->i", self.normals, frame.centre) + self.offset * frame.unit,
            points_a=frame.outside(self.points_a),
            points_b=frame.outside(self.points_b),
        )
