"""The command, on every kind of file it takes."""

import json
import re
from pathlib import Path

import h5py
import numpy as np
import pytest
from directprobe_oracle import same_partition
from scipy.spatial.distance import pdist

from fbert.directprobe.__main__ import main
from fbert.directprobe.command.reading import read_labels


def points():
    random = np.random.default_rng(0)
    y = np.repeat(["A", "B", "A"], 12)
    return random.normal(size=(36, 2)) + 12 * np.repeat([[0, 0], [1, 0], [2, 0]], 12, axis=0), y


def lines(path):
    return path.read_text().splitlines()


def text_of(X):
    return "\n".join(" ".join(map(repr, row)) for row in X.tolist())


def write(folder, kind, X, y):
    """Write the points as one kind of input; return the arguments that name it."""
    if kind == "npz":
        np.savez(folder / "both.npz", X=X, y=y)
        return [folder / "both.npz"]
    if kind == "hdf5":
        with h5py.File(folder / "both.h5", "w") as file:
            file["X"], file["y"] = X, y.astype("S")
        return [folder / "both.h5"]
    if kind == "csv":
        rows = [",".join([*map(repr, row), label]) for row, label in zip(X.tolist(), y, strict=True)]
        (folder / "both.csv").write_text("\n".join(rows))
        return [folder / "both.csv"]
    if kind == "npy":
        np.save(folder / "X.npy", X)
        np.save(folder / "y.npy", y)
        return [folder / "X.npy", folder / "y.npy"]
    for name in ("embeddings", "entities", "labels"):
        (folder / name).mkdir()
    (folder / "embeddings" / "12.txt").write_text(text_of(X))
    (folder / "entities" / "train.txt").write_text("\n".join(f"word\t{label}" for label in y))
    (folder / "entities" / "test.txt").write_text("\n".join(f"word\t{label}" for label in y))
    (folder / "labels" / "tags.txt").write_text("A\nB\n")
    return [folder, "--embeddings", "12.txt", "--test-embeddings", "12.txt"]


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.mark.parametrize("kind", ["npz", "hdf5", "csv", "npy", "folder"])
def test_every_kind_of_input_gives_the_same_files(tmp_path, kind):
    X, y = points()
    out = tmp_path / "out"
    assert run(*write(tmp_path, kind, X, y), "--output", out) == 0
    cluster = np.array(lines(out / "clusters.txt"), dtype=int)
    np.testing.assert_array_equal(cluster, np.repeat([0, 2, 1], 12))
    assert (out / "prediction.txt").exists() == (kind == "folder")


def test_result_files(tmp_path):
    X, y = points()
    out = tmp_path / "out"
    run(*write(tmp_path, "folder", X, y), "--output", out)
    parts = [X[:12], X[24:], X[12:24]]
    pattern = r"\((\d+)-(A|B), (\d+)-(A|B)\): (\d+\.\d{4})"
    found = [re.fullmatch(pattern, line).groups() for line in lines(out / "dis.txt")]
    assert [(a, i, b, j) for a, i, b, j, _ in found] == [("0", "A", "2", "B"), ("1", "A", "2", "B")]
    mean = np.mean([float(entry[-1]) for entry in found])
    label, distance = lines(out / "vec.txt")[0].split(",")
    assert label == "A---B"
    np.testing.assert_allclose(float(distance), mean, atol=1e-4)
    largest = [max(pdist(parts[0]).max(), pdist(parts[1]).max()), pdist(parts[2]).max()]
    within = [np.mean([pdist(parts[0]).mean(), pdist(parts[1]).mean()]), pdist(parts[2]).mean()]
    for name, values in (("inside_max", largest), ("inside_mean", within), ("outside_min", [mean, mean])):
        assert [line.split(",")[0] for line in lines(out / f"{name}.txt")] == ["A", "B"]
        got = [float(line.split(",")[1]) for line in lines(out / f"{name}.txt")]
        np.testing.assert_allclose(got, values, atol=1.1e-4)
    gold, nearest, *_ = lines(out / "prediction.txt")[0].split("\t")
    assert (gold, nearest) == ("A", "0-A,0.0000")


def test_certificates_prove_the_distances(tmp_path):
    X, y = points()
    run(*write(tmp_path, "npz", X, y), "--output", tmp_path)
    record = json.loads((tmp_path / "directprobe.json").read_text())
    cluster = np.array(lines(tmp_path / "clusters.txt"), dtype=int)
    assert (record["n_clusters"], record["is_linear"], record["n_undecided"]) == (3, False, 0)
    for pair in record["pairs"]:
        a, b = (X[cluster == number] for number in pair["clusters"])
        normal = np.array(pair["normal"])
        assert (a @ normal).min() - (b @ normal).max() >= pair["lower"] - 1e-9
        ends = [np.array(pair[f"weights_{s}"]) @ X[pair[f"rows_{s}"]] for s in "ab"]
        np.testing.assert_allclose(np.linalg.norm(ends[0] - ends[1]), pair["upper"])
        assert pair["upper"] - pair["lower"] <= 1e-3 * pair["upper"]


def test_golden_clusters(tmp_path):
    name = Path(__file__).parents[1] / "golden" / "words-layer6.npz"
    run(name, "--output", tmp_path)
    assert same_partition(lines(tmp_path / "clusters.txt"), np.load(name)["clusters"])


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("missing.npz", None, "missing.npz: no such file"),
        ("short.csv", "1,2,A\n1,B", "short.csv, line 2: 1 numbers where line 1 has 2"),
        ("word.csv", "1,2,A\n1,two,B", "word.csv, line 2: could not convert"),
        ("broken.npz", "not an archive", "broken.npz: not readable"),
        ("broken.h5", "not HDF5", "broken.h5: not readable"),
        ("nan.csv", "1,2,A\nnan,1,B", "X has NaN or infinite values in row 1"),
    ],
)
def test_input_that_cannot_be_used(tmp_path, capsys, file, content, message):
    if content is not None:
        (tmp_path / file).write_text(content)
    assert run(tmp_path / file, "--output", tmp_path / "out") == 1
    assert message in capsys.readouterr().err


def test_a_label_outside_the_label_file_is_named(tmp_path, capsys):
    X, y = points()
    arguments = write(tmp_path, "folder", X, y)
    (tmp_path / "labels" / "tags.txt").write_text("A\n")
    assert run(*arguments, "--output", tmp_path / "out") == 1
    assert "line 13: 'B' is not in" in capsys.readouterr().err


def test_a_file_without_its_array_says_what_it_holds(tmp_path, capsys):
    np.savez(tmp_path / "other.npz", vectors=np.ones((2, 2)))
    assert run(tmp_path / "other.npz", "--output", tmp_path / "out") == 1
    assert "has no array 'X'; it holds ['vectors']" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"X.txt": "1 2\n3 4"}, "X.txt: holds vectors alone; give their labels as a second file"),
        ({"X.npy": b""}, "X.npy: holds vectors alone"),
        ({"X.txt": "1 2\n3 4", "y.csv": "0,noun\n1,verb"}, "y.csv, line 1: several columns"),
        ({"X.csv": "1,2,A\n3,4,"}, "X.csv, line 2: no label"),
        ({"X.npz": b"PK\x03\x04 cut"}, "X.npz: not readable"),
    ],
)
def test_files_that_would_be_misread_are_refused(tmp_path, capsys, files, message):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert run(*(tmp_path / name for name in files), "--output", tmp_path / "out") == 1
    assert message in capsys.readouterr().err


def test_a_group_where_an_array_should_be_is_refused(tmp_path, capsys):
    with h5py.File(tmp_path / "both.h5", "w") as file:
        file.create_group("X")
    assert run(tmp_path / "both.h5", "--output", tmp_path / "out") == 1
    assert "both.h5: not readable" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--test-labels", "y.txt"], "--test-labels needs --test-points"),
        (["--embeddings", "12.txt"], "--embeddings is for a folder"),
        (["--threads", "0"], "--threads is at least 1"),
    ],
)
def test_options_without_effect_are_refused(tmp_path, capsys, options, message):
    with pytest.raises(SystemExit):
        run(*write(tmp_path, "npz", *points()), *options, "--output", tmp_path / "out")
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.ones((3, 2)), ["A", "B"], "3 test points have 2 labels"),
        (np.ones((2, 5)), ["A", "B"], "test points have the shape (2, 5), those trained on (36, 2)"),
    ],
)
def test_test_points_that_do_not_fit_are_refused_before_anything_is_computed(tmp_path, capsys, X, y, message):
    np.savez(tmp_path / "test.npz", X=X, y=y)
    arguments = [*write(tmp_path, "npz", *points()), "--test-points", tmp_path / "test.npz"]
    assert run(*arguments, "--output", tmp_path / "out") == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_results_that_cannot_be_written_are_an_error(tmp_path, capsys):
    (tmp_path / "out").write_text("a file")
    assert run(*write(tmp_path, "npz", *points()), "--output", tmp_path / "out") == 1
    assert "out" in capsys.readouterr().err


def test_the_smallest_cluster_with_a_distance_can_be_chosen(tmp_path):
    np.savez(tmp_path / "both.npz", X=np.array([[0.0, 0], [1, 0], [4, 0], [5, 0]]), y=list("AABB"))
    run(tmp_path / "both.npz", "--output", tmp_path / "none")
    assert lines(tmp_path / "none/vec.txt") == ["A---B,0.0000"]
    run(tmp_path / "both.npz", "--min-cluster-size", 1, "--output", tmp_path / "some")
    assert lines(tmp_path / "some/vec.txt") == ["A---B,3.0000"]


def test_a_byte_order_mark_is_no_part_of_a_label_and_only_line_ends_end_lines(tmp_path):
    (tmp_path / "labels.txt").write_bytes(b"\xef\xbb\xbfNOUN\r\nVE\xe2\x80\xa8RB\r\nNO\xc2\x85UN\nNOUN\n")
    assert read_labels(tmp_path / "labels.txt").tolist() == ["NOUN", "VE\u2028RB", "NO\x85UN", "NOUN"]
