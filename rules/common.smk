"""What the rules share: the study, the wildcards it allows, what has changed, and resources."""

import json
import os
import re
import sys
import time
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.io import flag, is_flagged
from snakemake.logging import logger

# The checkout, also where the workflow is started from workflow/Snakefile.
ROOT = Path(workflow.current_basedir).parent
sys.path.insert(0, str(ROOT))
# What jobs inherit: this checkout's package before any installed one, and no network for encoders, since what a
# study needs of the hub is fetched before (fetch_encoder alone asks for it).
os.environ.update(
    PYTHONPATH=os.pathsep.join(
        [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    ),
    HF_HUB_OFFLINE="1",
)

from fbert.corpora.registry import embedded_files, known_files
from fbert.encoder.source import EncoderSource
from fbert.errors import InputError
from fbert.made import files_in
from fbert.paths import DOWNLOADS, downloaded, fetched_encoder, results_of
from fbert.plan import Plan
from fbert.products import FIGURES, PRODUCTS, REPORT, TABLES, targets
from fbert.states import ORIGINAL, State
from fbert.study import check_configuration, load_study


configfile: "config.yaml"


try:
    check_configuration(config)
    STUDY = load_study(config["study"], ROOT / "studies")
    for name, entry in STUDY.encoders.items():
        EncoderSource.from_study(name, entry).check(
            STUDY.finetuning[name].get("freeze", 0)
        )
except InputError as error:
    raise WorkflowError(str(error))

PATHS = results_of(STUDY.name)
RESULTS = PATHS.root
PLAN = Plan(
    STUDY,
    ROOT / "scripts",
    config.get("checksums"),
    config.get("versions_count", True),
)
GPU = 1
# What reruns is decided by content (fbert/made.py) and told to Snakemake by this file, an input of every job: it is newer
# than any result, and counts for the jobs of which something has changed. Time stamps of other inputs do not count.
MARK = Path(".snakemake", "changed")
if workflow.is_main_process:
    MARK.parent.mkdir(exist_ok=True)
    MARK.write_text(f"{time.time_ns()}\n")


def ancient_unless_changed(path):
    """Let no time stamp count but that of the mark."""
    return path if is_flagged(path, "changed") else ancient(path)


inputflags:
    ancient_unless_changed,


def one_of(names):
    """A wildcard constraint: exactly these names."""
    return "|".join(map(re.escape, map(str, names))) or "(?!)"


wildcard_constraints:
    encoder=one_of(STUDY.encoders),
    hub=one_of([source["hub"] for source in STUDY.encoders.values() if "hub" in source]),
    revision="[0-9a-f]{40}",
    state=one_of([ORIGINAL, *STUDY.tuned]),
    tuned=one_of(STUDY.tuned),
    task=one_of(STUDY.tasks),
    layer=r"last|\d+",
    table=one_of(TABLES),
    figure=one_of(FIGURES),


def job(rule):
    """What determines a job of a rule, for its script and for the record that it leaves."""
    return lambda wildcards: PLAN.needed(rule, dict(wildcards)).__dict__


SAID = set()


def changed(rule):
    """The mark, as an input that counts if something has changed since a job of this rule was done."""

    def mark(wildcards):
        changes = (
            PLAN.ledger.changes(PLAN.needed(rule, dict(wildcards)))
            if workflow.is_main_process
            else []
        )
        for said in {f"{rule}: {change}" for change in changes if ": " in change}:
            if said not in SAID:
                logger.info(f"changed for {said}")
                SAID.add(said)
        return flag(str(MARK), "changed") if changes else str(MARK)

    return mark


def inputs_of(products, wildcard):
    """The files that a product is made from, by kind; refused if this study has not what it takes."""

    def inputs(wildcards):
        name = wildcards[wildcard]
        if name in STUDY.lacking:
            raise WorkflowError(
                f"study {STUDY.name}: {name} needs {STUDY.lacking[name]}"
            )
        return products[name].inputs(STUDY, PATHS)

    return inputs


def encoder_files(wildcards):
    """What an encoder is read from: its record if it comes from the hub, else the files of its folder."""
    entry = STUDY.encoders[wildcards.encoder]
    if "hub" in entry:
        return [fetched_encoder(entry["hub"], entry["revision"])]
    source = EncoderSource.from_study(wildcards.encoder, entry)
    return files_in([source.location()["pretrained_model_name_or_path"]])


def checkpoint_of(wildcards):
    """The checkpoint behind a state, none for the original weights."""
    if wildcards.state == str(ORIGINAL):
        return []
    return PATHS.checkpoint(wildcards.encoder, wildcards.state)


def stores_before_and_after(wildcards):
    """The stores of the task that `tuned` was tuned on, before and after."""
    state = State.parse(wildcards.tuned)
    return {
        f"{name}_{split}": PATHS.store(wildcards.encoder, side, state.task, split)
        for name, side in (("original", ORIGINAL), ("tuned", state))
        for split in ("train", "test")
    }


def movement_inputs(wildcards):
    """The record of a training run that was followed, else the stores of its two ends."""
    encoder, state = wildcards.encoder, STUDY.tunings(wildcards.task)[0]
    if encoder == STUDY.main_encoder and state in STUDY.followed:
        return {"trajectory": PATHS.trajectory(encoder, state)}
    return {
        "original": PATHS.store(encoder, ORIGINAL, state.task, "train"),
        "tuned": PATHS.store(encoder, state, state.task, "train"),
    }


def growing(amount):
    """A resource that is asked for once, twice, three times over as a job is tried again."""
    return lambda wildcards, attempt: amount * attempt


def growing_with_encoder(mem_mb, weights):
    """Memory that grows likewise: a constant, and so many times what the encoder's files take."""

    def grown(wildcards, input, attempt):
        record = Path(input.encoder[0])
        sizes = (
            json.loads(record.read_text())["bytes"]
            if len(input.encoder) == 1
            else {file: os.path.getsize(file) for file in input.encoder}
        )
        return attempt * (mem_mb + weights * sum(sizes.values()) // 10**6)

    return grown
