"""Records of how results were made: content decides, never a time stamp."""

import os
from dataclasses import replace

import numpy
import pytest

from fbert.errors import CorruptFileError
from fbert.fingerprint import PACKAGE
from fbert.made import (
    Job,
    Ledger,
    Made,
    check_inputs,
    differences,
    files_in,
    portable,
    resolved,
    signature,
    sums_of,
)

ROOT = "results/s"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a raw corpus that was prepared, and a table made of it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/reviews.csv").write_text("review,stars\nfine,5\n")
    done(job("prepare"), ["data/reviews.csv"], {"examples.json": "[1]"})
    done(job("table"), [f"{ROOT}/examples.json"], {"table.csv": "1"})
    return tmp_path


def job(rule: str, **settings) -> Job:
    return Job(ROOT, rule, {"name": "x"}, settings, code="c", versions={})


def done(todo: Job, read: list[str], written: dict[str, str]) -> Made:
    """Leave the files and the record of a job."""
    for name, content in written.items():
        os.makedirs(ROOT, exist_ok=True)
        with open(f"{ROOT}/{name}", "w") as stream:
            stream.write(content)
    made = Made(
        todo.rule,
        todo.wildcards,
        todo.settings,
        todo.code,
        todo.versions,
        inputs=sums_of(ROOT, read),
        outputs=sums_of(ROOT, [f"{ROOT}/{name}" for name in written]),
        seen={path: signature(path) for path in read if not path.startswith(ROOT)},
    )
    made.write(todo.record)
    return made


def changes(rule: str, **settings) -> list[str]:
    ledger = Ledger([ROOT], lambda root, name, wildcards: job(name))
    return ledger.changes(job(rule, **settings))


def test_nothing_changed(folder):
    assert changes("prepare") == changes("table") == []


def test_an_own_file_replaced_by_an_older_one_is_noticed(folder):
    other = folder / "other.csv"
    other.write_text("review,stars\nfine,1\n")
    os.utime(other, (0, 0))
    os.replace(other, "data/reviews.csv")
    assert changes("prepare") == ["data/reviews.csv is another"]
    assert changes("table") == ["follows prepare x"]


def test_content_written_over_with_its_old_time_is_noticed(folder):
    before = os.stat("data/reviews.csv")
    with open("data/reviews.csv", "r+") as stream:
        stream.write("Review")
    os.utime("data/reviews.csv", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert os.stat("data/reviews.csv").st_size == before.st_size
    assert changes("prepare") == ["data/reviews.csv is another"]


def test_a_touch_or_a_copy_of_equal_content_is_no_change(folder):
    os.utime("data/reviews.csv")
    os.utime(f"{ROOT}/examples.json", (0, 0))
    content = (folder / "data/reviews.csv").read_bytes()
    (folder / "data/reviews.csv").unlink()
    (folder / "data/reviews.csv").write_bytes(content)
    assert changes("prepare") == changes("table") == []


def test_a_raw_file_that_is_not_here_cannot_have_changed(folder):
    (folder / "data/reviews.csv").unlink()
    assert changes("prepare") == []


def test_an_input_that_was_made_again_with_other_content_is_noticed(folder):
    done(job("prepare"), ["data/reviews.csv"], {"examples.json": "[2]"})
    assert changes("table") == [f"{ROOT}/examples.json is another"]
    done(job("prepare"), ["data/reviews.csv"], {"examples.json": "[1]"})
    assert changes("table") == []


def test_settings_are_compared_by_key_and_not_by_order(folder):
    done(job("probe", widths=[32], l2=0.1), [], {"probe.json": "1"})
    assert changes("probe", l2=0.1, widths=[32]) == []
    assert changes("probe", widths=(32,), l2=0.1) == []
    assert changes("probe", widths=[32, 64], l2=0.1) == ["widths: [32] -> [32, 64]"]
    assert changes("probe", widths=[32]) == ["l2: 0.1 -> null"]


def test_code_counts_where_it_is_known(folder):
    ledger = Ledger([ROOT])
    assert ledger.changes(replace(job("prepare"), code="d")) == ["code"]
    assert Ledger([ROOT]).changes(replace(job("prepare"), code="")) == []


def test_versions_count_unless_switched_off(folder):
    done(replace(job("probe"), versions={"torch": "1"}), [], {"probe.json": "1"})
    newer = replace(job("probe"), versions={"torch": "2"})
    assert Ledger([ROOT]).changes(newer) == ["torch 1 -> 2"]
    assert Ledger([ROOT], versions_count=False).changes(newer) == []


def test_without_a_record_nothing_is_known(folder):
    assert changes("other") == ["no record of how it was made"]
    record = job("table").record
    record.write_text(record.read_text()[:-10])
    assert changes("table") == ["no record of how it was made"]
    with pytest.raises(CorruptFileError, match="not a record of how a result was made"):
        Made.read(record)


def test_an_altered_input_is_refused_by_name_before_anything_is_made_of_it(folder):
    with open(f"{ROOT}/examples.json", "w") as stream:
        stream.write("[2]")
    sums = sums_of(ROOT, [f"{ROOT}/examples.json", "data/reviews.csv"])
    with pytest.raises(
        CorruptFileError, match=r"results/s/examples\.json: truncated or altered since it was made"
    ):
        check_inputs(ROOT, sums, Ledger([ROOT]))


def test_folders_are_their_files_each_once_and_hidden_ones_are_left_out(folder):
    (folder / "data/.snakemake_timestamp").touch()
    assert files_in(["data", "data/reviews.csv"]) == ["data/reviews.csv"]


def test_paths_in_installed_packages_mean_the_same_elsewhere():
    assert portable(numpy.__file__) == "site-packages:numpy/__init__.py"
    assert resolved("site-packages:numpy/__init__.py").samefile(numpy.__file__)
    assert portable("data/x.csv") == "data/x.csv"
    config = PACKAGE / "demo/model/config.json"
    assert portable(str(config)) == "site-packages:fbert/demo/model/config.json"
    assert resolved("site-packages:fbert/demo/model/config.json") == config


def test_differences_of_trees_are_told_by_key():
    old = {"a": {"b": 1, "c": [1, 2]}, "d": None}
    assert sorted(differences("", old, {"a": {"b": 2, "c": [1, 2]}, "e": 0})) == [
        "a.b: 1 -> 2",
        "e: null -> 0",
    ]
