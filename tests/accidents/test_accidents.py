"""Accidents to a study, each of which really happens: to files, to disks, to the data."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import torch
import yaml
from checkout import TINY, results
from encoder.tiny import build
from safetensors.torch import load_file, save_file

from fbert.errors import InputError
from fbert.files import read_json
from fbert.study import load_study

EXAMPLES = "results/tiny/examples/PS-fxn.json"
CHECKPOINT = "results/tiny/checkpoints/demo/PS-fxn-seed0"
# A file of each kind, and what another job makes of it.
DATA = {
    "corpora/generated/treebank.conllu": "examples/POS.json",
    "examples/TREC-50.json": "embeddings/demo/original/TREC-50-test.h5",
    "checkpoints/demo/PS-fxn-seed0/model.safetensors": "embeddings/demo/PS-fxn-seed0/PS-fxn-test.h5",
    "embeddings/demo/original/PS-fxn-train.h5": "probes/demo/original/PS-fxn-layer-last.json",
}
RECORDS = {
    "probes/demo/original/PS-fxn-layer-last.json": "tables/table5.csv",
    "directprobe/demo/original/TREC-50-layer-last.json": "tables/table4.csv",
}


def test_damaged_files_are_refused_by_name_and_rebuilt(finished, tmp_path):
    damaged = finished.copied_to(tmp_path / "copy")
    root = damaged.folder / "results/tiny"
    for files in (DATA, RECORDS):
        for place, (file, made_of_it) in enumerate(files.items()):
            damage(root / file, altered=place % 2 == 0)
            (root / made_of_it).unlink()
        targets = [f"results/tiny/{made_of_it}" for made_of_it in files.values()]
        refused = damaged.snakemake("--keep-going", *targets)
        assert refused.returncode != 0
        for file in files:
            assert f"failed: results/tiny/{file}: truncated or altered since it was made" in refused.stderr
            in_checkpoint = file.startswith("checkpoints")
            shutil.rmtree((root / file).parent) if in_checkpoint else (root / file).unlink()
        damaged.run(*targets)
    assert results(damaged) == results(finished)


def damage(file: Path, altered: bool) -> None:
    """Change one bit of a file, or cut it in half."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content if altered else content[: len(content) // 2])


def test_the_second_run_in_one_folder_stops_and_says_so(checkout):
    first = subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "1", EXAMPLES, "--config", f"study={TINY}"],
        cwd=checkout.folder,
        stderr=subprocess.DEVNULL,
    )
    # Snakemake locks inputs, then outputs; a file of locks that is not yet written locks nothing.
    while first.poll() is None and not any(
        lock.stat().st_size for lock in checkout.folder.glob(".snakemake/locks/*.output.lock")
    ):
        time.sleep(0.02)
    first.send_signal(signal.SIGSTOP)  # it is still running when the second has started, however slowly
    second = checkout.snakemake(EXAMPLES)
    first.send_signal(signal.SIGCONT)
    assert second.returncode != 0
    assert "cannot be locked" in second.stderr
    assert first.wait() == 0
    assert "Nothing to be done" in checkout.run(EXAMPLES)


@pytest.fixture
def disk(checkout):
    """A checkout with its results on a disk of their own, which the test makes small or read-only."""
    folder = checkout.folder / "results"
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=30M", "none", folder], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("disks can only be mounted as root")
    yield checkout
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_named_and_leaves_no_half_file(disk, finished):
    disk.run(EXAMPLES)
    used = shutil.disk_usage(disk.folder / "results").used // 1024
    subprocess.run(["mount", "-o", f"remount,size={used + 80}k", disk.folder / "results"], check=True)
    said = disk.snakemake(CHECKPOINT)
    assert said.returncode != 0
    assert f"failed: {CHECKPOINT}" in said.stderr
    assert "cannot be written: No space left on device" in said.stderr
    assert not (disk.folder / CHECKPOINT).exists()
    assert (disk.folder / EXAMPLES).read_bytes() == (finished.folder / EXAMPLES).read_bytes()

    subprocess.run(["mount", "-o", "remount,size=400M", disk.folder / "results"], check=True)
    disk.run(CHECKPOINT)
    trained = f"{CHECKPOINT}/model.safetensors"
    assert (disk.folder / trained).read_bytes() == (finished.folder / trained).read_bytes()


def test_read_only_results_are_named(disk):
    subprocess.run(["mount", "-o", "remount,ro", disk.folder / "results"], check=True)
    said = disk.snakemake(EXAMPLES)
    assert said.returncode != 0
    assert "results/tiny/made/study: cannot be written: Read-only file system" in said.stderr
    subprocess.run(["mount", "-o", "remount,rw", disk.folder / "results"], check=True)
    disk.run(EXAMPLES)


WORDS = {
    "train": [("in", "Locus"), ("for", "Goal")] * 30 + [("by", "Agent")],
    "test": [("in", "Locus"), ("for", "Goal"), ("via", "Path")] * 5,
}


def own_study(folder: Path, encoders: dict, corpora: dict[str, dict[str, list[tuple[str, str]]]]) -> Path:
    """A study of a tagged word in each sentence, with a task for each corpus, in files of one's own."""
    for name, parts in corpora.items():
        for part, words in parts.items():
            lines = [
                f"they\t_\nwent\t_\n{word}\t{tag}\ntown{n}\t_\n\n" for n, (word, tag) in enumerate(words)
            ]
            (folder / f"{name}-{part}.txt").write_text("".join(lines))
    study = {
        "description": "Somebody's own.",
        "encoders": encoders,
        "corpora": {
            name: {"format": "words", "files": {part: f"{folder}/{name}-{part}.txt" for part in WORDS}}
            for name in corpora
        },
        "tasks": {name: {"corpus": name, "level": "word", "label": "label"} for name in corpora},
        "finetuning": {"epochs": 1},
        "probe": {"widths": [16], "l2": [1.0e-4], "max_epochs": 300, "runs": 1},
        "dynamics": {"tasks": []},
        "produce": ["table7"],
    }
    (folder / "own.yaml").write_text(yaml.safe_dump(study))
    return folder / "own.yaml"


@pytest.mark.hard
def test_labels_seen_once_or_in_one_part_alone_are_counted_and_said(checkout, tmp_path):
    """With an encoder of another family than that of the finished study."""
    build("roberta", tmp_path / "roberta")
    encoders = {"roberta": {"folder": f"{tmp_path}/roberta"}}
    checkout.run(study=own_study(tmp_path, encoders, {"place": WORDS}))
    records = sorted((checkout.folder / "results/own/probes").rglob("*-last.json"))
    assert len(records) == 2
    for record in records:
        said = " ".join(read_json(record)["probe"]["warnings"])
        assert "Agent" in said
        assert "Path" in said
    rows = pd.read_csv(checkout.folder / "results/own/tables/table7.csv")
    assert list(rows["model"]) == ["roberta"] * 2
    # Of three labels in equal parts one cannot be known, and guessing gets one right.
    assert rows["accuracy"].between(33.3, 66.7).all()
    assert (rows["clusters"] >= rows["labels"]).all()


def test_data_and_encoders_that_cannot_be_studied_end_in_a_message_each(checkout, tmp_path):
    build("bert", tmp_path / "bert")
    shutil.copytree(tmp_path / "bert", tmp_path / "nan")
    weights = load_file(tmp_path / "nan/model.safetensors")
    weights["encoder.layer.0.output.dense.bias"] *= torch.nan
    save_file(weights, tmp_path / "nan/model.safetensors", {"format": "pt"})
    encoders = {name: {"folder": f"{tmp_path}/{name}"} for name in ("bert", "nan")}
    corpora = {
        "good": WORDS,
        "untagged": WORDS | {"test": [("in", "_")]},
        "empty": WORDS | {"test": []},
        "single": {part: [("in", "Locus")] * 9 for part in WORDS},
    }
    tuned = [f"results/own/checkpoints/{run}-seed0" for run in ("bert/single", "nan/good")]
    examples = [f"results/own/examples/{task}.json" for task in ("untagged", "empty")]
    store = "results/own/embeddings/nan/original/good-train.h5"
    said = checkout.snakemake(
        "--keep-going", *tuned, *examples, store, study=own_study(tmp_path, encoders, corpora)
    )
    assert said.returncode != 0
    for message in (
        "no example of untagged in its test part",
        "empty-test.txt:1: found an empty file",
        "single has 1 label",
        "good, encoder nan: the loss is nan",
        "encoder nan, layer 1, sentence",
    ):
        assert message in said.stderr
    assert "Traceback (most recent call last)" not in said.stderr
    assert not [path for path in (*tuned, *examples, store) if (checkout.folder / path).exists()]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("demo: {", "../../outside: {"),
        ("treebank: {", "../outside: {"),
        ("treebank: {", "/outside: {"),
    ],
)
def test_names_in_a_study_cannot_lead_out_of_the_results(tmp_path, old, new):
    study = tmp_path / "tiny.yaml"
    study.write_text(TINY.read_text().replace(old, new))
    with pytest.raises(InputError, match=r"outside.* is not possible"):
        load_study(str(study), tmp_path)
