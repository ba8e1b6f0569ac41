"""Datasets of a hub, a server on loopback: fetched by real clients, read without a network, or refused."""

import gzip
import hashlib
import json
import os
import subprocess
import sys

import pytest
from datasets import ClassLabel, Dataset, Features, Value
from loopback_hub import NOWHERE, Repository, environment, serving

pytestmark = pytest.mark.network
REVISION, CONVERTED, OTHER = "a" * 40, "c" * 40, "f" * 40
# Each of the splits that are asked for, one after the other: what comes of it.
FETCH = """
import json, sys
from fbert.corpora.hub import fetch_split
from fbert.errors import InputError
for asked in json.loads(sys.argv[1]):
    try:
        found = fetch_split(*asked)
    except InputError as error:
        found = f"{type(error).__name__}: {error}"
    print(json.dumps(found))
"""
READ = """
import json, sys
from fbert.corpora import Layout, read_sentences
from fbert.errors import InputError
for path, labels, text in json.loads(sys.argv[1]):
    try:
        found = read_sentences(path, "hub", Layout(text=(text,), labels=tuple(labels)))
        print(json.dumps([[" ".join(sentence.words), *sentence.values.values()] for sentence in found]))
    except InputError as error:
        print(json.dumps(f"{type(error).__name__}: {error}"))
"""
CARD = b"""---
configs:
- config_name: small
  default: true
  data_files:
  - {split: train, path: small/train-*.parquet}
  - {split: validation, path: small/validation.parquet}
- config_name: large
  data_files: [{split: train, path: "large/*.parquet"}]
---
A card.
"""
TABLE_CARD = b"""---
configs:
- config_name: default
  sep: ";"
  data_files: [{split: test, path: rows.csv.gz}]
dataset_info:
  features:
  - {name: text, dtype: string}
  - name: label
    dtype: {class_label: {names: {"0": bad, "1": good}}}
  splits: [{name: test}]
---
"""
FEATURES = {"text": Value("string"), "label": ClassLabel(names=["bad", "good"]), "size": Value("float32")}


def parquet(folder, texts, labels):
    path = folder / "some.parquet"
    columns = {"text": texts, "label": labels, "size": [0.5] * len(texts)}
    Dataset.from_dict(columns, features=Features(FEATURES)).to_parquet(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    first, second = parquet(folder, ["a b", "c"], [1, -1]), parquet(folder, ["d"], [0])
    files = {
        "README.md": CARD,
        "small/train-0.parquet": first,
        "small/train-1.parquet": second,
        "small/validation.parquet": second,
        "large/all.parquet": first,
    }
    table = {"README.md": TABLE_CARD, "rows.csv.gz": gzip.compress(b"text;label\nw, x;1\ny;0\n")}
    lines = {"train.jsonl": b'{"text": "a", "label": 3}\n{"text": "b", "label": null}\n'}
    converted = {"one/train/0000.parquet": first, "two/train/0000.parquet": second}
    elsewhere = b"---\nconfigs: [{config_name: default, data_files: 'hf://datasets/me/mine/large/all.parquet'}]\n---\n"
    repositories = {
        "me/mine": Repository(files, REVISION),
        "me/table": Repository(table, REVISION),
        "me/lines": Repository(lines, REVISION),
        "me/script": Repository({"script.py": b"import os"}, REVISION, converted=CONVERTED),
        "me/old-script": Repository({"old-script.py": b"import os"}, REVISION),
        "me/converted": Repository(converted, CONVERTED),
        "me/gated": Repository(files, REVISION, gated=True),
        "me/pictures": Repository({"train/a.png": b"", "train/b.png": b""}, REVISION),
        "me/nothing": Repository({"README.md": b"Nothing yet."}, REVISION),
        "me/elsewhere": Repository({"README.md": elsewhere}, REVISION),
        "me/several": Repository(files | {"README.md": CARD.replace(b"  default: true\n", b"")}, REVISION),
        "me/down": Repository(files, REVISION, failing=503),
        "me/token": Repository(files, REVISION, failing=403),
        "me/altered": Repository(files, REVISION, altered={"small/train-1.parquet"}),
    }
    with serving({("datasets", name): found for name, found in repositories.items()}) as server:
        yield server


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def run(code, asked, cache, endpoint=NOWHERE, offline=False):
    """Run one of the programs above and return what it printed, a value for each that was asked."""
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(asked)],
        env=os.environ | environment(endpoint, cache, offline),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def fetched(hub, cache, tmp_path_factory):
    """The records of five splits, by repository and split."""
    asked = [
        ["me/mine", REVISION, None, "train"],
        ["me/mine", REVISION, "large", "train"],
        ["me/table", REVISION, None, "test"],
        ["me/lines", REVISION, None, "train"],
        ["me/converted", CONVERTED, "two", "train"],
    ]
    found = run(FETCH, asked, cache, hub.endpoint)
    assert all(isinstance(record, dict) for record in found), found
    folder = tmp_path_factory.mktemp("records")
    paths = {}
    for record in found:
        path = folder / f"{record['hub'].replace('/', '-')}-{record['config']}.json"
        path.write_text(json.dumps(record))
        paths[record["hub"], record["config"]] = path
    return paths


def record_of(fetched, *key):
    return json.loads(fetched[key].read_text())


def test_a_record_has_size_and_sum_of_every_file_in_the_order_of_reading(hub, fetched):
    record = record_of(fetched, "me/mine", None)
    files = hub.repositories["datasets", "me/mine"].files
    assert list(record["sha256"]) == ["small/train-0.parquet", "small/train-1.parquet"]
    for name in record["sha256"]:
        assert record["bytes"][name] == len(files[name])
        assert record["sha256"][name] == hashlib.sha256(files[name]).hexdigest()
    assert list(record_of(fetched, "me/mine", "large")["sha256"]) == ["large/all.parquet"]
    assert record_of(fetched, "me/table", None)["options"] == {"sep": ";"}
    assert list(record_of(fetched, "me/converted", "two")["sha256"]) == ["two/train/0000.parquet"]


def test_what_was_fetched_is_read_without_a_network(fetched, cache):
    asked = [[str(path), ["label"], "text"] for path in fetched.values()]
    found = dict(zip(fetched, run(READ, asked, cache, offline=True), strict=True))
    assert found["me/mine", None] == [["a b", "good"], ["c", "_"], ["d", "bad"]]
    assert found["me/mine", "large"] == [["a b", "good"], ["c", "_"]]
    assert found["me/table", None] == [["w, x", "good"], ["y", "bad"]]
    assert found["me/lines", None] == [["a", "3"], ["b", "_"]]
    assert found["me/converted", "two"] == [["d", "bad"]]


def test_rows_that_cannot_be_read_are_refused(fetched, cache, tmp_path):
    path = str(fetched["me/mine", None])
    no_record, misfit = tmp_path / "no-record.json", tmp_path / "misfit.json"
    no_record.write_text('{"hub": "me/mine"}')
    features = {"other": {"dtype": "string", "_type": "Value"}}
    misfit.write_text(json.dumps(record_of(fetched, "me/mine", None) | {"features": features}))
    asked = [[path, ["lable"], "text"], [path, [], "txt"], [path, [], "size"]]
    found = run(READ, [*asked, [str(no_record), [], "text"], [str(misfit), [], "text"]], cache, offline=True)
    expected = [
        "InputError: me/mine (train):1: found no column 'lable', expected it among the columns; did you mean",
        "InputError: me/mine (train):1: found no column 'txt', expected it among the columns; did you mean",
        "InputError: me/mine (train):1: found '0.5' in column 'size', expected a text; a list of words",
        f"CorruptFileError: {no_record}: not a record of a dataset that was fetched",
        "InputError: dataset me/mine (train): its files are no table as its card says (CastError",
    ]
    for message, beginning in zip(found, expected, strict=True):
        assert message.startswith(beginning), message
    assert "'label'?" in found[0] and "'text'?" in found[1]


def test_what_is_not_in_the_cache_or_was_altered_there_is_refused(fetched, cache, tmp_path):
    path = fetched["me/lines", None]
    asked = [[str(path), [], "text"]]
    (found,) = run(READ, asked, tmp_path, offline=True)
    assert f"train.jsonl is not in Hugging Face's cache, {tmp_path}/hub; is HF_HOME another one" in found
    (link,) = cache.rglob("snapshots/*/train.jsonl")
    content = link.read_bytes()
    link.resolve().write_bytes(content + b"\n")
    (found,) = run(READ, asked, cache, offline=True)
    assert f"{link}: altered since it was fetched; delete {link.resolve()} and {path}" in found
    link.resolve().write_bytes(content)


def test_what_the_hub_does_not_give_is_refused_with_what_to_do(hub, cache):
    page = "https://huggingface.co/datasets"
    cases = {
        ("me/none", REVISION, None, "train"): "there is none of this id on the hub (owner/name)",
        ("me/mine", OTHER, None, "train"): f"has no revision {OTHER}; its commits are on {page}/me/mine",
        ("me/mine", REVISION, "smal", "train"): "no configuration 'smal'; did you mean 'small'?",
        ("me/mine", REVISION, None, "vaildation"): "no split 'vaildation'; did you mean 'validation'?",
        ("me/several", REVISION, None, "train"): "several configurations, give `config`: small, large",
        ("me/converted", CONVERTED, None, "train"): "several configurations, give `config`: one, two",
        ("me/converted", CONVERTED, "three", "train"): "no configuration 'three'; valid are: one, two",
        ("me/gated", REVISION, None, "train"): f"do so on {page}/me/gated, then log in here with `hf auth",
        ("me/down", REVISION, None, "train"): "the hub refuses it (Server error '503{}); try again later",
        ("me/token", REVISION, None, "train"): "the hub refuses it (403{}): log in with `hf auth login`",
        ("me/script", REVISION, None, "train"): f"a script (script.py), {{}} `revision: {CONVERTED}`",
        ("me/old-script", REVISION, None, "train"): "(old-script.py), {} and use format `dataset`",
        (
            "me/pictures",
            REVISION,
            None,
            "train",
        ): "its files are read as imagefolder; only parquet, csv, json",
        ("me/nothing", REVISION, None, "train"): f"finds no data in revision {REVISION} (",
        ("me/elsewhere", REVISION, None, "train"): "(ValueError: Data files don't belong to me/elsewhere",
    }
    found = run(FETCH, list(cases), cache, hub.endpoint)
    for (name, *_), message, expected in zip(cases, found, cases.values(), strict=True):
        assert message.startswith(f"InputError: dataset {name}: "), message
        assert all(part in message for part in expected.split("{}")), message


def test_without_a_network_it_says_where_one_is_needed(tmp_path):
    (found,) = run(FETCH, [["me/mine", REVISION, None, "train"]], tmp_path)
    assert found.startswith("InputError: dataset me/mine: the hub cannot be reached (ConnectError")
    assert "fetched where Snakemake runs" in found


def test_what_was_altered_on_its_way_is_refused(hub, tmp_path):
    (found,) = run(FETCH, [["me/altered", REVISION, None, "train"]], tmp_path, hub.endpoint)
    assert found.startswith("CorruptFileError: ")
    assert "small/train-1.parquet: not what the hub has (" in found
