"""fbert: from raw corpora to fine-tuned encoders, embedding stores, probes, clusters and the paper's tables and figures."""

import os

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

min_version("9.27")

if not isinstance(workflow.current_basedir, os.PathLike):
    raise WorkflowError(
        'from a git source the workflow is started by path="workflow/Snakefile", which fetches all of it'
    )


include: "rules/common.smk"


rule all:
    """Everything the study asks for under `produce`."""
    default_target: True
    input:
        [PRODUCTS[name].files(PATHS) for name in STUDY.produce],
        PATHS.provenance,


include: "rules/corpora.smk"
include: "rules/encoders.smk"
include: "rules/embeddings.smk"
include: "rules/probes.smk"
include: "rules/directprobe.smk"
include: "rules/measures.smk"
include: "rules/dynamics.smk"
include: "rules/tables.smk"
include: "rules/figures.smk"
include: "rules/health.smk"
include: "rules/findings.smk"
include: "rules/provenance.smk"
include: "rules/report.smk"
include: "rules/help.smk"


onstart:
    if not OWN_ENVIRONMENT and PLAN.absent():
        raise WorkflowError("\n".join(PLAN.absent()))
    PLAN.claim_results()
    if workflow.is_main_process and workflow.local_exec:
        # How many jobs may begin in a second matters to a cluster alone. To keep to it Snakemake looks again after a second
        # whenever it has looked, so once more in every second for each job that is done.
        workflow.scheduler.job_rate_limiter = None
        if not OWN_ENVIRONMENT:
            warm.start()


onsuccess:
    # What killed jobs left behind; now that the study is complete, no job writes anything.
    for leftover in Path(RESULTS).rglob(".*.tmp"):
        leftover.unlink()
    print(closing_words(PATHS, PLAN.current_files()), end="", file=sys.stderr)


onerror:
    print(
        "A job failed, as said above. Mend that and go on with the same command; what was finished stays, and training "
        f"goes on from its last saved state:\n  {shlex.join(['snakemake', *sys.argv[1:]])}",
        file=sys.stderr,
    )
