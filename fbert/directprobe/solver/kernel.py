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

Many pairs go through one call, since a small one takes less time than a call from Python: `nearest` is the
way in. Compiled by numba without the global lock, one thread a call: no result depends on their number.
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
FIRST = 40  # points of either side that a search begins with: those foremost along the line of the means
ROOM = 14  # rounds that a working set has room for at first
LOOSE = 0.1  # a working set need not be solved better than this share of the worst violation outside it

ZERO: Any = np.int64(0)  # a first value of an argument: a literal 0 is a type of its own to numba

Array = np.ndarray

compiled = numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
# Into the function that calls it, so that the whole is optimised once for the types of its points, not twice.
inlined = numba.njit(inline="always")


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
    The others can be written where it is compiled for them, so they are copied: a file may be mapped to them.
    """
    view = np.ascontiguousarray(given).view()
    view.flags.writeable = False
    return Cloud(view, np.array(centre), float(unit), np.array(flat))


class Side(NamedTuple):
    """One of the two sets: some rows of a cloud."""

    cloud: Cloud
    rows: Array


class Start(NamedTuple):
    """Where a search begins.

    Attributes:
        places: places among the rows of A or of B, at least one of either, none twice.
        in_a: whether a place is one of A.
        weights: their weights, which sum to one on either side; zero is allowed.
    """

    places: Array
    in_a: Array
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


class Bound(NamedTuple):
    """What is known of a distance.

    Attributes:
        normal: (d,) the vector whose hyperplane gives the lower bound, of any length.
        middle: its product with the points midway between the sets.
        lower: the bound, as found in float64.
    """

    normal: Array
    middle: float
    lower: float


class Sets(NamedTuple):
    """One or several sets of points of one cloud.

    Attributes:
        cloud: the points that they are some of.
        rows: their rows, set after set.
        begin: (s + 1,) where each begins among them.
        means: (s, d) means of the sets, in working coordinates.
    """

    cloud: Cloud
    rows: Array
    begin: Array
    means: Array


class Programs(NamedTuple):
    """Pairs of sets whose distances are wanted.

    Attributes:
        rows: (p,) row of each among the answers, and among what carried those that it starts from.
        pairs: (p, 2) numbers of the sets.
        lift: (p,) as in `Working`: the square of a typical norm.
        error, zero: (p,) as in `Limits`.
    """

    rows: Array
    pairs: Array
    lift: Array
    error: Array
    zero: Array


class Carried(NamedTuple):
    """The points that carry answers: those of answer i are at first[i] to last[i].

    Attributes:
        first, last: the range of each.
        places: places of the points among the rows of A or of B.
        in_a: whether a point is of A.
        weights: their weights.
    """

    first: Array
    last: Array
    places: Array
    in_a: Array
    weights: Array


class Answers(NamedTuple):
    """Room for the nearest points of many pairs of hulls, a row for each.

    Attributes:
        lower, middle: as in `Bound`.
        normals: (..., d) likewise.
        points_a, points_b: (..., d) the nearest points of either hull.
    """

    lower: Array
    middle: Array
    normals: Array
    points_a: Array
    points_b: Array


class Working(NamedTuple):
    """The working set: arrays with room for more points than the m that are in it.

    Attributes:
        row: the place of each point among the rows of its set.
        side: 0 for points of A, 1 for those of B.
        Z: (room, d) the points, those of B negated.
        Q: (room, room) their scalar products.
        x: their weights, zero outside the active points.
        active: the indices of the active points, in the order of U.
        U: (room, room) upper factor of the lifted Gram matrix of the active points, U'U.
        y: (2, room) solutions of U'y = 1 at the active points of A and 0 at those of B, and the reverse.
        lift: what is added to the Gram entries of points of one side.
    """

    row: Array
    side: Array
    Z: Array
    Q: Array
    x: Array
    active: Array
    U: Array
    y: Array
    lift: float


@compiled
def _write_point(cloud: Cloud, row: int, sign: float, out: Array) -> None:
    """Write (d,) working coordinates of a row, or their negatives."""
    given, d, scale = cloud.given[row], cloud.centre.shape[0], sign / cloud.unit
    for j in range(d):
        out[j] = (given[j] - cloud.centre[j]) * scale
    for r in range(cloud.flat.shape[0]):
        flat, along = cloud.flat[r], 0.0
        for j in range(d):
            along += out[j] * flat[j]
        for j in range(d):
            out[j] -= along * flat[j]


@compiled
def write_points(cloud: Cloud, rows: Array, out: Array) -> None:
    """Write (k, d) working coordinates of some rows."""
    for i in range(rows.shape[0]):
        _write_point(cloud, rows[i], 1.0, out[i])


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
def _solve_lower(U: Array, k: int, column: Array) -> None:
    """Solve U' c = column[:k] in place, four rows of U at a time."""
    whole = k - k % 4
    for u in range(0, whole, 4):
        a = column[u] / U[u, u]
        b = (column[u + 1] - U[u, u + 1] * a) / U[u + 1, u + 1]
        c = (column[u + 2] - U[u, u + 2] * a - U[u + 1, u + 2] * b) / U[u + 2, u + 2]
        d = column[u + 3] - U[u, u + 3] * a - U[u + 1, u + 3] * b - U[u + 2, u + 3] * c
        d /= U[u + 3, u + 3]
        column[u], column[u + 1], column[u + 2], column[u + 3] = a, b, c, d
        later, p, q, r, s = column[u + 4 : k], U[u], U[u + 1], U[u + 2], U[u + 3]
        p, q, r, s = p[u + 4 : k], q[u + 4 : k], r[u + 4 : k], s[u + 4 : k]
        for v in range(later.shape[0]):
            later[v] -= p[v] * a + q[v] * b + r[v] * c + s[v] * d
    for u in range(whole, k):
        for v in range(whole, u):
            column[u] -= U[v, u] * column[v]
        column[u] /= U[u, u]


@compiled
def _solve_upper(U: Array, k: int, right: Array) -> None:
    """Solve U x = right[:k] in place, four rows of U at a time."""
    rest = k % 4
    for u in range(k - 4, rest - 1, -4):
        a, b, c, d = right[u], right[u + 1], right[u + 2], right[u + 3]
        later, p, q, r, s = right[u + 4 : k], U[u], U[u + 1], U[u + 2], U[u + 3]
        p, q, r, s = p[u + 4 : k], q[u + 4 : k], r[u + 4 : k], s[u + 4 : k]
        for v in range(later.shape[0]):
            a -= p[v] * later[v]
            b -= q[v] * later[v]
            c -= r[v] * later[v]
            d -= s[v] * later[v]
        d /= U[u + 3, u + 3]
        c = (c - U[u + 2, u + 3] * d) / U[u + 2, u + 2]
        b = (b - U[u + 1, u + 2] * c - U[u + 1, u + 3] * d) / U[u + 1, u + 1]
        a = (a - U[u, u + 1] * b - U[u, u + 2] * c - U[u, u + 3] * d) / U[u, u]
        right[u], right[u + 1], right[u + 2], right[u + 3] = a, b, c, d
    for u in range(rest - 1, -1, -1):
        later, row = right[u + 1 : k], U[u, u + 1 : k]
        for v in range(later.shape[0]):
            right[u] -= row[v] * later[v]
        right[u] /= U[u, u]


@compiled
def _append(work: Working, k: int, new: int, column: Array, least: float) -> bool:
    """Let a working point join the k active ones; False if its pivot is below `least` of its Gram entry.

    Its column of U and its entries of y are the solution of one triangular system, row after row of U.
    """
    U, y, side = work.U, work.y, work.side[new]
    for u in range(k):
        i = work.active[u]
        column[u] = work.Q[new, i] + (work.lift if work.side[i] == side else 0.0)
    square = work.Q[new, new] + work.lift
    rest, first, second = square, 1.0 - side, 0.0 + side
    _solve_lower(U, k, column)
    for u in range(k):
        rest -= column[u] * column[u]
        first -= column[u] * y[0, u]
        second -= column[u] * y[1, u]
    if rest <= least * square:
        return False
    pivot = np.sqrt(rest)
    for u in range(k):
        U[u, k] = column[u]
    U[k, k], y[0, k], y[1, k] = pivot, first / pivot, second / pivot
    work.active[k] = new
    return True


@compiled
def _delete(work: Working, k: int, p: int) -> None:
    """Take active point p out of the k: its column out of U, made triangular again by rotations of its rows.

    A rotation of two rows of U, and of the two entries of y, leaves what U' y is as it was.
    """
    U, y, active = work.U, work.y, work.active
    for i in range(p):
        row = U[i, p:k]
        for j in range(row.shape[0] - 1):
            row[j] = row[j + 1]
    for i in range(p, k - 1):
        a, b = U[i, i + 1], U[i + 1, i + 1]
        r = np.sqrt(a * a + b * b)
        c, s = a / r, b / r
        U[i, i] = r
        upper, lower = U[i, i + 1 : k], U[i + 1, i + 1 : k]
        for j in range(upper.shape[0] - 1):
            one, other = upper[j + 1], lower[j + 1]
            upper[j] = c * one + s * other
            lower[j + 1] = c * other - s * one
        for of in range(2):
            one, other = y[of, i], y[of, i + 1]
            y[of, i], y[of, i + 1] = c * one + s * other, c * other - s * one
        active[i] = active[i + 1]


@compiled
def _affine_minimiser(work: Working, k: int, out: Array) -> None:
    """Write into out[:k] the weights that sum to one on either side and are stationary, of any sign."""
    y = work.y
    a, b, d = 0.0, 0.0, 0.0
    for u in range(k):
        a += y[0, u] * y[0, u]
        b += y[0, u] * y[1, u]
        d += y[1, u] * y[1, u]
    determinant = a * d - b * b
    first, second = (d - b) / determinant, (a - b) / determinant
    for u in range(k):
        out[u] = first * y[0, u] + second * y[1, u]
    _solve_upper(work.U, k, out)


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
def _combine(work: Working, k: int, rows: Array, out: Array) -> None:
    """Write the sum of the rows of the active points with their weights, four at a time."""
    active, x, m = work.active, work.x, out.shape[0]
    out[:] = 0.0
    whole = k - k % 4
    for u in range(0, whole, 4):
        p, q, r, s = active[u], active[u + 1], active[u + 2], active[u + 3]
        x_p, x_q, x_r, x_s = x[p], x[q], x[r], x[s]
        for j in range(m):
            out[j] += x_p * rows[p, j] + x_q * rows[q, j] + x_r * rows[r, j] + x_s * rows[s, j]
    for u in range(whole, k):
        p = active[u]
        for j in range(m):
            out[j] += x[p] * rows[p, j]


@compiled
def _most_violating(
    work: Working, k: int, state: Array, g: Array, tolerance: float, promising: Array
) -> tuple[int, float]:
    """Write the working points that promise most into `promising`; return how many, and the squared length.

    The best comes first, and none that promises much less joins it. state[j] is 0 for points at rest, 1 for
    active ones, 2 for those that depend on the active ones.
    """
    _combine(work, k, work.Q, g)
    mu = np.zeros(2)
    for u in range(k):
        i = work.active[u]
        mu[work.side[i]] += work.x[i] * g[i]
    for j in range(g.shape[0]):
        g[j] = g[j] - mu[work.side[j]] if state[j] == 0 else 0.0
    count = _lowest(g, -tolerance, promising)
    while count > 1 and g[promising[count - 1]] >= PROMISING * g[promising[0]]:
        count -= 1
    return count, mu[0] + mu[1]


@compiled
def _lowest(scores: Array, bound: float, out: Array) -> int:
    """Write where the lowest scores under a bound are, the lowest first, as many as fit; return how many."""
    room, count = out.shape[0], 0
    for i in range(scores.shape[0]):
        if scores[i] < bound:
            j = count if count < room else room - 1
            while j > 0 and scores[out[j - 1]] > scores[i]:
                out[j] = out[j - 1]
                j -= 1
            out[j] = i
            count = min(count + 1, room)
            if count == room:
                bound = scores[out[room - 1]]
    return count


@compiled
def _normalise(work: Working, k: int) -> None:
    """Make the active weights of either side sum to one."""
    total = np.zeros(2)
    for u in range(k):
        total[work.side[work.active[u]]] += work.x[work.active[u]]
    for u in range(k):
        work.x[work.active[u]] /= total[work.side[work.active[u]]]


@compiled
def _factor(work: Working, k: int, built: int, column: Array) -> int:
    """Factor the Gram matrix of the first k active points, of which `built` are; drop those that depend."""
    kept = built
    for t in range(built, k):
        i = work.active[t]
        if _append(work, kept, i, column, SINGULAR):
            kept += 1
        else:
            work.x[i] = 0.0
    _normalise(work, kept)
    return kept


@compiled
def _drop_to_minimiser(work: Working, k: int, state: Array, target: Array) -> int:
    """Go to the nearest points of the hulls of the active points; return how many stay active."""
    x, active = work.x, work.active
    while True:
        _affine_minimiser(work, k, target)
        theta, p = _blocking(x, active, k, target)
        for u in range(k):
            x[active[u]] += theta * (target[u] - x[active[u]])
        if p < 0:
            return k
        x[active[p]] = 0.0
        state[active[p]] = 0
        _delete(work, k, p)
        k -= 1


@compiled
def _minimise(work: Working, m: int, k: int, built: int, tolerance: float) -> int:
    """Minimise x'Qx over the two simplices, starting from the active points and their weights.

    Args:
        work: the working set, changed in place.
        m: number of its points.
        k: number of active points.
        built: how many of them U holds already.
        tolerance: stop when no working point violates optimality by more (in units of Q).

    Returns:
        The new number of active points, all of them in U.
    """
    tolerance = max(tolerance, NOISE * work.lift)
    column, target, g = np.empty(m + 1), np.empty(m + 1), np.empty(m)
    state, promising = np.zeros(m, np.uint8), np.empty(TOGETHER, np.int64)
    k = _factor(work, k, built, column)
    state[work.active[:k]] = 1
    idle, least = 0, np.inf
    for _ in range(STEPS_A_POINT * m + STEPS):
        k = _drop_to_minimiser(work, k, state, target)
        count, square = _most_violating(work, k, state, g, tolerance, promising)
        idle = idle + 1 if square >= least else 0
        least = min(least, square)
        if count == 0 or idle > PATIENCE:
            break
        for rank, new in enumerate(promising[:count]):
            if _append(work, k, new, column, SINGULAR if rank == 0 else COMPANION):
                state[new] = 1
                k += 1
            elif rank == 0:
                state[new] = 2
    return k


@compiled
def _worst(scores: Array, bound: float, taken: Array, out: Array) -> int:
    """Write where the lowest free scores under a bound are, as many as fit; return how many."""
    for i in range(scores.shape[0]):
        if taken[i]:
            scores[i] = np.inf
    return int(_lowest(scores, bound, out))


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
def _working(room: int, d: int) -> Working:
    """Return a working set with room for points; memory that is not touched costs nothing, growing does."""
    return Working(
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty((room, d)),
        np.empty((room, room)),
        np.empty(room),
        np.empty(room, np.int64),
        np.empty((room, room)),
        np.empty((2, room)),
        0.0,
    )


@compiled
def _lifted(work: Working, lift: float) -> Working:
    """Return a working set with another lift."""
    return Working(work.row, work.side, work.Z, work.Q, work.x, work.active, work.U, work.y, lift)


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
        _larger(work.U, m, m, room, room),
        _larger(work.y, 2, m, 2, room),
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
def _enter(A: Side, B: Side, places: Array, in_a: Array, work: Working, m: int) -> None:
    """Let points of A and of B, given by their places, follow the m working points, at rest."""
    Z, Q, end = work.Z, work.Q, m + places.shape[0]
    for i in range(m, end):
        place, first = places[i - m], in_a[i - m]
        work.row[i], work.side[i], work.x[i] = place, 0 if first else 1, 0.0
        if first:
            _write_point(A.cloud, A.rows[place], 1.0, Z[i])
        else:
            _write_point(B.cloud, B.rows[place], -1.0, Z[i])
    block = np.dot(Z[m:end], Z[:end].T)
    for i in range(m, end):
        for j in range(end):
            Q[i, j] = block[i - m, j]
    for j in range(m):
        for i in range(m, end):
            Q[j, i] = block[i - m, j]


@inlined
def _search(A: Side, B: Side, start: Start, work: Working, limits: Limits) -> tuple[Working, int, Bound]:
    """Find the nearest points of two hulls by solving ever better chosen small subsets of the points.

    Each round solves the working set, prices all points with one product, and adds the worst of them.

    Returns:
        The working set with the nearest points found, how many are active, and the lower bound.
    """
    gap, batch, d = limits.gap, limits.batch, A.cloud.centre.shape[0]
    n_a, n_b, m = A.rows.shape[0], B.rows.shape[0], start.places.shape[0]
    taken_a, taken_b = np.zeros(n_a, np.bool_), np.zeros(n_b, np.bool_)
    scores_a, scores_b = np.empty(n_a), np.empty(n_b)
    more, more_in_a = np.empty(2 * batch, np.int64), np.empty(2 * batch, np.bool_)
    if m >= work.x.shape[0]:
        work = _with_room(work, ZERO, 2 * m)
    _enter(A, B, start.places, start.in_a, work, ZERO)
    k, built, idle, tolerance = ZERO, ZERO, 0, 0.0
    for i in range(m):
        work.x[i] = start.weights[i]
        if start.weights[i] > 0.0:
            work.active[k] = i
            k += 1
    normal, middle, fresh = np.zeros(d), 0.0, ZERO
    lower, upper, least = -np.inf, np.inf, np.inf
    for _ in range(limits.rounds):
        for i in range(fresh, m):
            taken = taken_a if work.side[i] == 0 else taken_b
            taken[work.row[i]] = True
        fresh = m
        k = built = _minimise(work, m, k, built, tolerance)
        w, square = np.empty(d), 0.0
        _combine(work, k, work.Z, w)
        for j in range(d):
            square += w[j] * w[j]
        upper = np.sqrt(square)
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
        slack = SLACK * gap * square
        tolerance = max(slack, LOOSE * max(level[0] - foremost_a, level[1] - foremost_b))
        of_a = _worst(scores_a, level[0] - slack, taken_a, more[:batch])
        count = of_a + _worst(scores_b, level[1] - slack, taken_b, more[of_a : of_a + batch])
        if count == 0:
            tolerance = slack
            continue
        for i in range(count):
            more_in_a[i] = i < of_a
        if m + count >= work.x.shape[0]:
            work = _with_room(work, m, 2 * (m + count))
        _enter(A, B, more[:count], more_in_a[:count], work, m)
        m += count
    return work, k, Bound(normal, middle, lower)


@inlined
def _first_guess(A: Side, B: Side, direction: Array) -> Start:
    """Start from the foremost point of either set along a direction, with the next ones at hand.

    Args:
        A: one set.
        B: the other.
        direction: (d,) from B to A: the difference of their means.
    """
    n_a, n_b = A.rows.shape[0], B.rows.shape[0]
    scores_a, scores_b, places = np.empty(n_a), np.empty(n_b), np.empty(2 * FIRST, np.int64)
    write_scores(A.cloud, A.rows, direction, scores_a)
    write_scores(B.cloud, B.rows, -direction, scores_b)
    of_a = _lowest(scores_a, np.inf, places[:FIRST])
    m = of_a + _lowest(scores_b, np.inf, places[of_a : of_a + FIRST])
    in_a, weights = np.zeros(m, np.bool_), np.zeros(m)
    for i in range(of_a):
        in_a[i] = True
    weights[0] = weights[of_a] = 1.0
    return Start(places[:m], in_a, weights)


@compiled
def _side_of(sets: Sets, number: int) -> Side:
    """Return one of several sets."""
    return Side(sets.cloud, sets.rows[sets.begin[number] : sets.begin[number + 1]])


@inlined
def _write_answer(work: Working, k: int, bound: Bound, answers: Answers, row: int) -> None:
    """Write the bound and the nearest points of the k active points into a row."""
    answers.lower[row], answers.middle[row] = bound.lower, bound.middle
    normal, point_a, point_b = answers.normals[row], answers.points_a[row], answers.points_b[row]
    d = normal.shape[0]
    for j in range(d):
        normal[j], point_a[j], point_b[j] = bound.normal[j], 0.0, 0.0
    for u in range(k):
        i = work.active[u]
        point, weight = (point_a, work.x[i]) if work.side[i] == 0 else (point_b, -work.x[i])
        for j in range(d):
            point[j] += weight * work.Z[i, j]


@compiled
def nearest(
    A: Sets, B: Sets, programs: Programs, start: Carried, limits: Limits, answers: Answers
) -> Carried:
    """Find the nearest points of many pairs of hulls, one pair after another, in the memory of one.

    Args:
        A: sets whose working coordinates are near the origin.
        B: those they are held against, of as many coordinates; the same for pairs among themselves.
        programs: the pairs.
        start: where each starts from; nothing for the foremost points along the line of the means.
        limits: when to end, but for what is a program's own.
        answers: where the bounds and the nearest points are written.

    Returns:
        What carries the answers, in the order of the programs.
    """
    p, d, room, largest = programs.rows.shape[0], A.means.shape[1], ZERO, ZERO
    for i in range(p):
        a, b = programs.pairs[i, 0], programs.pairs[i, 1]
        points = A.begin[a + 1] - A.begin[a] + B.begin[b + 1] - B.begin[b]
        room, largest = room + points, max(largest, points)
    work = _working(min(2 * FIRST + ROOM * limits.batch, largest) + 1, d)
    places, in_a, weights = np.empty(room, np.int64), np.empty(room, np.bool_), np.empty(room)
    first, last, used = np.empty(p, np.int64), np.empty(p, np.int64), ZERO
    for i in range(p):
        row, a, b = programs.rows[i], programs.pairs[i, 0], programs.pairs[i, 1]
        one, other = _side_of(A, a), _side_of(B, b)
        begin, end = start.first[row], start.last[row]
        if end > begin:
            known = Start(start.places[begin:end], start.in_a[begin:end], start.weights[begin:end])
        else:
            known = _first_guess(one, other, A.means[a] - B.means[b])
        error, zero = programs.error[i], programs.zero[i]
        own = Limits(limits.gap, error, zero, limits.verdict_only, limits.batch, limits.rounds)
        work, k, bound = _search(one, other, known, _lifted(work, programs.lift[i]), own)
        _write_answer(work, k, bound, answers, row)
        first[i] = used
        for at in work.active[:k]:
            places[used], in_a[used], weights[used] = work.row[at], work.side[at] == 0, work.x[at]
            used += 1
        last[i] = used
    return Carried(first, last, places[:used], in_a[:used], weights[:used])
