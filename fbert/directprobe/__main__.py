"""DirectProbe on files: `fbert-directprobe --help`, or `python -m fbert.directprobe`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from fbert.directprobe.command.audit import audit
from fbert.directprobe.command.permutations import against_shuffled
from fbert.directprobe.command.published import write_predictions, write_results
from fbert.directprobe.command.reading import read_both, read_folder, read_labels, read_points
from fbert.directprobe.estimator import DirectProbe
from fbert.errors import InputError
from fbert.files import write_json

DESCRIPTION = """Cluster labelled points so that hulls of different labels do not meet, and measure distances.

Input is one file with both (npz or HDF5 with arrays X and y; csv with the label last), a file of vectors and
one of labels (npy, npz, csv, HDF5, or text: a vector per line; a label or entity<TAB>label per line), or a
folder in the layout of the published code (embeddings/, entities/, labels/), with --embeddings naming a file
below embeddings/.

`audit RESULTS POINTS [LABELS]` instead of POINTS holds results of the published code (clusters.txt, dis.txt,
vec.txt in the folder RESULTS) against certificates.
"""
AUDIT = """Say of each published distance whether it can be right, and which clusters meet.

RESULTS is a folder with clusters.txt and, if they are there, dis.txt and vec.txt, as the published code wrote
them; POINTS and LABELS are what it was given, in any form that this command reads.
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
    given = sys.argv[1:] if arguments is None else arguments
    parser = _audit_parser() if given[:1] == ["audit"] else _parser()
    options = parser.parse_args(given)
    options.check(parser, options)
    try:
        return int(options.answer(options))
    except (InputError, FileExistsError, NotADirectoryError) as error:
        print(f"fbert.directprobe: {error}", file=sys.stderr)
        return 1


def _probe(options: argparse.Namespace) -> int:
    """Cluster, measure and write; say how many clusters there are."""
    X, y = _training_points(options)
    probe = _carry_out(options, X, y)
    linear = "linear" if probe.is_linear_ else "not linear"
    print(f"{probe.n_clusters_} clusters for {len(probe.classes_)} labels: {linear}; see {options.output}")
    if seeds := _seeds(options):
        found = against_shuffled(X, y, probe.n_clusters_, seeds, options.threads)
        write_json(options.output / "permutations.json", found.as_dict())
        print(found.said())
    return 0


def _audit(options: argparse.Namespace) -> int:
    """Hold published results against certificates; return 1 if something is not as it should be."""
    bar = Bar()
    try:
        found = audit(
            options.results, *_training_points(options), options.min_cluster_size, options.threads, bar
        )
    finally:
        bar.close()
    if options.output is not None:
        write_json(options.output / "audit.json", found.as_dict())
    for line in found.lines():
        print(line)
    return int(found.faults > 0)


def _seeds(options: argparse.Namespace) -> Sequence[int]:
    """Return the seeds of the shufflings that are asked for."""
    return options.seeds or range(options.permutations)


def _carry_out(options: argparse.Namespace, X: np.ndarray, y: np.ndarray) -> DirectProbe:
    """Read test points if there are any, fit and write."""
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
    parser = _described(DESCRIPTION)
    _add_points(parser)
    parser.add_argument("--output", type=Path, required=True, help="folder for the results")
    parser.add_argument("--test-embeddings", help="published folder: the same for entities/test.txt")
    parser.add_argument("--test-points", type=Path, help="points to predict")
    parser.add_argument("--test-labels", type=Path, help="their labels")
    parser.add_argument("--gap", type=float, default=1e-3, help="relative gap of the bounds (%(default)s)")
    parser.add_argument(
        "--permutations",
        type=int,
        default=0,
        metavar="N",
        help="cluster N times with shuffled labels too, and say how many clusters the given ones save (CRA)",
    )
    parser.add_argument("--seeds", type=int, nargs="+", help="of the shufflings (0 to N - 1)")
    parser.set_defaults(answer=_probe, check=_check_probe)
    return parser


def _audit_parser() -> argparse.ArgumentParser:
    parser = _described(AUDIT)
    parser.add_argument("audit", choices=["audit"], metavar="audit")
    parser.add_argument("results", type=Path, help="folder of the published results")
    _add_points(parser)
    parser.add_argument(
        "--output", type=Path, help="folder for audit.json, which has the bounds of every distance"
    )
    parser.set_defaults(answer=_audit, check=_check_audit)
    return parser


def _described(text: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        "fbert-directprobe", description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def _add_points(parser: argparse.ArgumentParser) -> None:
    """Add what names the points, and what both commands need to treat them alike."""
    parser.add_argument("points", type=Path, help="file of vectors, file with both, or published folder")
    parser.add_argument(
        "labels", type=Path, nargs="?", help="file of labels, if they are not with the points"
    )
    parser.add_argument(
        "--embeddings", help="published folder: file below embeddings/ with the training vectors"
    )
    parser.add_argument(
        "--min-cluster-size",
        type=int,
        default=6,
        help="smaller clusters have no distance, 0 in the text files (%(default)s, as published)",
    )
    parser.add_argument("--threads", type=int, default=-1, help="number of threads (all)")


def _check_probe(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Refuse options that would have no effect, and numbers that mean nothing."""
    if options.test_labels is not None and options.test_points is None:
        parser.error("--test-labels needs --test-points")
    seeds = options.seeds or []
    if seeds and options.permutations not in (0, len(seeds)):
        parser.error(f"--permutations {options.permutations}, but --seeds has {len(seeds)}")
    if len(set(seeds)) < len(seeds):
        parser.error("--seeds has a seed twice")
    _check_points(parser, options, options.embeddings or options.test_embeddings)


def _check_audit(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    _check_points(parser, options, options.embeddings)


def _check_points(
    parser: argparse.ArgumentParser, options: argparse.Namespace, embeddings: str | None
) -> None:
    """Refuse what neither command can use, and files that are named within what is no folder."""
    if not options.points.is_dir() and embeddings:
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
