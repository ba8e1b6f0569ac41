"""The active-set method behind every distance: Wolfe's nearest point, for two hulls.

The distance of hull(A) and hull(B) is the least norm of a - b. Write z_i = a_i for the points of A and
z_i = -b_i for those of B; we minimise |sum_i x_i z_i| over x >= 0 that sum to one on either side. The Gram
matrix of a small working set is all the method sees, so that its cost does not depend on the dimension.
P. Wolfe, Finding the nearest point in a polytope, Mathematical Programming 11 (1976), for one simplex; two
simplices are had by adding a constant to the Gram entries of points of one side, which moves no solution.

Compiled by numba without the global lock, one thread a call: results do not depend on the number of threads.
"""

from __future__ import annotations

import numba
import numpy as np

SINGULAR = 1e-13  # a pivot this small (squared, relative) means: in the affine hull of the active points
PATIENCE = 5  # steps without progress, which only rounding can cause, before giving up
NOISE = 1e-15  # what rounding leaves of a Gram entry, relative to the largest one

Array = np.ndarray
Found = tuple[Array, Array, Array, Array, float, float]

compiled = numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})


@compiled
def _append(L: Array, k: int, column: Array, diagonal: float) -> bool:
    """Append a row to the k x k lower factor L; False if the new point depends on the others."""
    for i in range(k):
        s = column[i]
        for j in range(i):
            s -= L[i, j] * L[k, j]
        L[k, i] = s / L[i, i]
    s = diagonal
    for j in range(k):
        s -= L[k, j] * L[k, j]
    if s <= SINGULAR * diagonal:
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
    noise: float,
) -> tuple[int, float]:
    """Return the working point that promises most, or -1, and the squared length reached.

    state[j] is 0 for points at rest, 1 for active ones, 2 for those that depend on the active ones.
    """
    m = side.shape[0]
    g[:m] = 0.0
    for u in range(k):
        row, weight = active[u], x[active[u]]
        for j in range(m):
            g[j] += weight * Q[row, j]
    mu = np.zeros(2)
    for u in range(k):
        mu[side[active[u]]] += x[active[u]] * g[active[u]]
    best, found = max(tolerance, noise), -1
    square = mu[0] + mu[1]
    for j in range(m):
        if state[j] == 0 and mu[side[j]] - g[j] > best:
            best, found = mu[side[j]] - g[j], j
    return found, square


@compiled
def _normalise(x: Array, side: Array, active: Array, k: int) -> None:
    """Make the active weights of either side sum to one."""
    total = np.zeros(2)
    for u in range(k):
        total[side[active[u]]] += x[active[u]]
    for u in range(k):
        x[active[u]] /= total[side[active[u]]]


@compiled
def minimise(Q: Array, side: Array, x: Array, active: Array, k: int, L: Array, tolerance: float) -> int:
    """Minimise x'Qx over the two simplices, starting from the active points and their weights.

    Args:
        Q: (m, m) Gram matrix of the signed working points.
        side: (m,) 0 or 1.
        x: (m,) weights, changed in place; zero outside the active points.
        active: (m,) indices, the first k in use, changed in place.
        k: number of active points.
        L: square work array, more than m rows and columns.
        tolerance: stop when no working point violates optimality by more (in units of Q).

    Returns:
        The new number of active points.
    """
    m = side.shape[0]
    lift, largest = 0.0, 0.0
    for i in range(m):
        lift += Q[i, i] / m
        largest = max(largest, Q[i, i])
    lift = lift if lift > 0.0 else 1.0
    noise = NOISE * largest
    column, target, g = np.empty(m + 1), np.empty(m + 1), np.empty(m)
    y = np.empty((2, m + 1))
    state = np.zeros(m, np.uint8)
    kept = 0
    for t in range(k):
        i = active[t]
        _gram_column(Q, side, active, kept, i, lift, column)
        if _append(L, kept, column, Q[i, i] + lift):
            active[kept] = i
            state[i] = 1
            kept += 1
        else:
            x[i] = 0.0
    k, fresh, idle, least = kept, 0, 0, np.inf
    _normalise(x, side, active, k)
    for _ in range(50 * m + 1000):
        while True:
            _forward(L, k, fresh, side, active, y)
            fresh = k
            _affine_minimiser(L, k, y, target)
            theta, p = _blocking(x, active, k, target)
            for u in range(k):
                x[active[u]] += theta * (target[u] - x[active[u]])
            if p < 0:
                break
            x[active[p]] = 0.0
            state[active[p]] = 0
            _delete(L, k, p)
            for u in range(p, k - 1):
                active[u] = active[u + 1]
            k, fresh = k - 1, p
        new, square = _most_violating(Q, side, x, active, k, state, g, tolerance, noise)
        idle = idle + 1 if square >= least else 0
        least = min(least, square)
        if new < 0 or idle > PATIENCE:
            break
        _gram_column(Q, side, active, k, new, lift, column)
        if _append(L, k, column, Q[new, new] + lift):
            active[k] = new
            state[new] = 1
            k += 1
        else:
            state[new] = 2
    return k


@compiled
def _worst(scores: Array, bound: float, taken: Array, room: int, out: Array) -> int:
    """Write into out where the `room` lowest free scores under `bound` are; return how many."""
    count = 0
    for i in range(scores.shape[0]):
        if scores[i] < bound and not taken[i]:
            j = count if count < room else room - 1
            while j > 0 and scores[out[j - 1]] > scores[i]:
                if j < room:
                    out[j] = out[j - 1]
                j -= 1
            out[j] = i
            count = min(count + 1, room)
            if count == room:
                bound = scores[out[room - 1]]
    return count


@compiled
def _grown(array: Array, rows: int, columns: int) -> Array:
    """Return a larger copy of a matrix."""
    larger = np.zeros((rows, columns))
    larger[: array.shape[0], : array.shape[1]] = array
    return larger


@compiled
def _combination(Z: Array, x: Array, active: Array, k: int, w: Array) -> None:
    """Write sum_i x_i z_i into w."""
    w[:] = 0.0
    for u in range(k):
        weight, row = x[active[u]], Z[active[u]]
        for j in range(w.shape[0]):
            w[j] += weight * row[j]


@compiled
def nearest(
    A: Array,
    B: Array,
    startA: Array,
    startB: Array,
    weights: Array,
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
        gap: relative gap between the bounds at which to stop.
        error: a lower bound counts only above this (rounding of a scalar product with a unit vector).
        zero: an upper bound this small stops the search.
        verdict_only: stop as soon as the lower bound is above `error`.
        batch: how many points of either side a round adds.
        max_rounds: give up after so many rounds.

    Returns:
        (rows, weights, in_a, normal, lower, upper): the active rows, those with in_a of A, their weights;
        the vector (d,) whose hyperplane gives the lower bound; the bounds as found in float64.
    """
    d, na, nb = A.shape[1], startA.shape[0], startB.shape[0]
    m, capacity = na + nb, na + nb + 8 * batch
    Z, Q, L = np.zeros((capacity, d)), np.zeros((capacity, capacity)), np.zeros((capacity + 1, capacity + 1))
    row, side, x = np.zeros(capacity, np.int64), np.zeros(capacity, np.int64), np.zeros(capacity)
    active = np.zeros(capacity + 1, np.int64)
    takenA, takenB = np.zeros(A.shape[0], np.bool_), np.zeros(B.shape[0], np.bool_)
    outA, outB = np.empty(batch, np.int64), np.empty(batch, np.int64)
    k = 0
    for i in range(m):
        if i < na:
            row[i] = startA[i]
            Z[i] = A[row[i]]
            takenA[row[i]] = True
        else:
            row[i], side[i] = startB[i - na], 1
            Z[i] = -B[row[i]]
            takenB[row[i]] = True
        x[i] = weights[i]
        if weights[i] > 0.0:
            active[k] = i
            k += 1
    Q[:m, :m] = np.dot(Z[:m], Z[:m].T)
    w, normal = np.zeros(d), np.zeros(d)
    lower, upper, least, idle = -np.inf, np.inf, np.inf, 0
    tolerance = 0.0
    for _ in range(max_rounds):
        k = minimise(Q[:m, :m], side[:m], x[:m], active, k, L, tolerance)
        _combination(Z, x, active, k, w)
        square = np.dot(w, w)
        upper = np.sqrt(square)
        idle = idle + 1 if upper > least * (1.0 - 1e-9) else 0
        least = min(least, upper)
        if upper == 0.0 or idle > PATIENCE:
            break
        sA, sB = np.dot(A, w), -np.dot(B, w)
        bound = (sA.min() + sB.min()) / upper
        if bound > lower:
            lower = bound
            normal[:] = w
        if lower >= (1.0 - gap) * upper or upper <= zero or (verdict_only and lower > error):
            break
        muA, muB = 0.0, 0.0
        for u in range(k):
            i = active[u]
            if side[i] == 0:
                muA += x[i] * sA[row[i]]
            else:
                muB += x[i] * sB[row[i]]
        slack = 0.25 * gap * square
        violation = max(muA - sA.min(), muB - sB.min())
        tolerance = max(slack, 0.1 * violation)
        addA = _worst(sA, muA - slack, takenA, batch, outA)
        addB = _worst(sB, muB - slack, takenB, batch, outB)
        if addA + addB == 0:
            if tolerance <= slack:
                break
            tolerance = slack
            continue
        if m + addA + addB > capacity:
            capacity = 2 * capacity + 2 * batch
            Z, Q, L = (
                _grown(Z, capacity, d),
                _grown(Q, capacity, capacity),
                np.zeros((capacity + 1, capacity + 1)),
            )
            row = np.append(row, np.zeros(capacity - row.shape[0], np.int64))
            side = np.append(side, np.zeros(capacity - side.shape[0], np.int64))
            x = np.append(x, np.zeros(capacity - x.shape[0]))
            active = np.append(active, np.zeros(capacity + 1 - active.shape[0], np.int64))
        old = m
        for t in range(addA):
            row[m] = outA[t]
            Z[m] = A[outA[t]]
            takenA[outA[t]] = True
            m += 1
        for t in range(addB):
            row[m], side[m] = outB[t], 1
            Z[m] = -B[outB[t]]
            takenB[outB[t]] = True
            m += 1
        block = np.dot(Z[old:m], Z[:m].T)
        Q[old:m, :m] = block
        Q[:m, old:m] = block.T
    return row[active[:k]], x[active[:k]], side[active[:k]] == 0, normal, lower, upper
