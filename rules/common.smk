"""What the rules share: the study, the wildcards it allows, the code behind each stage, and input functions."""

import json
import os
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT))
# What jobs inherit: this checkout's package before any installed one, and no network for encoders, since what a
# study needs of the hub is fetched before (fetch_encoder alone asks for it).
os.environ.update(
    PYTHONPATH=os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
    HF_HUB_OFFLINE="1",
)

from fbert.corpora.registry import embedded_files, known_file, known_files
from fbert.encoder import EncoderSource
from fbert.errors import InputError
from fbert.fingerprint import fingerprint
from fbert.study import ORIGINAL, TABLES, check_configuration, load_study


configfile: "config.yaml"


try:
    check_configuration(config)
    STUDY = load_study(config["study"], ROOT / "studies")
except InputError as error:
    raise WorkflowError(str(error))

RESULTS = f"results/{STUDY.name}"
DOWNLOADS = "results/downloads"
EMBEDDED = f"{RESULTS}/corpora/embedded"
GPU = 1
TUNED = [state for task in STUDY.tasks for state in STUDY.states_of(task) if state != ORIGINAL]


def one_of(names):
    """A wildcard constraint: exactly these names."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    corpus=one_of(STUDY.corpora),
    encoder=one_of(STUDY.encoders),
    hub=one_of([source["hub"] for source in STUDY.encoders.values() if "hub" in source]),
    revision="[0-9a-f]{40}",
    state=one_of([ORIGINAL, *TUNED]),
    tuned=one_of(TUNED),
    task=one_of(STUDY.tasks),
    split="train|test",
    layer=r"last|\d+",
    table=one_of(TABLES),


def code(script):
    """The substance of a script and of all it imports from the package: what a rule depends on beside its data."""
    return fingerprint(ROOT / "scripts" / script)


def corpus_files(wildcards):
    """The raw files of a corpus, by part."""
    source = STUDY.corpora[wildcards.corpus]
    folder = f"{EMBEDDED}/" if source.embedded else f"{DOWNLOADS}/" if source.known else ""
    return {part: folder + file for part, file in source.files.items()}


def checksum_of(file):
    """What a public file must be: the configured checksum, else the pinned one."""
    return config.get("checksums", {}).get(file, known_file(file).checksum)


def fetched(wildcards):
    """The record of an encoder that comes from the hub, none for one that is here anyway."""
    source = STUDY.encoders[wildcards.encoder]
    return f"{DOWNLOADS}/encoders/{source['hub']}/{source['revision']}.json" if "hub" in source else []


def growing(amount):
    """A resource that is asked for once, twice, three times over as a job is tried again."""
    return lambda wildcards, attempt: amount * attempt


def growing_with_encoder(mem_mb, weights):
    """Memory that grows likewise: a constant, and so many times what the encoder's files take."""

    def grown(wildcards, input, attempt):
        source = EncoderSource.from_study(wildcards.encoder, STUDY.encoders[wildcards.encoder])
        sizes = json.loads(Path(input.fetched).read_text())["bytes"] if input.fetched else source.sizes()
        return attempt * (mem_mb + weights * sum(sizes.values()) // 10**6)

    return grown


def task_of(state):
    """The task that a tuned state was tuned on."""
    return state.rpartition("-seed")[0]


def seed_of(state):
    """The seed of a tuned state; the study's first for an original one."""
    return STUDY.seeds[0] if state == ORIGINAL else int(state.rpartition("-seed")[2])


def checkpoint_of(wildcards):
    """The checkpoint behind a state, none for the original weights."""
    if wildcards.state == ORIGINAL:
        return []
    return f"{RESULTS}/checkpoints/{wildcards.encoder}/{wildcards.state}"


def store_of(wildcards, split):
    """The store with a task's vectors in one state of an encoder."""
    corpus = STUDY.tasks[wildcards.task]
    return f"{RESULTS}/embeddings/{wildcards.encoder}/{wildcards.state}/{corpus}-{split}.h5"


def records(kind, encoders=None, tasks=None):
    """The files of a stage (`probes`, `directprobe`) for the last layer, for these encoders and tasks."""
    return [
        f"{RESULTS}/{kind}/{encoder}/{state}/{task}-layer-last.json"
        for encoder in encoders or STUDY.encoders
        for task in tasks or STUDY.tasks
        for state in STUDY.states_of(task)
    ]


def table_inputs(wildcards):
    """The files that one table is made from, by kind."""
    main, prepositions = [STUDY.main_encoder], ["TREC-50"]
    if wildcards.table == "table1":
        return {"encoders": expand(f"{RESULTS}/encoders/{{encoder}}.json", encoder=STUDY.encoders)}
    if wildcards.table == "table6":
        used = dict.fromkeys(STUDY.tasks.values())
        return {"corpora": expand(f"{RESULTS}/corpora/{{corpus}}.json", corpus=used)}
    if wildcards.table == "table4":
        return {"directprobe": records("directprobe", tasks=["TREC-50"])}
    encoders = main if wildcards.table in ("table2", "table3") else None
    return {kind: records(kind, encoders) for kind in ("probes", "directprobe")}


def table_files(table):
    """The three forms of a table."""
    return expand(f"{RESULTS}/tables/{table}.{{form}}", form=["csv", "md", "tex"])
