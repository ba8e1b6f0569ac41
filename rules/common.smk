"""What the rules share: the study, the wildcards it allows, what has changed, and resources."""

import os
import re
import shlex
import sys
import time
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake.path_modifier import PathModifier
from snakemake_interface_executor_plugins.settings import (
    DeploymentMethod,
    SharedFSUsage,
)

# The checkout, wherever the workflow is started from.
ROOT = Path(workflow.current_basedir).parent
sys.path.insert(0, str(ROOT))
# Whether who starts the workflow wants nothing fetched; a job on another machine, which reads this again, inherits it.
os.environ.setdefault("FBERT_HUB_OFFLINE", os.environ.get("HF_HUB_OFFLINE", "0"))
# By which jobs know what earlier attempts of this run have noted.
os.environ.setdefault("FBERT_RUN", f"{os.getpid()}-{time.time_ns()}")
# What jobs inherit: this checkout's package before any installed one, and no network for encoders and datasets, since
# what a study needs of the hub is fetched before (fetch_encoder and fetch_dataset alone ask for it).
os.environ.update(
    PYTHONPATH=os.pathsep.join(
        [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    ),
    HF_HUB_OFFLINE="1",
    HF_DATASETS_OFFLINE="1",
)

from fbert import __version__, console, warm
from fbert.attempts import preemptions
from fbert.closing import closing_words
from fbert.corpora.registry import generated_files, known_files
from fbert.errors import InputError
from fbert.job import CHANGED
from fbert.paths import (
    DOWNLOADS,
    ONLY_CONFIG,
    downloaded,
    fetched_dataset,
    fetched_encoder,
)
from fbert.plan import plan_of
from fbert.products import FIGURES, PRODUCTS, TABLES, targets
from fbert.states import ORIGINAL
from fbert.study.study import configuration_file


configfile: str(configuration_file(ROOT))


if workflow.is_main_process and workflow.modifier.is_main_snakefile():
    console.show_stages(logger, workflow.output_settings)

# A module's `prefix` comes before the folder of its results, in rules and in records. Snakemake would put it before every
# path, those of a user's corpora and of downloads included, which the records would then not know.
PREFIXED = workflow.modifier.path_modifier.modify
workflow.modifier.path_modifier = PathModifier(None, None, workflow)

unshared = set(SharedFSUsage.all()) - workflow.storage_settings.shared_fs_usage
if SharedFSUsage.INPUT_OUTPUT in unshared:
    raise WorkflowError(
        "--shared-fs-usage without input-output: jobs find results, and the records that decide what reruns, by their "
        "paths, so all machines must see the folder that the workflow is started in"
    )

# Where jobs have an environment of their own, what is installed here says nothing about them.
OWN_ENVIRONMENT = bool(workflow.deployment_settings.deployment_method)
try:
    PLAN = plan_of(
        config,
        ROOT,
        placed=lambda root: str(PREFIXED(root)),
        versions_count=not OWN_ENVIRONMENT,
    )
except InputError as error:
    raise WorkflowError(str(error))

# What jobs run in with `--sdm apptainer`; it is made from the Dockerfile, and sees the checkout as it is here.
CONTAINER = config.get("container", f"fbert-{__version__}.sif")
if DeploymentMethod.APPTAINER in workflow.deployment_settings.deployment_method:
    workflow.deployment_settings.apptainer_args += f" --bind {shlex.quote(str(ROOT))}"
    if "://" not in CONTAINER and not Path(CONTAINER).exists():
        raise WorkflowError(
            f"--sdm apptainer: there is no image {CONTAINER}; docs/how-to/containers.md says how it is built, and the key "
            "container of config.yaml names another one"
        )


container: CONTAINER


if workflow.output_settings.dryrun:
    for said in PLAN.space():
        logger.info(said)
    logger.info(
        f"What else it takes, from its texts: python -m fbert check {config['study']}"
    )

STUDY, PATHS, RESULTS = PLAN.study, PLAN.results, PLAN.results.root
GPU = 1
# What reruns is decided by content (fbert/made.py) and told to Snakemake by this file, an input of every job: its time
# counts for the jobs of which something has changed (`needs`), and it is newer than all they made.
MARK = Path(".snakemake", "changed")
if workflow.is_main_process:
    PLAN.settle_times(MARK)


def one_of(names):
    """A wildcard constraint: exactly these names."""
    return "|".join(map(re.escape, map(str, names))) or "(?!)"


wildcard_constraints:
    encoder=one_of(STUDY.encoders),
    hub=one_of([source["hub"] for source in STUDY.sources if "hub" in source]),
    revision="[0-9a-f]{40}",
    state=one_of(
        [
            ORIGINAL,
            *STUDY.tuned,
            *(name for given in STUDY.states.values() for name in given),
        ]
    ),
    tuned=one_of(STUDY.tuned),
    task=one_of(STUDY.tasks),
    layer=r"last|\d+",
    table=one_of(TABLES),
    figure=one_of(FIGURES),


def job(rule):
    """What determines a job of a rule, for its script and for the record that it leaves."""
    return lambda wildcards: PLAN.needed(rule, dict(wildcards)).__dict__


SAID = set()


def needs(rule, *functions, **files):
    """What a rule's jobs are made from: templates of paths, and functions of wildcards that return paths.

    The mark is among them, for a job of which nothing has changed as if it were very old.
    """

    def inputs(wildcards):
        found = {name: paths_of(file, wildcards) for name, file in files.items()}
        for function in functions:
            found |= function(wildcards)
        mark = str(MARK) if changed(rule, wildcards) else ancient(str(MARK))
        return found | {CHANGED: mark}

    return inputs


def paths_of(file, wildcards):
    """A function's paths, a template's path, or a list of paths as it is."""
    if callable(file):
        return file(wildcards)
    return file.format(**wildcards) if isinstance(file, str) else file


def changed(rule, wildcards):
    """Whether something has changed since a job was done; what it is is said once."""
    if not workflow.is_main_process:
        return False
    changes = PLAN.ledger.changes(PLAN.needed(rule, dict(wildcards)))
    for said in {f"{rule}: {change}" for change in changes if ": " in change} - SAID:
        logger.info(f"changed for {said}")
        SAID.add(said)
    return bool(changes)


def product_inputs(wildcards):
    """What a table or figure is made from, by kind; refused if this study has not what it takes."""
    (name,) = wildcards
    if name in STUDY.lacking:
        raise WorkflowError(f"study {STUDY.name}: {name} needs {STUDY.lacking[name]}")
    return PRODUCTS[name].inputs(STUDY, PATHS)


def growing(mem_mb, runtime, weights=0, log=None):
    """Memory and time that are asked for once, twice, three times over as a job is tried again.

    To the megabytes comes so many times what the weights of the job's encoder take. Attempts that were stopped for others
    to run do not count, if the job notes them beside its `log`; and no more is asked for than the site gives.
    """

    def times(wildcards, attempt):
        return attempt - (preemptions(log.format(**wildcards)) if log else 0)

    def memory(wildcards, attempt):
        size = PLAN.encoder_megabytes(wildcards) if weights else 0
        asked = times(wildcards, attempt) * (mem_mb + weights * size)
        return min(asked, config.get("max_mem_mb", asked))

    def minutes(wildcards, attempt):
        asked = times(wildcards, attempt) * runtime
        return min(asked, config.get("max_runtime", asked))

    return {"mem_mb": memory, "runtime": minutes}


def in_report(path, kind, **labels):
    """A table or figure that Snakemake's own report shows."""
    caption = f"captions/{kind}.rst"
    return report(
        path, caption=caption, category=f"{kind}s".capitalize(), labels=labels
    )
