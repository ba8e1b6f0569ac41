"""The measures once more, as their papers write them, slowly; shares nothing with fbert."""

import heapq
from itertools import combinations

import numpy as np
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import KDTree
from scipy.stats import spearmanr


def cka(X, Y):
    """By U-centred matrices (Székely & Rizzo 2014): their inner product is the unbiased HSIC."""

    def centred(kernel):
        n = len(kernel)
        found = np.zeros_like(kernel)
        rows, everything = kernel.sum(axis=1) / (n - 2), kernel.sum() / ((n - 1) * (n - 2))
        for i in range(n):
            for j in range(n):
                if i != j:
                    found[i, j] = kernel[i, j] - rows[i] - rows[j] + everything
        return found

    # On squared distances instead of inner products, which differ by what centring takes away and a factor.
    left, right = (centred(((P[:, None] - P[None]) ** 2).sum(axis=2)) for P in (X, Y))
    return (left * right).sum() / np.sqrt((left**2).sum() * (right**2).sum())


def rsa(X, Y):
    lists = []
    for P in (X - X.mean(axis=0), Y - Y.mean(axis=0)):
        similar = np.corrcoef(P)
        lists.append([1 - similar[i, j] for i, j in combinations(range(len(P)), 2)])
    return spearmanr(*lists).statistic


def procrustes(X, Y):
    """By the rotation itself, on sides of the same width."""
    width = max(X.shape[1], Y.shape[1])
    X, Y = (np.pad(P - P.mean(axis=0), ((0, 0), (0, width - P.shape[1]))) for P in (X, Y))
    X, Y = X / np.sqrt((X**2).sum()), Y / np.sqrt((Y**2).sum())
    rotation, _ = orthogonal_procrustes(X, Y)
    return np.sqrt(((X @ rotation - Y) ** 2).sum())


def intrinsic_dimension(X, y=None):
    near, _ = KDTree(X).query(X, k=3)
    ratios = sorted(near[:, 2] / near[:, 1])
    n = len(ratios)
    line = [(np.log(ratios[i]), -np.log(1 - (i + 1) / n)) for i in range(int(0.9 * n))]
    x, height = np.array(line).T
    return np.linalg.lstsq(x[:, None], height, rcond=None)[0][0]


def anisotropy(X, y=None):
    pairs = combinations(X, 2)
    return np.mean([a @ b / (np.linalg.norm(a) * np.linalg.norm(b)) for a, b in pairs])


def convexity(X, y, neighbours=10):
    n = len(X)
    far = np.array([[np.linalg.norm(a - b) for b in X] for a in X])
    joined = [set() for _ in range(n)]
    for i in range(n):
        for j in sorted((j for j in range(n) if j != i), key=lambda j, i=i: far[i, j])[:neighbours]:
            joined[i].add(j)
            joined[j].add(i)
    values = {}
    for i, j in combinations(range(n), 2):
        if y[i] == y[j]:
            path = _path(i, j, joined, far)
            between = path[1:-1]
            inside = np.mean([y[k] == y[i] for k in between]) if between else 1.0
            values.setdefault(y[i], []).append(inside if path else 0.0)
    return np.mean([np.mean(of_label) for of_label in values.values()])


def _path(start, end, joined, far):
    waiting, done = [(0.0, start, (start,))], set()
    while waiting:
        length, node, path = heapq.heappop(waiting)
        if node == end:
            return path
        if node not in done:
            done.add(node)
            for other in joined[node]:
                heapq.heappush(waiting, (length + far[node, other], other, (*path, other)))
    return ()
