"""The study's section 5 as written, a linear program for every test; shares nothing with fbert."""

import numpy as np
from scipy.optimize import linprog

TIE = 1e-12


def overlap(A, B):
    """Whether two hulls meet: maximise t with Aw + b >= t, Bw + b <= -t, |w| <= 1; t = 0 means they do."""
    move, size = A[0], max(np.abs(A - A[0]).max(), np.abs(B - A[0]).max(), 1e-300)
    A, B = (A - move) / size, (B - move) / size
    d = A.shape[1]
    left = np.hstack([-A, -np.ones((len(A), 1)), np.ones((len(A), 1))])
    right = np.hstack([B, np.ones((len(B), 1)), np.ones((len(B), 1))])
    bounds = [(-1, 1)] * d + [(None, None)] * 2
    c = np.zeros(d + 2)
    c[-1] = -1
    found = linprog(
        c, A_ub=np.vstack([left, right]), b_ub=np.zeros(len(A) + len(B)), bounds=bounds, method="highs"
    )
    assert found.status == 0
    return found.x[-1] <= 1e-9


def clusters(X, y):
    """Return the cluster of each row, testing merge after merge."""
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y)
    active = {i: [i] for i in range(len(X))}
    dropped, number = set(), len(X)
    while True:
        pairs = _candidates(X, y, active, dropped)
        if not pairs:
            break
        least = min(distance for distance, *_ in pairs)
        i, j = min((i, j) for distance, i, j in pairs if distance <= least * (1 + TIE))
        rows = active[i] + active[j]
        if any(y[other[0]] != y[rows[0]] and overlap(X[rows], X[other]) for other in active.values()):
            dropped.add((i, j))
            continue
        del active[i], active[j]
        active[number] = rows
        number += 1
    return labelled(active.values(), len(X))


def labelled(groups, n):
    """Number groups of rows."""
    out = np.empty(n, dtype=int)
    for number, rows in enumerate(groups):
        out[rows] = number
    return out


def same_partition(a, b):
    """Whether two clusterings agree by co-membership."""
    return len(set(zip(a, b, strict=True))) == len(set(a)) == len(set(b))


def _candidates(X, y, active, dropped):
    centres = {i: X[rows].mean(axis=0) for i, rows in active.items()}
    numbers = sorted(active)
    return [
        (distance if (distance := float(((centres[i] - centres[j]) ** 2).sum())) > 1e-26 else 0.0, i, j)
        for place, i in enumerate(numbers)
        for j in numbers[place + 1 :]
        if y[active[i][0]] == y[active[j][0]] and (i, j) not in dropped
    ]
