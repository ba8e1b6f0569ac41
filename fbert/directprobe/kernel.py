"""The active-set method behind every distance: Wolfe's nearest point, for two hulls.

The distance of hull(A) and hull(B) is the least norm of a - b. Write z_i = a_i for the points of A and
z_i = -b_i for those of B; we minimise |sum_i x_i z_i| over x >= 0 that sum to one on either side. The Gram
matrix of a small working set is all the method sees, so that its cost does not depend on the dimension.
P. Wolfe, Finding the nearest point in a polytope, Mathematical Programming 11 (1976), for one simplex; two
simplices are had by adding a constant to the Gram entries of points of one side, which moves no solution.

Compiled by numba without the global lock, one thread a call: results do not depend on the number of threads.
One file holds all of it: numba's cache notices a change in the file of a function, not in those it calls.
Entries are copied in loops: assigning to a slice brings in numba's messages on shapes, seconds to compile.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

SINGULAR = 1e-13  # a pivot this small (squared, relative) means: in the affine hull of the active points
COMPANION = 1e-6  # the same for points that join the most promising one: only it is sure to be independent
TOGETHER = 8  # points that may become active in one step; those that should not leave in the next
PATIENCE = 5  # steps without progress, which only rounding can cause, before giving up
NOISE = 1e-15  # what rounding leaves of a Gram entry, relative to the largest one

ZERO: Any = np.int64(0)  # a first value of an argument: a literal 0 is a type of its own to numba

Array = np.ndarray
Found = tuple[Array, Array, Array, Array, float, float, float]

compiled = numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})


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
def _gram_column(Q: Array, side: Array, active: Array, k: int, new: int, lift: float, column: Array) -> None:
    """Write the lifted Gram entries of point `new` with the active points into column[:k]."""
    for u in range(k):
        i = active[u]
        column[u] = Q[i, new] + (lift if side[i] == side[new] else 0.0)


@compiled
def _most_violating(
    Q: Array,
    side: Array,
    x: Array,
    active: Array,
    k: int,
    state: Array,
    g: Array,
    tolerance: float,
    promising: Array,
) -> tuple[int, float]:
    """Write the working points that promise most into `promising`; return how many, and the squared length.

    The best comes first, and none that promises less than half as much joins it. state[j] is 0 for points at
    rest, 1 for active ones, 2 for those that depend on the active ones.
    """
    m = g.shape[0]
    g[:] = 0.0
    for u in range(k):
        row, weight = active[u], x[active[u]]
        for j in range(m):
            g[j] += weight * Q[row, j]
    mu = np.zeros(2)
    for u in range(k):
        mu[side[active[u]]] += x[active[u]] * g[active[u]]
    for j in range(m):
        g[j] = mu[side[j]] - g[j] if state[j] == 0 else 0.0
    count, least = 0, tolerance
    while count < promising.shape[0]:
        best = np.argmax(g)
        if g[best] <= least:
            break
        if count == 0:
            least = max(least, 0.5 * g[best])
        promising[count] = best
        g[best] = 0.0
        count += 1
    return count, mu[0] + mu[1]


@compiled
def _normalise(x: Array, side: Array, active: Array, k: int) -> None:
    """Make the active weights of either side sum to one."""
    total = np.zeros(2)
    for u in range(k):
        total[side[active[u]]] += x[active[u]]
    for u in range(k):
        x[active[u]] /= total[side[active[u]]]


@compiled
def _factor(Q: Array, side: Array, x: Array, active: Array, k: int, built: int, lift: float, L: Array) -> int:
    """Factor the Gram matrix of the first k active points, of which `built` are; drop those that depend."""
    column = np.empty(k)
    kept = built
    for t in range(built, k):
        i = active[t]
        _gram_column(Q, side, active, kept, i, lift, column)
        if _append(L, kept, column, Q[i, i] + lift, SINGULAR):
            active[kept] = i
            kept += 1
        else:
            x[i] = 0.0
    _normalise(x, side, active, kept)
    return kept


@compiled
def _drop_to_minimiser(
    side: Array, x: Array, active: Array, k: int, fresh: int, state: Array, L: Array, y: Array, target: Array
) -> int:
    """Go to the nearest points of the hulls of the active points; return how many stay active."""
    while True:
        _forward(L, k, fresh, side, active, y)
        _affine_minimiser(L, k, y, target)
        theta, p = _blocking(x, active, k, target)
        for u in range(k):
            x[active[u]] += theta * (target[u] - x[active[u]])
        if p < 0:
            return k
        x[active[p]] = 0.0
        state[active[p]] = 0
        _delete(L, k, p)
        for u in range(p, k - 1):
            active[u] = active[u + 1]
        k, fresh = k - 1, p


@compiled
def minimise(
    m: int,
    Q: Array,
    side: Array,
    x: Array,
    active: Array,
    k: int,
    built: int,
    lift: float,
    L: Array,
    tolerance: float,
) -> int:
    """Minimise x'Qx over the two simplices, starting from the active points and their weights.

    Args:
        m: number of working points; the arrays may have room for more.
        Q: (m, m) Gram matrix of the signed working points.
        side: (m,) 0 or 1.
        x: (m,) weights, changed in place; zero outside the active points.
        active: (m + 1,) indices, the first k in use, changed in place.
        k: number of active points.
        built: how many of them L holds already.
        lift: what is added to the Gram entries of points of one side.
        L: (m + 1, m + 1) lower factor, changed in place.
        tolerance: stop when no working point violates optimality by more (in units of Q).

    Returns:
        The new number of active points, all of them in L.
    """
    tolerance = max(tolerance, NOISE * lift)
    column, target, g, y = np.empty(m + 1), np.empty(m + 1), np.empty(m), np.empty((2, m + 1))
    state, promising = np.zeros(m, np.uint8), np.empty(TOGETHER, np.int64)
    k = _factor(Q, side, x, active, k, built, lift, L)
    state[active[:k]] = 1
    fresh, idle, least = ZERO, 0, np.inf
    for _ in range(50 * m + 1000):
        k = _drop_to_minimiser(side, x, active, k, fresh, state, L, y, target)
        fresh = k
        count, square = _most_violating(Q, side, x, active, k, state, g, tolerance, promising)
        idle = idle + 1 if square >= least else 0
        least = min(least, square)
        if count == 0 or idle > PATIENCE:
            break
        for rank, new in enumerate(promising[:count]):
            _gram_column(Q, side, active, k, new, lift, column)
            if _append(L, k, column, Q[new, new] + lift, SINGULAR if rank == 0 else COMPANION):
                active[k] = new
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
def _levels(scores_a: Array, scores_b: Array, row: Array, side: Array, x: Array) -> Array:
    """Return the weighted mean score of the working points of either side."""
    level = np.zeros(2)
    for i in range(row.shape[0]):
        if x[i] > 0.0:
            level[side[i]] += x[i] * (scores_a[row[i]] if side[i] == 0 else scores_b[row[i]])
    return level


@compiled
def _enter(
    A: Array, B: Array, more_a: Array, more_b: Array, m: int, row: Array, side: Array, Z: Array, Q: Array
) -> None:
    """Let rows of A and, negated, of B follow the m working points, with their scalar products."""
    middle, end = m + more_a.shape[0], m + more_a.shape[0] + more_b.shape[0]
    for i in range(m, end):
        first = i < middle
        row[i] = more_a[i - m] if first else more_b[i - middle]
        side[i] = 0 if first else 1
        for j in range(Z.shape[1]):
            Z[i, j] = A[row[i], j] if first else -B[row[i], j]
    block = np.dot(Z[m:end], Z[:end].T)
    for i in range(m, end):
        for j in range(end):
            Q[i, j] = block[i - m, j]
    for j in range(m):
        for i in range(m, end):
            Q[j, i] = block[i - m, j]


@compiled
def nearest(
    A: Array,
    B: Array,
    startA: Array,
    startB: Array,
    weights: Array,
    lift: float,
    gap: float,
    error: float,
    zero: float,
    verdict_only: bool,
    batch: int,
    max_rounds: int,
) -> Found:
    """Find the nearest points of two hulls by solving ever better chosen small subsets of the points.

    Each round solves the working set, prices all points with one product, and adds the worst of them.

    Args:
        A: (n_a, d) points, float64, near the origin.
        B: (n_b, d) points.
        startA: rows of A to start from, at least one, none twice.
        startB: the same for B.
        weights: their weights, those of A first; they sum to one on either side.
        lift: square of a typical norm.
        gap: relative gap between the bounds at which to stop.
        error: a lower bound counts only above this (rounding of a scalar product with a unit vector).
        zero: an upper bound this small stops the search.
        verdict_only: stop as soon as the lower bound is above `error`.
        batch: how many points of either side a round adds.
        max_rounds: give up after so many rounds.

    Returns:
        (rows, weights, in_a, normal, middle, lower, upper): the active rows, those with in_a of A, their
        weights; the vector (d,) whose hyperplane gives the lower bound, and its product with the points
        midway between the sets; the bounds as found in float64.
    """
    m = startA.shape[0] + startB.shape[0]
    room = m + 4 * batch
    row, side, x = np.zeros(room, np.int64), np.zeros(room, np.int64), np.zeros(room)
    d = A.shape[1]
    Z, Q, L = np.empty((room, d)), np.empty((room, room)), np.empty((room, room))
    active = np.zeros(room, np.int64)
    taken_a, taken_b = np.zeros(A.shape[0], np.bool_), np.zeros(B.shape[0], np.bool_)
    taken_a[startA], taken_b[startB] = True, True
    _enter(A, B, startA, startB, ZERO, row, side, Z, Q)
    k, built, idle, tolerance = ZERO, ZERO, 0, 0.0
    for i in range(m):
        x[i] = weights[i]
        if weights[i] > 0.0:
            active[k] = i
            k += 1
    normal, middle = np.zeros(d), 0.0
    lower, upper, least = -np.inf, np.inf, np.inf
    for _ in range(max_rounds):
        k = built = minimise(m, Q, side, x, active, k, built, lift, L, tolerance)
        w = np.dot(x[:m], Z[:m])
        upper = np.sqrt(np.dot(w, w))
        idle = idle + 1 if upper > least * (1.0 - 1e-9) else 0
        least = min(least, upper)
        if upper == 0.0 or idle > PATIENCE:
            break
        scores_a, scores_b = np.dot(A, w), -np.dot(B, w)
        foremost_a, foremost_b = scores_a.min(), scores_b.min()
        bound = (foremost_a + foremost_b) / upper
        if bound > lower:
            lower, normal, middle = bound, w, (foremost_a - foremost_b) / 2.0
        if lower >= (1.0 - gap) * upper or upper <= zero or (verdict_only and lower > error):
            break
        level = _levels(scores_a, scores_b, row[:m], side, x)
        slack = 0.25 * gap * upper * upper
        tolerance = max(slack, 0.1 * max(level[0] - foremost_a, level[1] - foremost_b))
        more_a = _worst(scores_a, level[0] - slack, taken_a, batch)
        more_b = _worst(scores_b, level[1] - slack, taken_b, batch)
        if more_a.shape[0] + more_b.shape[0] == 0:
            tolerance = slack
            continue
        grown = m + more_a.shape[0] + more_b.shape[0]
        if grown >= room:
            room = 2 * grown
            row, side = _longer(row, room), _longer(side, room)
            x, active = _longer(x, room), _longer(active, room)
            Z = _larger(Z, m, d, room, d)
            Q, L = _larger(Q, m, m, room, room), _larger(L, m, m, room, room)
        _enter(A, B, more_a, more_b, m, row, side, Z, Q)
        m = grown
    chosen = active[:k]
    return row[chosen], x[chosen], side[chosen] == 0, normal, middle, lower, upper
