"""The result files of the published code, in its formats: four decimals, clusters from 0, labels in order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from fbert.directprobe.estimator import DirectProbe
from fbert.files import write_json, write_text

BLOCK = 1024  # rows of a distance matrix held at a time


def write_results(folder: Path, probe: DirectProbe, X: np.ndarray) -> None:
    """Write what is known of the clusters of the (n, d) points `probe` was fitted on.

    Files: `clusters.txt` (a cluster number a line), `dis.txt` (`(i-A, j-B): d`), `vec.txt` (`A---B,d`),
    `inside_max.txt`, `inside_mean.txt` and `outside_min.txt` (`A,d`), `directprobe.json` (the certificates).
    Where a distance is undefined the published code writes 0, and so do we; the JSON tells the two apart.
    """
    _lines(folder / "clusters.txt", [str(number) for number in probe.labels_])
    _lines(folder / "dis.txt", [_cluster_pair(row) for row in probe.cluster_distances_.itertuples()])
    vector = probe.distance_vector().fillna(0.0)
    _lines(folder / "vec.txt", [f"{a}---{b},{d:.4f}" for (a, b), d in vector.items()])
    inside = [_inside(X[probe.labels_ == number]) for number in range(probe.n_clusters_)]
    _per_label(folder / "inside_max.txt", probe, _by_label(probe, [top for top, _ in inside], np.max))
    _per_label(folder / "inside_mean.txt", probe, _by_label(probe, [mean for _, mean in inside], np.mean))
    _per_label(folder / "outside_min.txt", probe, probe.min_distances().fillna(0.0).tolist())
    write_json(folder / "directprobe.json", certificates(probe))


def write_predictions(folder: Path, probe: DirectProbe, gold: np.ndarray, distances: np.ndarray) -> None:
    """Write `prediction.txt`: per test point its label, then `i-A,d` for each cluster, nearest first.

    Args:
        folder: where to write.
        probe: the fitted probe.
        gold: (m,) labels of the test points.
        distances: (m, K) distances to the hulls of the clusters.
    """
    lines = []
    for label, row in zip(gold, distances, strict=True):
        order = np.argsort(row, kind="stable")
        lines.append(
            "\t".join([str(label), *(f"{k}-{probe.cluster_labels_[k]},{row[k]:.4f}" for k in order)])
        )
    _lines(folder / "prediction.txt", lines)


def certificates(probe: DirectProbe) -> dict[str, Any]:
    """Return everything that proves the result, as JSON can hold it; rows are rows of the input."""
    members = [np.flatnonzero(probe.labels_ == number) for number in range(probe.n_clusters_)]
    return {
        "n_clusters": probe.n_clusters_,
        "is_linear": probe.is_linear_,
        "n_undecided": probe.n_undecided_,
        "gap": probe.gap,
        "clusters": [
            {"label": label.item() if hasattr(label, "item") else label, "size": int(size)}
            for label, size in zip(probe.cluster_labels_, probe.cluster_sizes_, strict=True)
        ],
        "pairs": [
            {
                "clusters": [a, b],
                "status": r.status,
                "lower": r.lower,
                "upper": r.upper,
                "residual": r.residual,
                "normal": r.normal.tolist(),
                "offset": r.offset,
                "rows_a": members[a][r.rows_a].tolist(),
                "weights_a": r.weights_a.tolist(),
                "rows_b": members[b][r.rows_b].tolist(),
                "weights_b": r.weights_b.tolist(),
            }
            for (a, b), r in probe.certificates_.items()
        ],
    }


def _cluster_pair(row: Any) -> str:
    return f"({row.cluster_a}-{row.label_a}, {row.cluster_b}-{row.label_b}): {row.distance:.4f}"


def _inside(points: np.ndarray) -> tuple[float, float]:
    """Return the largest and the mean distance of two of (m, d) points; NaN for one point."""
    m, largest, total = len(points), 0.0, 0.0
    for start in range(0, m, BLOCK):
        block = cdist(points[start : start + BLOCK], points)
        largest, total = max(largest, float(block.max())), total + float(block.sum())
    return (largest, total / (m * (m - 1))) if m > 1 else (np.nan, np.nan)


def _by_label(probe: DirectProbe, values: list[float], join: Callable[[np.ndarray], float]) -> list[float]:
    """Join the values of each label's clusters; 0 where there is none."""
    held = np.array(values)
    parts = [held[(probe.cluster_labels_ == label) & ~np.isnan(held)] for label in probe.classes_]
    return [float(join(part)) if len(part) else 0.0 for part in parts]


def _per_label(path: Path, probe: DirectProbe, values: list[float]) -> None:
    _lines(path, [f"{label},{value:.4f}" for label, value in zip(probe.classes_, values, strict=True)])


def _lines(path: Path, lines: list[str]) -> None:
    write_text(path, "".join(f"{line}\n" for line in lines))
