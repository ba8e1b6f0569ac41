"""The clusters of DirectProbe: many merges at a time are tried, and those before the first conflict are kept.

Which merge comes next depends on centres and refusals alone, never on a test. So merges can be made ahead,
untested, as they would follow if none were refused. State t is what there is when the clusters with numbers
below t have been made; it is in conflict if two hulls of different labels meet in it. A merge replaces two
clusters by one whose hull holds both, so hulls only grow: a state without conflict vouches for all before
it, one with a conflict spoils all after it. There is thus one first state in conflict, and bisection finds
it. The merge that led to it is the one that testing merge after merge (docs/method.md, DirectProbe) would
have refused, having accepted all before it. Those are kept, it is refused, and what came after it is taken
back, since it stood on it.

A conflict comes with a proof, a few points of either cluster whose hulls meet, and it has been there ever
since these points were together. Bisection goes on from there, mostly far below where the conflict was
found.

Example, on a line: a at 0, 1, 4, 5.5 and 9.5 (rows 0 to 4) and b at 7 (row 5). Closest centres first, the
merges ahead are 6 = {0, 1}, 7 = {4, 5.5}, 8 = both, and 9 = all of a. State 10, with all of them, is in
conflict: b lies between 5.5 and 9.5, which came together in cluster 9. State 8 has no conflict, and neither
has state 9, so the merge to cluster 9 is refused. Nothing is left to merge: {0, 1, 4, 5.5} and {9.5} are
the clusters of a.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fbert.directprobe.arrays import Flags, Ints
from fbert.directprobe.clusters.conflicts import REMEMBERED, Cluster, Conflict, Referee
from fbert.directprobe.clusters.glance import TIE, Glance
from fbert.directprobe.clusters.linkage import Linkage, Merge
from fbert.directprobe.clusters.planes import Planes
from fbert.directprobe.solver.kernel import Cloud
from fbert.directprobe.solver.many import Progress
from fbert.directprobe.solver.points import PointSet

FEWEST, MOST = (
    8,
    64,
)  # planes kept between two labels: fewer the more labels, to take about what the points do
FIRST_WINDOW = 256  # merges made ahead at first: twice as many where all were kept, else as many as were


class Merger:
    """Runs the merging of all labels together."""

    def __init__(self, cloud: Cloud, y: Ints, rows: Ints, frozen: Flags, referee: Referee) -> None:
        """Start with every point a cluster.

        Args:
            cloud: the (n, d) points.
            y: (n,) label indices.
            rows: the points to cluster.
            frozen: (n,) points equal to one of another label: they can never merge, only stand in the way.
            referee: decides about conflicts.
        """
        self.referee = referee
        self.next_number = len(y)
        glance = Glance.over(PointSet.of(cloud, rows))
        of_label = {int(label): rows[y[rows] == label] for label in np.unique(y[rows])}
        self.linkages = {
            label: Linkage(PointSet.of(cloud, members), members, frozen[members], glance)
            for label, members in of_label.items()
        }
        self.clusters = {
            row: Cluster.of_point(row, label, centre)
            for label, members in of_label.items()
            for row, centre in zip(members.tolist(), self.linkages[label].centres, strict=False)
        }
        others = max(1, len(self.linkages) - 1)
        room = int(np.clip(len(cloud.centre) // (2 * others), FEWEST, MOST))
        self.planes = {
            (a, b): Planes(one, other, referee.error, room)
            for a, one in self.linkages.items()
            for b, other in self.linkages.items()
            if a < b and not referee.apart[a, b]
        }
        self._heads = {label: linkage.closest() for label, linkage in self.linkages.items()}
        self._tried: list[tuple[int, Merge]] = []

    def run(self, progress: Progress | None) -> list[Ints]:
        """Merge until no pair is left; return the rows of each cluster."""
        window, at_most = FIRST_WINDOW, len(self.clusters)
        while True:
            ahead = self._try(window)
            if not ahead:
                return [cluster.rows for cluster in self.clusters.values()]
            kept = self._keep_clean()
            if progress is not None:
                progress("merges", at_most - len(self.clusters), at_most)
            window = 2 * window if kept == ahead else max(1, kept)

    def _try(self, window: int) -> int:
        """Merge up to `window` times without a test; return how often."""
        self._tried = []
        while len(self._tried) < window and (chosen := self._next()) is not None:
            label, merge = chosen
            number = self.next_number
            self.next_number += 1
            linkage = self.linkages[label]
            linkage.merge(merge, number)
            one, other, mean = self.clusters[merge.low], self.clusters[merge.high], linkage.latest
            self.clusters[number] = Cluster.of_two(number, one, other, mean)
            self._heads[label] = linkage.closest()
            self._tried.append((label, merge))
        return len(self._tried)

    def _next(self) -> tuple[int, Merge] | None:
        """Return the closest pair of all labels, the lowest numbers among those equally close."""
        heads = [(label, merge) for label, merge in self._heads.items() if merge is not None]
        if not heads:
            return None
        least = min(merge.distance for _, merge in heads)
        tied = [head for head in heads if head[1].distance <= least * (1 + TIE)]
        return min(tied, key=lambda head: (head[1].low, head[1].high))

    def _keep_clean(self) -> int:
        """Take merges back to before the first conflict, refuse the one at fault; return how many stay."""
        first = self.next_number - len(self._tried)
        replaced = {n: first + k for k, (_, merge) in enumerate(self._tried) for n in (merge.low, merge.high)}
        clean = self._last_clean(first)
        self.referee.forget_from(clean)
        blamed: tuple[int, Merge] | None = None
        while self.next_number > clean:
            blamed = self._take_back()
        for number, by in replaced.items():
            if by < clean:
                del self.clusters[number]
        if blamed is not None:
            label, merge = blamed
            self.linkages[label].refuse(merge)
            self._heads[label] = self.linkages[label].closest()
        return clean - first

    def _last_clean(self, first: int) -> int:
        """Return the last state without a conflict, by bisection, given that state `first` has none."""
        clean, ahead = first, self.next_number
        guilty = ahead  # the first cluster known to bring a conflict; none yet
        while clean < guilty:
            conflict = self._conflict(clean, ahead)
            if conflict is None:
                clean = ahead
            else:
                guilty = self._since(conflict, first)
            ahead = (clean + guilty + 1) // 2
        return clean

    def _conflict(self, clean: int, ahead: int) -> Conflict | None:
        """Return a conflict of state `ahead`, given that state `clean` has none."""
        return next(self._conflicts(clean, ahead), None)

    def _conflicts(self, clean: int, ahead: int) -> Iterator[Conflict]:
        """Yield the conflicts of clusters made since state `clean` with those of state `ahead`, each once.

        The latest come first, being the likeliest at fault.
        """
        present = {label: linkage.present(ahead) for label, linkage in self.linkages.items()}
        made = {label: self.linkages[label].numbers[places] for label, places in present.items()}
        changed = sorted(
            (
                (int(made[label][at]), label, int(places[at]))
                for label, places in present.items()
                for at in np.flatnonzero(made[label] >= clean)
            ),
            reverse=True,
        )
        for number, label, place in changed:
            for other, places in present.items():
                if other == label or self.referee.apart[label, other]:
                    continue
                earlier = places[made[other] < number]
                yield from self._against(self.clusters[number], place, other, earlier)

    def _against(self, cluster: Cluster, place: int, other: int, candidates: Ints) -> Iterator[Conflict]:
        """Yield the conflicts of a cluster with some of another label's.

        Balls and the planes that are kept part it from most. Of what is left the large ones come first, each
        alone: their proof can start from an earlier one, and its plane parts the cluster from most others.
        """
        label, linkage, referee = cluster.label, self.linkages[other], self.referee
        planes = self.planes[min(label, other), max(label, other)]
        left = linkage.reached(self.linkages[label], place, candidates, referee.error)
        left = planes.unparted(label < other, place, left)
        while len(left) > 1 and linkage.sizes[left].max() >= REMEMBERED:
            largest = int(linkage.sizes[left].argmax())
            yield from referee.against(cluster, [self.clusters[int(linkage.numbers[left[largest]])]], planes)
            left = planes.unparted(label < other, place, np.delete(left, largest))
        yield from referee.against(
            cluster, [self.clusters[n] for n in linkage.numbers[left].tolist()], planes
        )

    def _take_back(self) -> tuple[int, Merge]:
        """Undo the last merge."""
        label, merge = self._tried.pop()
        self.linkages[label].undo()
        self._heads[label] = merge
        self.next_number -= 1
        del self.clusters[self.next_number]
        return label, merge

    def _since(self, conflict: Conflict, first: int) -> int:
        """Return the number of the cluster whose creation brought the points of a conflict together."""
        return max(
            self._union(conflict.one, conflict.rows_one, first),
            self._union(conflict.other, conflict.rows_other, first),
        )

    def _union(self, cluster: Cluster, rows: Ints, first: int) -> int:
        """Return the number of the smallest part of a cluster that holds all these rows."""
        number = cluster.number
        while number >= first:
            _, merge = self._tried[number - first]
            inside = [n for n in (merge.low, merge.high) if np.isin(rows, self.clusters[n].rows).all()]
            if not inside:
                break
            number = inside[0]
        return number
