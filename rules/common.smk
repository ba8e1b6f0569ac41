"""What the rules share: the study, the wildcards it allows, the code behind each stage, and input functions."""

import json
import os
import re
import sys
from dataclasses import asdict
from pathlib import Path

from snakemake.exceptions import WorkflowError

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

from fbert.corpora.registry import embedded_files, known_file, known_files
from fbert.encoder import EncoderSource
from fbert.errors import InputError
from fbert.figure_definitions import FIGURES
from fbert.fingerprint import fingerprint
from fbert.study import FINDINGS, ORIGINAL, REPORT, check_configuration, load_study
from fbert.table_definitions import TABLES


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

RESULTS = f"results/{STUDY.name}"
DOWNLOADS = "results/downloads"
EMBEDDED = f"{RESULTS}/corpora/embedded"
GPU = 1
TUNED = [
    state
    for task in STUDY.tasks
    for state in STUDY.states_of(task)
    if state != ORIGINAL
]
FOLLOWED = [
    f"{task}-seed{seed}" for task in STUDY.dynamics["tasks"] for seed in STUDY.seeds
]


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
    figure=one_of(FIGURES),


def code(script):
    """The substance of a script and of all it imports from the package: what a rule depends on beside its data."""
    return fingerprint(ROOT / "scripts" / script)


def code_of_kind(package, figure):
    """The same for a figure: its script, and the module of its kind that the script loads by name."""
    script = "figure_data.py" if package == "figure_data" else "draw_figure.py"
    return [
        code(script),
        fingerprint(ROOT / "fbert" / package / f"{FIGURES[figure].kind}.py"),
    ]


def raw_files(corpus):
    """The raw files of a corpus, by part."""
    source = STUDY.corpora[corpus]
    folder = (
        f"{EMBEDDED}/" if source.embedded else f"{DOWNLOADS}/" if source.known else ""
    )
    return {part: folder + file for part, file in source.files.items()}


def task_entries(corpus):
    """The definitions of the tasks that read a corpus, as plain values."""
    return {task: asdict(STUDY.definitions[task]) for task in STUDY.tasks_of(corpus)}


def checksum_of(file):
    """What a public file must be: the configured checksum, else the pinned one."""
    return config.get("checksums", {}).get(file, known_file(file).checksum)


def encoder_record(encoder):
    """The record of an encoder that comes from the hub, none for one that is here anyway."""
    source = STUDY.encoders[encoder]
    return (
        [f"{DOWNLOADS}/encoders/{source['hub']}/{source['revision']}.json"]
        if "hub" in source
        else []
    )


def fetched(wildcards):
    """The same as the input of a job."""
    return encoder_record(wildcards.encoder)


def files_in(paths):
    """The files in those of these paths that are folders."""
    return [
        str(file)
        for path in paths
        for file in sorted(Path(path).glob("*"))
        if file.is_file()
    ]


def encoder_folder(wildcards):
    """The files of an encoder that is in a local folder: what a job depends on, if they change."""
    source = STUDY.encoders[wildcards.encoder]
    return files_in([source["folder"]]) if "folder" in source else []


def study_inputs():
    """What a study may read that no job makes: raw corpora, and the records or the folders of encoders."""
    corpora = [file for corpus in STUDY.corpora for file in raw_files(corpus).values()]
    records = [
        record for encoder in STUDY.encoders for record in encoder_record(encoder)
    ]
    folders = [
        source["folder"] for source in STUDY.encoders.values() if "folder" in source
    ]
    return [*corpora, *records, *files_in([*folders, *corpora])]


def growing(amount):
    """A resource that is asked for once, twice, three times over as a job is tried again."""
    return lambda wildcards, attempt: amount * attempt


def growing_with_encoder(mem_mb, weights):
    """Memory that grows likewise: a constant, and so many times what the encoder's files take."""

    def grown(wildcards, input, attempt):
        source = EncoderSource.from_study(
            wildcards.encoder, STUDY.encoders[wildcards.encoder]
        )
        sizes = (
            json.loads(Path(input.fetched[0]).read_text())["bytes"]
            if input.fetched
            else source.sizes()
        )
        return attempt * (mem_mb + weights * sum(sizes.values()) // 10**6)

    return grown


def task_of(state):
    """The task that a tuned state was tuned on."""
    return state.rpartition("-seed")[0]


def seed_of(state):
    """The seed of a tuned state; the study's first for an original one."""
    return STUDY.seeds[0] if state == ORIGINAL else int(state.rpartition("-seed")[2])


def finetune_settings(wildcards):
    """The settings of a training run, with the number of its snapshots if figures follow it."""
    settings = dict(STUDY.finetuning[wildcards.encoder])
    if wildcards.encoder == STUDY.main_encoder and wildcards.tuned in FOLLOWED:
        settings |= {
            "snapshots": STUDY.dynamics["snapshots"],
            "snapshot_dtype": STUDY.store["dtype"],
        }
    return settings


def checkpoint_of(wildcards):
    """The checkpoint behind a state, none for the original weights."""
    if wildcards.state == ORIGINAL:
        return []
    return f"{RESULTS}/checkpoints/{wildcards.encoder}/{wildcards.state}"


def store_of(wildcards, split):
    """The store with a task's vectors in one state of an encoder."""
    corpus = STUDY.tasks[wildcards.task]
    return f"{RESULTS}/embeddings/{wildcards.encoder}/{wildcards.state}/{corpus}-{split}.h5"


def tuning_store(wildcards, state, split):
    """The store, in some state of the encoder, of the task that `tuned` was tuned on."""
    corpus = STUDY.tasks[task_of(wildcards.tuned)]
    return f"{RESULTS}/embeddings/{wildcards.encoder}/{state}/{corpus}-{split}.h5"


def records(kind, encoders=None, tasks=None):
    """The files of a stage (`probes`, `directprobe`) for the last layer, for these encoders and tasks."""
    return [
        f"{RESULTS}/{kind}/{encoder}/{state}/{task}-layer-last.json"
        for encoder in encoders or STUDY.encoders
        for task in tasks or STUDY.tasks
        for state in STUDY.states_of(task)
    ]


def cross_records(kind):
    """The files of a stage for each task of Table 5: original, tuned on the task itself, tuned on others."""
    found = []
    for probed_on in dict.fromkeys(probed_on for _, probed_on in STUDY.cross_tasks):
        others = [
            tuned_on for tuned_on, probed in STUDY.cross_tasks if probed == probed_on
        ]
        states = [ORIGINAL] + [
            f"{task}-seed{seed}"
            for task in [probed_on, *others]
            for seed in STUDY.seeds
        ]
        folder = f"{RESULTS}/{kind}/{STUDY.main_encoder}"
        found += [f"{folder}/{state}/{probed_on}-layer-last.json" for state in states]
    return found


def check_possible(name):
    """Refuse what this study does not have the tasks for."""
    if name in STUDY.lacking:
        raise WorkflowError(f"study {STUDY.name}: {name} needs {STUDY.lacking[name]}")


def table_inputs(wildcards):
    """The files that one table is made from, by kind."""
    check_possible(wildcards.table)
    main, prepositions = [STUDY.main_encoder], ["TREC-50"]
    if wildcards.table == "table1":
        return {
            "encoders": expand(
                f"{RESULTS}/encoders/{{encoder}}.json", encoder=STUDY.encoders
            )
        }
    if wildcards.table == "table6":
        used = dict.fromkeys(STUDY.tasks.values())
        return {"corpora": expand(f"{RESULTS}/corpora/{{corpus}}.json", corpus=used)}
    if wildcards.table == "table4":
        return {"directprobe": records("directprobe", tasks=["TREC-50"])}
    if wildcards.table == "table5":
        return {kind: cross_records(kind) for kind in ("probes", "directprobe")}
    encoders = main if wildcards.table in ("table2", "table3") else None
    return {kind: records(kind, encoders) for kind in ("probes", "directprobe")}


def table_files(table):
    """The three forms of a table."""
    return expand(f"{RESULTS}/tables/{table}.{{form}}", form=["csv", "md", "tex"])


def figure_inputs(wildcards):
    """The files behind one figure's data, by kind: one for each training run it shows."""
    check_possible(wildcards.figure)
    folder, runs = STUDY.main_encoder, STUDY.runs_shown_in(wildcards.figure)
    kind, states = FIGURES[wildcards.figure].kind, [
        f"{task}-seed{seed}" for task, seed in runs
    ]
    if kind == "plane":
        return {}
    if kind == "memorisation":
        return {
            "learning_curves": [
                f"{RESULTS}/learning_curves/{folder}/{state}.json" for state in states
            ]
        }
    if kind in ("differences", "movement"):
        stores = f"{RESULTS}/embeddings/{folder}/{{}}/{{}}-train.h5"
        corpora = [STUDY.tasks[task] for task, _ in runs]
        return {
            "original": [stores.format(ORIGINAL, corpus) for corpus in corpora],
            "tuned": [stores.format(*names) for names in zip(states, corpora)],
        }
    return {"dynamics": [f"{RESULTS}/dynamics/{folder}/{state}.h5" for state in states]}


def figure_files(figure):
    """The picture in two forms, and the text of its caption."""
    return expand(f"{RESULTS}/figures/{figure}.{{form}}", form=["pdf", "png", "md"])


def findings_inputs():
    """The files that findings are made from, by kind."""
    folder = f"{RESULTS}/dynamics/{STUDY.main_encoder}"
    return {
        "probes": records("probes"),
        "directprobe": records("directprobe"),
        "cross_probes": cross_records("probes"),
        "cross_directprobe": cross_records("directprobe"),
        "dynamics": [f"{folder}/{state}.h5" for state in FOLLOWED],
    }


def files_of(name):
    """The files of a table, of a figure, of the findings or the report."""
    if name == FINDINGS:
        return [f"{RESULTS}/findings.json", f"{RESULTS}/findings.md"]
    if name == REPORT:
        return [f"{RESULTS}/report.html"]
    return figure_files(name) if name in FIGURES else table_files(name)


def movement_inputs(wildcards):
    """The record of a training run that was followed, else the stores of its two ends."""
    state = f"{wildcards.task}-seed{STUDY.seeds[0]}"
    if (
        wildcards.encoder == STUDY.main_encoder
        and wildcards.task in STUDY.dynamics["tasks"]
    ):
        return {"dynamics": f"{RESULTS}/dynamics/{wildcards.encoder}/{state}.h5"}
    stores = f"{RESULTS}/embeddings/{wildcards.encoder}/{{}}/{STUDY.tasks[wildcards.task]}-train.h5"
    return {"original": stores.format(ORIGINAL), "tuned": stores.format(state)}


def report_inputs(wildcards):
    """What the report shows, by kind: all that the study produces, and the movement of labels."""
    shown = [name for name in STUDY.produce if name != REPORT]
    figures = [name for name in shown if name in FIGURES]
    tables = [name for name in shown if name in TABLES]
    encoders = [STUDY.main_encoder] + [
        encoder for encoder in STUDY.encoders if encoder != STUDY.main_encoder
    ]
    return {
        "tables": expand(
            f"{RESULTS}/tables/{{table}}.{{form}}", table=tables, form=["csv", "md"]
        ),
        "figures": expand(
            f"{RESULTS}/figures/{{figure}}.{{form}}", figure=figures, form=["png", "md"]
        ),
        "findings": [f"{RESULTS}/findings.json"] if FINDINGS in shown else [],
        "movement": expand(
            f"{RESULTS}/movement/{{encoder}}/{{task}}.json",
            encoder=encoders,
            task=STUDY.tasks,
        ),
        "provenance": f"{RESULTS}/provenance.json",
    }


def targets():
    """The targets with a line each, for `snakemake --cores 1 help`."""
    lines = {
        "all": f"everything the study {STUDY.name} asks for (without a target, the same)",
        **TABLES,
        **{name: figure.title for name, figure in FIGURES.items()},
        FINDINGS: "F1 to F5: what the study says of each published finding",
        REPORT: "all of it on one page, and how labels move",
        "provenance": "what made the results: versions, seeds, checksums",
    }
    width = max(map(len, lines))
    lacking = {
        name: f" (not in this study: it needs {lack})"
        for name, lack in STUDY.lacking.items()
    }
    return "\n".join(
        f"  {name:{width}}  {line}{lacking.get(name, '')}"
        for name, line in lines.items()
    )
