"""DirectProbe on files: `fbert-directprobe --help`, or `python -m fbert.directprobe`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from fbert.directprobe.command.published import write_predictions, write_results
from fbert.directprobe.command.reading import read_both, read_folder, read_labels, read_points
from fbert.directprobe.estimator import DirectProbe
from fbert.errors import InputError

DESCRIPTION = """Cluster labelled points so that hulls of different labels do not meet, and measure distances.

Input is one file with both (npz or HDF5 with arrays X and y; csv with the label last), a file of vectors and
one of labels (npy, npz, csv, HDF5, or text: a vector per line; a label or entity<TAB>label per line), or a
folder in the layout of the published code (embeddings/, entities/, labels/), with --embeddings naming a file
below embeddings/.
"""


class Bar:
    """A progress bar that follows what is being decided."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` are done."""
        if self._bar is None or self._bar.desc != what + ": ":
            self._bar = tqdm(total=total, desc=what)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """End the line of the bar, so that what is printed next has one of its own."""
        if self._bar is not None:
            self._bar.close()


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return the exit code: 0, or 1 for input that cannot be used."""
    parser = _parser()
    options = parser.parse_args(arguments)
    _check_options(parser, options)
    try:
        probe = _carry_out(options)
    except (InputError, FileExistsError, NotADirectoryError) as error:
        print(f"fbert.directprobe: {error}", file=sys.stderr)
        return 1
    linear = "linear" if probe.is_linear_ else "not linear"
    print(f"{probe.n_clusters_} clusters for {len(probe.classes_)} labels: {linear}; see {options.output}")
    return 0


def _carry_out(options: argparse.Namespace) -> DirectProbe:
    """Read, fit and write."""
    X, y = _training_points(options)
    test = _test_points(options)
    if test is not None:
        _check_test(*test, X)
    bar = Bar()
    settings = {"min_cluster_size": options.min_cluster_size, "n_jobs": options.threads}
    try:
        probe = DirectProbe(options.gap, progress=bar, **settings).fit(X, y)
        write_results(options.output, probe, np.asarray(X, dtype=np.float64))
        if test is not None:
            write_predictions(options.output, probe, test[1], probe.hull_distances(test[0]))
    finally:
        bar.close()
    return probe


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "fbert-directprobe",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("points", type=Path, help="file of vectors, file with both, or published folder")
    parser.add_argument(
        "labels", type=Path, nargs="?", help="file of labels, if they are not with the points"
    )
    parser.add_argument("--output", type=Path, required=True, help="folder for the results")
    parser.add_argument(
        "--embeddings", help="published folder: file below embeddings/ with the training vectors"
    )
    parser.add_argument("--test-embeddings", help="published folder: the same for entities/test.txt")
    parser.add_argument("--test-points", type=Path, help="points to predict")
    parser.add_argument("--test-labels", type=Path, help="their labels")
    parser.add_argument("--gap", type=float, default=1e-3, help="relative gap of the bounds (%(default)s)")
    parser.add_argument(
        "--min-cluster-size",
        type=int,
        default=6,
        help="smaller clusters have no distance, 0 in the text files (%(default)s, as published)",
    )
    parser.add_argument("--threads", type=int, default=-1, help="number of threads (all)")
    return parser


def _check_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Refuse options that would have no effect, and numbers that mean nothing."""
    if options.test_labels is not None and options.test_points is None:
        parser.error("--test-labels needs --test-points")
    if not options.points.is_dir() and (options.embeddings or options.test_embeddings):
        parser.error(f"--embeddings is for a folder in the published layout, and {options.points} is none")
    if options.threads == 0:
        parser.error("--threads is at least 1, or -1 for all")


def _check_test(X: np.ndarray, y: np.ndarray, train: np.ndarray) -> None:
    """Refuse, before anything is computed, test points that cannot be predicted."""
    if len(X) != len(y):
        raise InputError(f"{len(X)} test points have {len(y)} labels")
    if np.shape(X)[1:] != np.shape(train)[1:]:
        raise InputError(f"test points have the shape {np.shape(X)}, those trained on {np.shape(train)}")


def _training_points(options: argparse.Namespace) -> tuple[np.ndarray, np.ndarray]:
    if options.points.is_dir():
        if options.embeddings is None:
            raise InputError(f"{options.points} is a folder: --embeddings must name a file below embeddings/")
        return read_folder(options.points, options.embeddings, "train")
    if options.labels is None:
        return read_both(options.points)
    return read_points(options.points), read_labels(options.labels)


def _test_points(options: argparse.Namespace) -> tuple[np.ndarray, np.ndarray] | None:
    if options.test_embeddings is not None:
        return read_folder(options.points, options.test_embeddings, "test")
    if options.test_points is None:
        return None
    if options.test_labels is None:
        return read_both(options.test_points)
    return read_points(options.test_points), read_labels(options.test_labels)


if __name__ == "__main__":
    sys.exit(main())
