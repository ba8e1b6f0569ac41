"""The active-set method behind every distance: Wolfe's nearest point, for two hulls.

The distance of hull(A) and hull(B) is the least norm of a - b. Write z_i = a_i for the points of A and
z_i = -b_i for those of B; we minimise |sum_i x_i z_i| over x >= 0 that sum to one on either side. The Gram
matrix of a small working set is all the method sees, so that its cost does not depend on the dimension.
P. Wolfe, Finding the nearest point in a polytope, Mathematical Programming 11 (1976), for one simplex; two
simplices are had by adding a constant, the lift, to the Gram entries of points of the same side: the weights
of a side sum to one, so every x gains the same and no solution moves, and active points that are affinely
independent have a definite matrix.

What certifies the bounds. Any w = sum_i x_i z_i is the difference of a point of either hull, so |w| is an
upper bound. And for any w, every a - b of the hulls has (a - b) . w >= min_i a_i . w - max_i b_i . w, so that
this difference over |w| is a lower bound, whether or not w is the best. Neither depends on how w was found.

Example: A = {(0, 0), (0, 2)}, B = {(3, 1)}. From (0, 0) and (3, 1), w = (-3, -1) and the upper bound is 3.16.
The products with w / |w| are 0 and -0.63 on A and -3.16 on B: the lower bound is -0.63 + 3.16 = 2.53, and
(0, 2), which gave the least product, joins the working set. Its minimiser has the weights 1/2 and 1/2 on A:
w = (-3, 0), all products on A are 0, and both bounds are 3.

Compiled by numba without the global lock, one thread a call: results do not depend on the number of threads.
One file holds all of it: numba's cache notices a change in the file of a function, not in those it calls.
Entries are copied in loops: assigning to a slice brings in numba's messages on shapes, seconds to compile.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

SINGULAR = 1e-13  # a pivot this small (squared, relative) means: in the affine hull of the active points
COMPANION = 1e-6  # the same for points that join the most promising one: only it is sure to be independent
TOGETHER = 8  # points that may become active in one step; those that should not leave in the next
PROMISING = 0.5  # none of them promises less than this share of what the first one does
PATIENCE = 5  # steps without progress, which only rounding can cause, before giving up
PROGRESS = 1e-9  # relative fall of the upper bound that counts as progress
NOISE = 1e-15  # what rounding leaves of a Gram entry, relative to the largest one
STEPS, STEPS_A_POINT = 1000, 50  # bound the steps on a working set; they end by themselves long before
SLACK = 0.25  # share of the gap that a working set may leave open, and points outside it may violate
ROOM = 14  # rounds that a working set has room for at first
LOOSE = 0.1  # a working set need not be solved better than this share of the worst violation outside it

ZERO: Any = np.int64(0)  # a first value of an argument: a literal 0 is a type of its own to numba

Array = np.ndarray

compiled = numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})


class Cloud(NamedTuple):
    """Points as they came, and the working coordinates they are read in: z = (x - centre) / unit.

    They are not copied for that: a product of z with w is one of x with w, less a constant. It is summed up
    in float64 whatever the points are in, which costs nothing, since the time goes into reading them.

    Attributes:
        given: (n, d) points, float32 or float64.
        centre: (d,) what is taken from each.
        unit: what is divided by, a power of two.
        flat: (r, d) orthonormal directions along which z is made 0 (`Frame`).
    """

    given: Array
    centre: Array
    unit: float
    flat: Array

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle it so that its points are sealed again, which NumPy forgets."""
        return cloud_of, tuple(self)


def cloud_of(given: Array, centre: Array, unit: float, flat: Array) -> Cloud:
    """Return a cloud of points (n, d), sealed: row after row in memory, as a view that cannot be written.

    To numba such an array is of a type of its own. Users may give one, and the kernel is compiled for one.
    """
    view = np.ascontiguousarray(given).view()
    view.flags.writeable = False
    return Cloud(view, centre, unit, flat)


class Side(NamedTuple):
    """One of the two sets: some rows of a cloud."""

    cloud: Cloud
    rows: Array


class Start(NamedTuple):
    """Where a search begins.

    Attributes:
        rows_a: places among the rows of A, at least one, none twice.
        rows_b: places among those of B likewise.
        weights: their weights, those of A first; they sum to one on either side, and zero is allowed.
    """

    rows_a: Array
    rows_b: Array
    weights: Array


class Limits(NamedTuple):
    """When a search ends.

    Attributes:
        gap: relative gap between the bounds that is close enough.
        error: a lower bound counts only above this (rounding of a scalar product with a unit vector).
        zero: an upper bound this small ends the search.
        verdict_only: end as soon as the lower bound is above `error`.
        batch: how many points of either side a round adds.
        rounds: give up after so many rounds.
    """

    gap: float
    error: float
    zero: float
    verdict_only: bool
    batch: int
    rounds: int


class Found(NamedTuple):
    """What a search ends with.

    Attributes:
        rows: (k,) places of the active points among the rows of A or of B.
        weights: (k,) their weights.
        in_a: (k,) whether a row is of A.
        normal: (d,) the vector whose hyperplane gives the lower bound, of any length.
        middle: its product with the points midway between the sets.
        lower, upper: the bounds, as found in float64.
    """

    rows: Array
    weights: Array
    in_a: Array
    normal: Array
    middle: float
    lower: float
    upper: float


class Working(NamedTuple):
    """The working set: arrays with room for more points than the m that are in it.

    Attributes:
        row: the place of each point among the rows of its set.
        side: 0 for points of A, 1 for those of B.
        Z: (room, d) the points, those of B negated.
        Q: (room, room) their scalar products.
        x: their weights, zero outside the active points.
        active: the indices of the active points, in the order of L.
        L: (room, room) lower factor of the lifted Gram matrix of the active points.
        lift: what is added to the Gram entries of points of one side.
    """

    row: Array
    side: Array
    Z: Array
    Q: Array
    x: Array
    active: Array
    L: Array
    lift: float


@compiled
def write_points(cloud: Cloud, rows: Array, out: Array) -> None:
    """Write (k, d) working coordinates of some rows."""
    d, per_unit = cloud.centre.shape[0], 1.0 / cloud.unit
    for i in range(rows.shape[0]):
        row = rows[i]
        for j in range(d):
            out[i, j] = (cloud.given[row, j] - cloud.centre[j]) * per_unit
        for r in range(cloud.flat.shape[0]):
            along = 0.0
            for j in range(d):
                along += out[i, j] * cloud.flat[r, j]
            for j in range(d):
                out[i, j] -= along * cloud.flat[r, j]


@compiled
def write_scores(cloud: Cloud, rows: Array, w: Array, out: Array) -> None:
    """Write (k,) products of the working coordinates of some rows with w (d,).

    Four rows are read at a time, so that w is read a quarter as often.
    """
    d, n = w.shape[0], rows.shape[0]
    v = w / cloud.unit
    for r in range(cloud.flat.shape[0]):  # instead of in every point
        along = 0.0
        for j in range(d):
            along += v[j] * cloud.flat[r, j]
        for j in range(d):
            v[j] -= along * cloud.flat[r, j]
    shift = 0.0
    for j in range(d):
        shift += cloud.centre[j] * v[j]
    whole = n - n % 4
    for i in range(0, whole, 4):
        p, q, r, s = rows[i], rows[i + 1], rows[i + 2], rows[i + 3]
        score_p = score_q = score_r = score_s = -shift
        for j in range(d):
            score_p += cloud.given[p, j] * v[j]
            score_q += cloud.given[q, j] * v[j]
            score_r += cloud.given[r, j] * v[j]
            score_s += cloud.given[s, j] * v[j]
        out[i], out[i + 1], out[i + 2], out[i + 3] = score_p, score_q, score_r, score_s
    for i in range(whole, n):
        score = -shift
        for j in range(d):
            score += cloud.given[rows[i], j] * v[j]
        out[i] = score


@compiled
def mean_and_longest(cloud: Cloud, rows: Array) -> tuple[Array, float]:
    """Return the mean of some points and the largest of their norms, as they came."""
    d, mean, longest = cloud.centre.shape[0], np.zeros(cloud.centre.shape[0]), 0.0
    for row in rows:
        square = 0.0
        for j in range(d):
            value = np.float64(cloud.given[row, j])
            mean[j] += value
            square += value * value
        longest = max(longest, square)
    return mean / rows.shape[0], np.sqrt(longest)


@compiled
def farthest(cloud: Cloud, rows: Array, centre: Array) -> float:
    """Return the largest distance of some points from a centre (d,), in working coordinates."""
    d = centre.shape[0]
    middle, largest = cloud.centre + cloud.unit * centre, 0.0
    for row in rows:
        square = 0.0
        for j in range(d):
            away = cloud.given[row, j] - middle[j]
            square += away * away
        largest = max(largest, square)
    return float(np.sqrt(largest) / cloud.unit)


@compiled
def _append(L: Array, k: int, column: Array, diagonal: float, least: float) -> bool:
    """Append a row to the k x k lower factor L; False if its pivot is below `least` of the diagonal."""
    for i in range(k):
        s = column[i]
        for j in range(i):
            s -= L[i, j] * L[k, j]
        L[k, i] = s / L[i, i]
    s = diagonal
    for j in range(k):
        s -= L[k, j] * L[k, j]
    if s <= least * diagonal:
        return False
    L[k, k] = np.sqrt(s)
    return True


@compiled
def _delete(L: Array, k: int, p: int) -> None:
    """Take row p out of the k x k lower factor L and make it triangular again by rotations."""
    for i in range(p, k - 1):
        for j in range(i + 2):
            L[i, j] = L[i + 1, j]
    for i in range(p, k - 1):
        a, b = L[i, i], L[i, i + 1]
        r = np.hypot(a, b)
        c, s = a / r, b / r
        L[i, i] = r
        for q in range(i + 1, k - 1):
            x, y = L[q, i], L[q, i + 1]
            L[q, i] = c * x + s * y
            L[q, i + 1] = c * y - s * x


@compiled
def _forward(L: Array, k: int, start: int, side: Array, active: Array, y: Array) -> None:
    """Extend the solutions y of L y = (indicator of side 0, of side 1) from row `start` to k."""
    for u in range(start, k):
        s0 = 1.0 - side[active[u]]
        s1 = 1.0 - s0
        for j in range(u):
            s0 -= L[u, j] * y[0, j]
            s1 -= L[u, j] * y[1, j]
        y[0, u] = s0 / L[u, u]
        y[1, u] = s1 / L[u, u]


@compiled
def _affine_minimiser(L: Array, k: int, y: Array, out: Array) -> None:
    """Write into out[:k] the weights that sum to one on either side and are stationary, of any sign."""
    a, b, d = 0.0, 0.0, 0.0
    for u in range(k):
        a += y[0, u] * y[0, u]
        b += y[0, u] * y[1, u]
        d += y[1, u] * y[1, u]
    determinant = a * d - b * b
    for u in range(k):
        out[u] = ((d - b) * y[0, u] + (a - b) * y[1, u]) / determinant
    for u in range(k - 1, -1, -1):
        s = out[u] / L[u, u]
        out[u] = s
        for j in range(u):
            out[j] -= L[u, j] * s


@compiled
def _blocking(x: Array, active: Array, k: int, target: Array) -> tuple[float, int]:
    """Return how far x may move towards target until a weight vanishes, and which; (1, -1) if none."""
    theta, p = 1.0, -1
    for u in range(k):
        if target[u] <= 0.0:
            current = x[active[u]]
            t = current / (current - target[u]) if current > 0.0 else 0.0
            if p < 0 or t < theta:
                theta, p = t, u
    return theta, p


@compiled
def _gram_column(work: Working, k: int, new: int, column: Array) -> None:
    """Write the lifted Gram entries of point `new` with the active points into column[:k]."""
    for u in range(k):
        i = work.active[u]
        column[u] = work.Q[i, new] + (work.lift if work.side[i] == work.side[new] else 0.0)


@compiled
def _most_violating(
    work: Working, k: int, state: Array, g: Array, tolerance: float, promising: Array
) -> tuple[int, float]:
    """Write the working points that promise most into `promising`; return how many, and the squared length.

    The best comes first, and none that promises much less joins it. state[j] is 0 for points at rest, 1 for
    active ones, 2 for those that depend on the active ones.
    """
    m = g.shape[0]
    g[:] = 0.0
    for u in range(k):
        row, weight = work.active[u], work.x[work.active[u]]
        for j in range(m):
            g[j] += weight * work.Q[row, j]
    mu = np.zeros(2)
    for u in range(k):
        mu[work.side[work.active[u]]] += work.x[work.active[u]] * g[work.active[u]]
    for j in range(m):
        g[j] = mu[work.side[j]] - g[j] if state[j] == 0 else 0.0
    count, least = 0, tolerance
    while count < promising.shape[0]:
        best = np.argmax(g)
        if g[best] <= least:
            break
        if count == 0:
            least = max(least, PROMISING * g[best])
        promising[count] = best
        g[best] = 0.0
        count += 1
    return count, mu[0] + mu[1]


@compiled
def _normalise(work: Working, k: int) -> None:
    """Make the active weights of either side sum to one."""
    total = np.zeros(2)
    for u in range(k):
        total[work.side[work.active[u]]] += work.x[work.active[u]]
    for u in range(k):
        work.x[work.active[u]] /= total[work.side[work.active[u]]]


@compiled
def _factor(work: Working, k: int, built: int) -> int:
    """Factor the Gram matrix of the first k active points, of which `built` are; drop those that depend."""
    column = np.empty(k)
    kept = built
    for t in range(built, k):
        i = work.active[t]
        _gram_column(work, kept, i, column)
        if _append(work.L, kept, column, work.Q[i, i] + work.lift, SINGULAR):
            work.active[kept] = i
            kept += 1
        else:
            work.x[i] = 0.0
    _normalise(work, kept)
    return kept


@compiled
def _drop_to_minimiser(work: Working, k: int, fresh: int, state: Array, y: Array, target: Array) -> int:
    """Go to the nearest points of the hulls of the active points; return how many stay active."""
    x, active = work.x, work.active
    while True:
        _forward(work.L, k, fresh, work.side, active, y)
        _affine_minimiser(work.L, k, y, target)
        theta, p = _blocking(x, active, k, target)
        for u in range(k):
            x[active[u]] += theta * (target[u] - x[active[u]])
        if p < 0:
            return k
        x[active[p]] = 0.0
        state[active[p]] = 0
        _delete(work.L, k, p)
        for u in range(p, k - 1):
            active[u] = active[u + 1]
        k, fresh = k - 1, p


@compiled
def _minimise(work: Working, m: int, k: int, built: int, tolerance: float) -> int:
    """Minimise x'Qx over the two simplices, starting from the active points and their weights.

    Args:
        work: the working set, changed in place.
        m: number of its points.
        k: number of active points.
        built: how many of them L holds already.
        tolerance: stop when no working point violates optimality by more (in units of Q).

    Returns:
        The new number of active points, all of them in L.
    """
    tolerance = max(tolerance, NOISE * work.lift)
    column, target, g, y = np.empty(m + 1), np.empty(m + 1), np.empty(m), np.empty((2, m + 1))
    state, promising = np.zeros(m, np.uint8), np.empty(TOGETHER, np.int64)
    k = _factor(work, k, built)
    state[work.active[:k]] = 1
    fresh, idle, least = ZERO, 0, np.inf
    for _ in range(STEPS_A_POINT * m + STEPS):
        k = _drop_to_minimiser(work, k, fresh, state, y, target)
        fresh = k
        count, square = _most_violating(work, k, state, g, tolerance, promising)
        idle = idle + 1 if square >= least else 0
        least = min(least, square)
        if count == 0 or idle > PATIENCE:
            break
        for rank, new in enumerate(promising[:count]):
            _gram_column(work, k, new, column)
            independent = SINGULAR if rank == 0 else COMPANION
            if _append(work.L, k, column, work.Q[new, new] + work.lift, independent):
                work.active[k] = new
                state[new] = 1
                k += 1
            elif rank == 0:
                state[new] = 2
    return k


@compiled
def _worst(scores: Array, bound: float, taken: Array, room: int) -> Array:
    """Return where the `room` lowest free scores under `bound` are, and take them."""
    out = np.empty(room, np.int64)
    count = 0
    for i in range(scores.shape[0]):
        if scores[i] < bound and not taken[i]:
            j = count if count < room else room - 1
            while j > 0 and scores[out[j - 1]] > scores[i]:
                out[j] = out[j - 1]
                j -= 1
            out[j] = i
            count = min(count + 1, room)
            if count == room:
                bound = scores[out[room - 1]]
    taken[out[:count]] = True
    return out[:count]


@compiled
def _longer(array: Array, room: int) -> Array:
    """Return a vector of `room` entries that begins with these; the others are zero."""
    longer = np.zeros(room, array.dtype)
    for i in range(array.shape[0]):
        longer[i] = array[i]
    return longer


@compiled
def _larger(array: Array, m: int, n: int, rows: int, columns: int) -> Array:
    """Return a (rows, columns) matrix that begins with the first m rows and n columns of this one."""
    larger = np.empty((rows, columns))
    for i in range(m):
        for j in range(n):
            larger[i, j] = array[i, j]
    return larger


@compiled
def _with_room(work: Working, m: int, room: int) -> Working:
    """Return the working set of m points with room for more."""
    d = work.Z.shape[1]
    return Working(
        _longer(work.row, room),
        _longer(work.side, room),
        _larger(work.Z, m, d, room, d),
        _larger(work.Q, m, m, room, room),
        _longer(work.x, room),
        _longer(work.active, room),
        _larger(work.L, m, m, room, room),
        work.lift,
    )


@compiled
def _levels(work: Working, m: int, scores_a: Array, scores_b: Array) -> Array:
    """Return the weighted mean score of the working points of either side."""
    level = np.zeros(2)
    for i in range(m):
        if work.x[i] > 0.0:
            scores = scores_a if work.side[i] == 0 else scores_b
            level[work.side[i]] += work.x[i] * scores[work.row[i]]
    return level


@compiled
def _enter(A: Side, B: Side, more_a: Array, more_b: Array, work: Working, m: int) -> None:
    """Let points of A and of B, given by their places, follow the m working points."""
    row, side, Z, Q = work.row, work.side, work.Z, work.Q
    middle, end = m + more_a.shape[0], m + more_a.shape[0] + more_b.shape[0]
    for i in range(m, end):
        first = i < middle
        row[i] = more_a[i - m] if first else more_b[i - middle]
        side[i] = 0 if first else 1
    write_points(A.cloud, A.rows[more_a], Z[m:middle])
    write_points(B.cloud, B.rows[more_b], Z[middle:end])
    for i in range(middle, end):
        for j in range(Z.shape[1]):
            Z[i, j] = -Z[i, j]
    block = np.dot(Z[m:end], Z[:end].T)
    for i in range(m, end):
        for j in range(end):
            Q[i, j] = block[i - m, j]
    for j in range(m):
        for i in range(m, end):
            Q[j, i] = block[i - m, j]


@compiled
def nearest(A: Side, B: Side, start: Start, lift: float, limits: Limits) -> Found:
    """Find the nearest points of two hulls by solving ever better chosen small subsets of the points.

    Each round solves the working set, prices all points with one product, and adds the worst of them.

    Args:
        A: one set, whose working coordinates are near the origin.
        B: the other, of as many coordinates.
        start: the first working set.
        lift: square of a typical norm.
        limits: when to end.

    Returns:
        The nearest points found, and the bounds.
    """
    gap, batch = limits.gap, limits.batch
    m = start.rows_a.shape[0] + start.rows_b.shape[0]
    n_a, n_b, d = A.rows.shape[0], B.rows.shape[0], A.cloud.centre.shape[0]
    room = min(m + ROOM * batch, n_a + n_b) + 1  # memory that is not touched costs nothing, growing does
    work = Working(
        np.zeros(room, np.int64),
        np.zeros(room, np.int64),
        np.empty((room, d)),
        np.empty((room, room)),
        np.zeros(room),
        np.zeros(room, np.int64),
        np.empty((room, room)),
        lift,
    )
    taken_a, taken_b = np.zeros(n_a, np.bool_), np.zeros(n_b, np.bool_)
    scores_a, scores_b = np.empty(n_a), np.empty(n_b)
    taken_a[start.rows_a], taken_b[start.rows_b] = True, True
    _enter(A, B, start.rows_a, start.rows_b, work, ZERO)
    k, built, idle, tolerance = ZERO, ZERO, 0, 0.0
    for i in range(m):
        work.x[i] = start.weights[i]
        if start.weights[i] > 0.0:
            work.active[k] = i
            k += 1
    normal, middle = np.zeros(d), 0.0
    lower, upper, least = -np.inf, np.inf, np.inf
    for _ in range(limits.rounds):
        k = built = _minimise(work, m, k, built, tolerance)
        w = np.dot(work.x[:m], work.Z[:m])
        upper = np.sqrt(np.dot(w, w))
        idle = idle + 1 if upper > least * (1.0 - PROGRESS) else 0
        least = min(least, upper)
        if upper == 0.0 or idle > PATIENCE:
            break
        write_scores(A.cloud, A.rows, w, scores_a)
        write_scores(B.cloud, B.rows, -w, scores_b)
        foremost_a, foremost_b = scores_a.min(), scores_b.min()
        bound = (foremost_a + foremost_b) / upper
        if bound > lower:
            lower, normal, middle = bound, w, (foremost_a - foremost_b) / 2.0
        decided = limits.verdict_only and lower > limits.error
        if lower >= (1.0 - gap) * upper or upper <= limits.zero or decided:
            break
        level = _levels(work, m, scores_a, scores_b)
        slack = SLACK * gap * upper * upper
        tolerance = max(slack, LOOSE * max(level[0] - foremost_a, level[1] - foremost_b))
        more_a = _worst(scores_a, level[0] - slack, taken_a, batch)
        more_b = _worst(scores_b, level[1] - slack, taken_b, batch)
        if more_a.shape[0] + more_b.shape[0] == 0:
            tolerance = slack
            continue
        grown = m + more_a.shape[0] + more_b.shape[0]
        if grown >= room:
            room = 2 * grown
            work = _with_room(work, m, room)
        _enter(A, B, more_a, more_b, work, m)
        m = grown
    chosen = work.active[:k]
    return Found(work.row[chosen], work.x[chosen], work.side[chosen] == 0, normal, middle, lower, upper)
