"""The report: one page that opens without network."""


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
    shown = [name for name in STUDY.produce if name != "report"]
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
        "findings": [f"{RESULTS}/findings.json"] if "findings" in shown else [],
        "movement": expand(
            f"{RESULTS}/movement/{{encoder}}/{{task}}.json",
            encoder=encoders,
            task=STUDY.tasks,
        ),
        "provenance": f"{RESULTS}/provenance.json",
    }


rule movement_view:
    """The labels of one encoder and task through fine-tuning, projected onto a plane for each layer."""
    input:
        unpack(movement_inputs),
    output:
        f"{RESULTS}/movement/{{encoder}}/{{task}}.json",
    log:
        f"{RESULTS}/logs/movement_view/{{encoder}}/{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/movement_view/{{encoder}}/{{task}}.tsv"
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        seed=STUDY.seeds[0],
        code=code("movement_view.py"),
    script:
        "../scripts/movement_view.py"


rule report:
    """Findings, tables, figures and the movement of labels, on one page."""
    input:
        unpack(report_inputs),
    output:
        html=report(
            f"{RESULTS}/report.html",
            caption="captions/report.rst",
            category="Report",
        ),
    log:
        f"{RESULTS}/logs/report.log",
    benchmark:
        f"{RESULTS}/benchmarks/report.tsv"
    localrule: True
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        benchmarks=f"{RESULTS}/benchmarks",
        code=code("report.py"),
    script:
        "../scripts/report.py"
