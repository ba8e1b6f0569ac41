"""DirectProbe as docs/method.md writes it, a linear program for every test; shares nothing with fbert."""

import heapq

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
    centre, radius = dict(enumerate(X)), dict.fromkeys(range(len(X)), 0.0)
    waiting = [pair for i in active for pair in _pairs(i, range(i), centre, y, y[i])]
    heapq.heapify(waiting)
    label = dict(enumerate(y))
    number = len(X)
    while (pair := _next(waiting, active)) is not None:
        rows = active[pair[0]] + active[pair[1]]
        mean = X[rows].mean(axis=0)
        reach = np.linalg.norm(X[rows] - mean, axis=1).max()
        others = [k for k in active if label[k] != y[rows[0]]]
        # Balls that do not meet hold hulls that do not meet; the rest is for the linear program.
        far = {k: np.linalg.norm(centre[k] - mean) for k in others}
        near = [k for k in others if far[k] <= (reach + radius[k]) * (1 + 1e-9) + 1e-12]
        if any(overlap(X[rows], X[active[k]]) for k in near):
            continue
        del active[pair[0]], active[pair[1]]
        active[number], centre[number], radius[number], label[number] = rows, mean, reach, y[rows[0]]
        for entry in _pairs(number, active, centre, label, y[rows[0]]):
            heapq.heappush(waiting, entry)
        number += 1
    return labelled(active.values(), len(X))


def _pairs(i, others, centre, label, own):
    found = [j for j in others if j != i and label[j] == own]
    return [(_distance(centre[i], centre[j]), min(i, j), max(i, j)) for j in found]


def _distance(a, b):
    distance = float(((a - b) ** 2).sum())
    return distance if distance > 1e-26 else 0.0


def _next(waiting, active):
    """Take the closest pair of active clusters, of equally close ones the lowest numbers; None at the end."""
    tied = []
    while waiting and (not tied or waiting[0][0] <= tied[0][0] * (1 + TIE)):
        entry = heapq.heappop(waiting)
        if entry[1] in active and entry[2] in active:
            tied.append(entry)
    if not tied:
        return None
    chosen = min(tied, key=lambda entry: entry[1:])
    for entry in tied:
        if entry is not chosen:
            heapq.heappush(waiting, entry)
    return chosen[1:]


def labelled(groups, n):
    """Number groups of rows."""
    out = np.empty(n, dtype=int)
    for number, rows in enumerate(groups):
        out[rows] = number
    return out


def same_partition(a, b):
    """Whether two clusterings agree by co-membership."""
    return len(set(zip(a, b, strict=True))) == len(set(a)) == len(set(b))
