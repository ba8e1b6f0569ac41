"""Datasets in the form of Hugging Face's `save_to_disk`."""

import json

import pytest

from fbert.corpora import Layout, read_sentences
from fbert.errors import InputError

pyarrow = pytest.importorskip("pyarrow")

LABELS = Layout(labels=("label",))
CLASSES = {"names": ["bad", "good"], "_type": "ClassLabel"}
TEXT = {"dtype": "string", "_type": "Value"}


def save(folder, features, *parts):
    """Write a dataset of so many files."""
    folder.mkdir()
    names = [f"data-{number:05d}-of-{len(parts):05d}.arrow" for number in range(len(parts))]
    for name, columns in zip(names, parts, strict=True):
        table = pyarrow.table(columns)
        with (
            pyarrow.OSFile(str(folder / name), "wb") as file,
            pyarrow.ipc.new_stream(file, table.schema) as out,
        ):
            out.write_table(table)
    state = {"_data_files": [{"filename": name} for name in names], "_fingerprint": "0", "_split": "train"}
    (folder / "state.json").write_text(json.dumps(state))
    (folder / "dataset_info.json").write_text(json.dumps({"features": features}))
    return folder


def test_classes_are_read_by_name(tmp_path):
    features = {"text": TEXT, "label": CLASSES}
    parts = {"text": ["A short one"], "label": [1]}, {"text": ["Señor Sol", "x"], "label": [0, -1]}
    found = read_sentences(save(tmp_path / "data", features, *parts), "dataset", LABELS)
    assert [sentence.words for sentence in found] == [("A", "short", "one"), ("Señor", "Sol"), ("x",)]
    assert [sentence.values["label"] for sentence in found] == ["good", "bad", "_"]


@pytest.mark.parametrize("kind", ["Sequence", "List"])
def test_lists_of_words_and_tags(tmp_path, kind):
    features = {"words": {"feature": TEXT, "_type": kind}, "tags": {"feature": CLASSES, "_type": kind}}
    folder = save(tmp_path / "data", features, {"words": [["New", "York"]], "tags": [[1, 0]]})
    (found,) = read_sentences(folder, "dataset", Layout(tokens="words", labels=("tags",)))
    assert found.columns == {"form": ("New", "York"), "tags": ("good", "bad")}


def test_a_folder_of_several_parts_is_refused(tmp_path):
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train"]}')
    with pytest.raises(InputError, match=r"several parts; name the folder of one, such as .*/train"):
        read_sentences(tmp_path, "dataset", LABELS)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("state.json", None, r"state\.json: no dataset that `save_to_disk` wrote"),
        ("dataset_info.json", b"{", r"dataset_info\.json: no dataset"),
        ("dataset_info.json", b"[]", r"dataset_info\.json: not as `save_to_disk` writes it"),
        ("data-00000-of-00001.arrow", None, r"data-00000-of-00001\.arrow: missing or damaged"),
        ("data-00000-of-00001.arrow", b"ARROW", r"data-00000-of-00001\.arrow: missing or damaged"),
    ],
)
def test_what_is_damaged_is_refused(tmp_path, name, change, message):
    folder = save(tmp_path / "data", {"text": TEXT, "label": CLASSES}, {"text": ["a"], "label": [1]})
    (folder / name).unlink()
    if change is not None:
        (folder / name).write_bytes(change)
    with pytest.raises(InputError, match=message):
        read_sentences(folder, "dataset", LABELS)


def test_a_row_without_text_is_named(tmp_path):
    folder = save(tmp_path / "data", {"text": TEXT, "label": CLASSES}, {"text": ["a", ""], "label": [1, 1]})
    with pytest.raises(InputError, match=r"data:2: found '' in column 'text'"):
        read_sentences(folder, "dataset", LABELS)
