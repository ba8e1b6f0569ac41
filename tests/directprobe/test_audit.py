"""Results of another program: right ones pass, and every kind of planted fault is found by name."""

import json
import re

import numpy as np
import pytest
from directprobe.test_command import lines, run, text_of

from fbert.directprobe.command.permutations import Permutations

CLUSTERS = np.repeat([0, 2, 1, 3, 4], 12)
LABELS = np.repeat(["A", "B", "A", "C", "C"], 12)
CENTRES = 12 * np.repeat([[0, 0], [1, 0], [2, 0], [0, 1], [30, 0]], 12, axis=0)


@pytest.fixture
def folders(tmp_path):
    """Data and results as the published code has them; the last point is a cluster of its own."""
    X = np.random.default_rng(0).normal(size=(60, 2)) + CENTRES
    X, y = np.concatenate([X[:-12], [[24.0, -12.0]]]), [*LABELS[:-12], "C"]
    data, results = tmp_path / "data", tmp_path / "results"
    for name in ("embeddings", "entities", "labels"):
        (data / name).mkdir(parents=True)
    (data / "embeddings" / "12.txt").write_text(text_of(X))
    (data / "entities" / "train.txt").write_text("\n".join(f"word\t{label}" for label in y))
    (data / "labels" / "tags.txt").write_text("A\nB\nC\n")
    assert run(data, "--embeddings", "12.txt", "--output", results) == 0
    return data, results


def audited(folders, capsys, *more):
    data, results = folders
    capsys.readouterr()
    code = run("audit", results, data, "--embeddings", "12.txt", *more)
    said = capsys.readouterr()
    return code, said.out + said.err


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def swap_rows(folders, one, other):
    path = folders[1] / "clusters.txt"
    numbers = lines(path)
    numbers[one], numbers[other] = numbers[other], numbers[one]
    path.write_text("\n".join(numbers))


def test_right_results_pass(folders, capsys, tmp_path):
    code, said = audited(folders, capsys, "--output", tmp_path / "audit")
    assert code == 0, said
    clusters = len(set(lines(folders[1] / "clusters.txt")))
    distances = len(lines(folders[1] / "dis.txt")) + len(lines(folders[1] / "vec.txt"))
    assert f"49 points, {clusters} clusters of 3 labels" in said
    assert f"{distances} distances: {distances} right" in said
    content = json.loads((tmp_path / "audit" / "audit.json").read_text())
    for found in content["distances"]:
        assert found["published"] == pytest.approx(found["upper"], rel=1e-3, abs=1e-4)
        assert 0 < found["upper"] - found["lower"] <= 1e-3 * found["upper"]


def test_a_distance_of_0_between_clusters_that_are_apart_is_found(folders, capsys):
    (first, *_) = lines(folders[1] / "dis.txt")
    distance = first.rpartition(" ")[2]
    edit(folders[1] / "dis.txt", distance, "0.0000")
    code, said = audited(folders, capsys)
    assert code == 1
    pattern = (
        r"dis\.txt, line 1: \((.*)\) is 0\.0000, but at least (\S+) and at most (\S+): zero though apart"
    )
    pair, lower, upper = re.search(pattern, said).groups()
    assert pair in first
    assert float(lower) - 1e-4 <= float(distance) <= float(upper) + 1e-4
    assert float(lower) > 0.999 * float(distance)


@pytest.mark.parametrize(("file", "factor"), [("dis.txt", 1.003), ("dis.txt", 0.997), ("vec.txt", 1.003)])
def test_a_wrong_distance_is_found(folders, capsys, file, factor):
    mark = ": " if file == "dis.txt" else ","
    distance = lines(folders[1] / file)[-1].rpartition(mark)[2]
    edit(folders[1] / file, distance, f"{float(distance) * factor:.4f}")
    code, said = audited(folders, capsys)
    assert code == 1
    assert len(re.findall(r"line \d+: .* but at least .*: wrong", said)) == 1


def test_clusters_that_meet_are_found(folders, capsys):
    """All points of A as one cluster: B lies between its two parts."""
    numbers = lines(folders[1] / "clusters.txt")
    of_a = {numbers[0], numbers[24]}
    assert len(of_a) == 2
    merged = [numbers[0] if number in of_a else number for number in numbers]
    (folders[1] / "clusters.txt").write_text("\n".join(merged))
    (folders[1] / "dis.txt").unlink()
    (folders[1] / "vec.txt").unlink()
    code, said = audited(folders, capsys)
    assert code == 1
    assert re.search(rf"the hulls of \({numbers[0]}-A, {numbers[12]}-B\) meet: one place is a mean of", said)
    assert said.count("meet:") == 1


def test_swapped_rows_are_found(folders, capsys):
    swap_rows(folders, 3, 14)
    code, said = audited(folders, capsys)
    assert code == 1
    assert re.search(r"cluster \d+ has 11 points of A and 1 of other labels \(line 15: B\)", said)
    assert re.search(r"cluster \d+ has 11 points of B and 1 of other labels \(line 4: A\)", said)


def test_rows_swapped_within_a_label_are_found_by_their_distances(folders, capsys):
    swap_rows(folders, 3, 27)
    code, said = audited(folders, capsys)
    assert code == 1
    assert "wrong" in said


def test_a_pair_without_its_distance_is_found(folders, capsys):
    first, *rest = lines(folders[1] / "dis.txt")
    (folders[1] / "dis.txt").write_text("\n".join(rest))
    code, said = audited(folders, capsys)
    assert code == 1
    assert f"dis.txt: has no distance of {first.rpartition(':')[0]}" in said


def test_what_is_too_small_for_a_distance_may_have_0(folders, capsys):
    numbers = lines(folders[1] / "clusters.txt")
    entry = f"({numbers[0]}-A, {numbers[-1]}-C): 0.0000"
    assert numbers.count(numbers[-1]) == 1
    with open(folders[1] / "dis.txt", "a") as file:
        file.write(entry + "\n")
    code, said = audited(folders, capsys)
    assert code == 0, said
    assert "1 left out" in said


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("clusters.txt", None, "clusters.txt: no such file; an audit is of a folder into which"),
        ("clusters.txt", "0\n1\n", "has 2 lines, but there are 49 points and 49 labels"),
        ("clusters.txt", "0\none\n", "clusters.txt, line 2: 'one' is no number of a cluster"),
        ("dis.txt", "0 1 2.5\n", r"dis.txt, line 1: '0 1 2.5' is not `(I-LABEL, J-LABEL): DISTANCE`"),
        ("dis.txt", "(0-B, 1-A): 2.5\n", "dis.txt, line 1: cluster 0 is A in clusters.txt, not B"),
        ("dis.txt", "(0-A, 1-A): 2.5\n", "dis.txt, line 1: a distance of two clusters of one label"),
        ("vec.txt", "A-B,2.5\n", "vec.txt, line 1: 'A-B,2.5' is not `LABEL---LABEL,DISTANCE`"),
        ("vec.txt", "A---B,far\n", "vec.txt, line 1: 'far' is no distance"),
    ],
)
def test_files_that_cannot_be_read_are_refused_by_line(folders, capsys, file, text, message):
    path = folders[1] / file
    path.unlink()
    if text is not None:
        path.write_text(text)
    code, said = audited(folders, capsys)
    assert code == 1
    assert message in said


def test_labels_are_held_against_shuffled_ones(folders, capsys, tmp_path):
    data, _ = folders
    out = tmp_path / "out"
    assert (
        run(data, "--embeddings", "12.txt", "--output", out, "--permutations", 3, "--seeds", 42, 20, 7) == 0
    )
    content = json.loads((out / "permutations.json").read_text())
    assert list(content["shuffled"]) == ["42", "20", "7"]
    counts = list(content["shuffled"].values())
    assert content["clusters"] < min(counts)
    assert content["reduction"] == pytest.approx(1 - content["clusters"] / np.mean(counts))
    assert content["least"] <= content["reduction"] <= content["most"]
    assert f"CRA {content['reduction']:.4f}" in capsys.readouterr().out

    # Labels that are shuffled already save next to nothing.
    y = np.random.default_rng(5).permutation(
        [line.split("\t")[1] for line in lines(data / "entities/train.txt")]
    )
    np.save(tmp_path / "y.npy", y)
    np.save(tmp_path / "X.npy", np.loadtxt(data / "embeddings/12.txt"))
    run(tmp_path / "X.npy", tmp_path / "y.npy", "--output", out, "--permutations", 3)
    shuffled = json.loads((out / "permutations.json").read_text())
    assert shuffled["reduction"] < 0.3 < content["reduction"]
    assert list(shuffled["shuffled"]) == ["0", "1", "2"]


def test_reduction_is_against_the_mean():
    found = Permutations(10, {0: 20, 1: 40})
    assert found.reduction == pytest.approx(1 - 10 / 30)
    assert found.spread == (0.5, 0.75)


@pytest.mark.parametrize("seeds", [("--permutations", 2, "--seeds", 1), ("--seeds", 1, 1)])
def test_seeds_that_do_not_fit_are_refused(folders, capsys, tmp_path, seeds):
    with pytest.raises(SystemExit):
        run(folders[0], "--embeddings", "12.txt", "--output", tmp_path / "out", *seeds)
    assert "--seeds" in capsys.readouterr().err
