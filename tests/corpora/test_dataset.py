"""Datasets in the form of Hugging Face's `save_to_disk`, and Parquet files."""

import json

import numpy as np
import pandas as pd
import pytest
from datasets import ClassLabel, Dataset, Features, List, Value
from mutations import broken

from fbert.corpora import Layout, read_sentences
from fbert.errors import InputError

LABELS = Layout(labels=("label",))
CLASSES = ClassLabel(names=["bad", "good"])
FEATURES = {"text": Value("string"), "label": CLASSES}


def save(folder, features, columns, files=1):
    """Write a dataset of so many files."""
    data = Dataset.from_dict(columns, features=Features(features))
    data.save_to_disk(folder, num_shards=files)
    return folder


def read(folder, layout=LABELS):
    return read_sentences(folder, "dataset", layout)


def test_classes_are_read_by_name_over_several_files(tmp_path):
    columns = {"text": ["A short one", "Señor Sol", "x"], "label": [1, 0, -1]}
    found = read(save(tmp_path / "data", FEATURES, columns, files=2))
    assert [sentence.words for sentence in found] == [("A", "short", "one"), ("Señor", "Sol"), ("x",)]
    assert [sentence.values["label"] for sentence in found] == ["good", "bad", "_"]


def test_lists_of_words_and_tags(tmp_path):
    features = {"words": List(Value("string")), "tags": List(CLASSES)}
    folder = save(tmp_path / "data", features, {"words": [["New", "York"]], "tags": [[1, 0]]})
    (found,) = read(folder, Layout(tokens="words", labels=("tags",)))
    assert found.columns == {"form": ("New", "York"), "tags": ("good", "bad")}


def test_columns_that_are_not_asked_for_are_not_read(tmp_path):
    columns = {"text": ["a"], "label": [1], "embedding": [[0.5] * 9], "other": [None]}
    features = FEATURES | {"embedding": List(Value("float32")), "other": Value("string")}
    assert len(read(save(tmp_path / "data", features, columns))) == 1
    with pytest.raises(InputError, match=r"found no column 'embeding'.*; did you mean 'embedding'"):
        read(tmp_path / "data", Layout(labels=("embeding",)))


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_part_of_a_division_has_its_own_rows_alone(tmp_path, part):
    columns = {"text": [f"text {n}" for n in range(10)], "label": [0] * 10}
    parts = Dataset.from_dict(columns, features=Features(FEATURES)).train_test_split(0.3, seed=0)
    parts[part].save_to_disk(tmp_path / part)
    found = [" ".join(sentence.words) for sentence in read(tmp_path / part)]
    assert found == parts[part]["text"][:]
    assert len(found) == {"train": 7, "test": 3}[part]


@pytest.mark.parametrize("key", ["_indices_files", "_indices_data_files"])
def test_rows_chosen_by_a_file_of_an_old_version_are_refused(tmp_path, key):
    folder = save(tmp_path / "data", FEATURES, {"text": ["a", "b"], "label": [1, 0]})
    state = json.loads((folder / "state.json").read_text())
    (folder / "state.json").write_text(json.dumps(state | {key: [{"filename": "indices.arrow"}]}))
    with pytest.raises(InputError, match=r"state\.json: saved by an old version of datasets"):
        read(folder)


def test_a_folder_of_several_parts_is_refused(tmp_path):
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train"]}')
    with pytest.raises(InputError, match=r"several parts; name the folder of one, such as .*/train"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["state.json", "dataset_info.json", "data-00000-of-00001.arrow"])
@pytest.mark.parametrize("change", [None, b"{", b"[]", b"ARROW"])
def test_what_is_damaged_is_refused(tmp_path, name, change):
    folder = save(tmp_path / "data", FEATURES, {"text": ["a"], "label": [1]})
    (folder / name).unlink()
    if change is not None:
        (folder / name).write_bytes(change)
    with pytest.raises(InputError, match=r"data: no dataset .*, or a file of it is missing or damaged \("):
        read(folder)


def test_a_row_without_text_is_named(tmp_path):
    folder = save(tmp_path / "data", FEATURES, {"text": ["a", ""], "label": [1, 1]})
    with pytest.raises(InputError, match=r"data:2: found '' in column 'text'"):
        read(folder)


def test_broken_folders_are_read_or_refused(tmp_path):
    """A thousand datasets, each with one of its files mutated."""
    columns = {"text": ["A short one", "Señor Sol", "x"], "label": [1, 0, -1]}
    folder, rng = save(tmp_path / "data", FEATURES, columns, files=2), np.random.default_rng(23)
    files = {path: path.read_bytes() for path in sorted(folder.iterdir())}
    outcomes = {True: 0, False: 0}
    for number in range(400):
        path = list(files)[number % len(files)]
        path.write_bytes(broken(files[path], number, rng))
        outcomes[_reads(folder)] += 1
        path.write_bytes(files[path])
    assert min(outcomes.values()) > 20


def _reads(folder, format="dataset"):
    """Tell whether a dataset is read; a refusal names it."""
    try:
        read_sentences(folder, format, LABELS)
    except InputError as error:
        assert str(error).startswith(str(folder))
        return False
    return True


def save_parquet(folder, features, columns):
    path = folder / "data.parquet"
    Dataset.from_dict(columns, features=Features(features)).to_parquet(path)
    return path


def read_parquet(path, layout=LABELS):
    return read_sentences(path, "parquet", layout)


def test_a_parquet_file_of_datasets_is_read_by_the_names_of_classes(tmp_path):
    columns = {"text": ["A short one", "x", "y"], "label": [1, -1, None]}
    found = read_parquet(save_parquet(tmp_path, FEATURES, columns))
    assert [(s.words, s.values["label"]) for s in found] == [
        (("A", "short", "one"), "good"),
        (("x",), "_"),
        (("y",), "_"),
    ]


def test_a_parquet_file_of_pandas_is_read(tmp_path):
    frame = pd.DataFrame({"words": [["New", "York"]], "tags": [["B", "I"]], "other": [1.5]})
    frame.to_parquet(tmp_path / "data.parquet")
    (found,) = read_parquet(tmp_path / "data.parquet", Layout(tokens="words", labels=("tags",)))
    assert found.columns == {"form": ("New", "York"), "tags": ("B", "I")}


def test_what_is_no_parquet_file_or_lacks_a_column_is_refused(tmp_path):
    path = save_parquet(tmp_path, FEATURES, {"text": ["a"], "label": [1]})
    with pytest.raises(InputError, match=r"data\.parquet:1: found no column 'lable'.*did you mean 'label'"):
        read_parquet(path, Layout(labels=("lable",)))
    with pytest.raises(InputError, match=r"gone\.parquet: cannot be read \(no such file\)"):
        read_parquet(tmp_path / "gone.parquet")
    content = path.read_bytes()
    for damaged in (b"", b"text,label\na,b\n", content[:-20]):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"data\.parquet: no Parquet file, or damaged \("):
            read_parquet(path)


def test_broken_parquet_files_are_read_or_refused(tmp_path):
    """Two hundred files, each mutated."""
    path = save_parquet(tmp_path, FEATURES, {"text": ["A short one", "Señor Sol"], "label": [1, 0]})
    content, rng = path.read_bytes(), np.random.default_rng(5)
    outcomes = {True: 0, False: 0}
    for number in range(200):
        path.write_bytes(broken(content, number, rng))
        outcomes[_reads(path, "parquet")] += 1
    assert min(outcomes.values()) > 10
