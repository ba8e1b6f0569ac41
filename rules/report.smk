"""The report: one page that opens without network."""


rule movement_view:
    """The labels of one encoder and task through fine-tuning, projected onto a plane for each layer."""
    input:
        unpack(needs("movement_view", PLAN.movement_inputs)),
    output:
        PATHS.movement(),
    log:
        f"{RESULTS}/logs/movement_view/{{encoder}}/{{task}}.log",
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=2000, runtime=10),
    params:
        job=job("movement_view"),
    script:
        "../scripts/movement_view.py"


rule report:
    """Findings, tables, figures and the movement of labels, on one page."""
    input:
        unpack(needs("report", **PRODUCTS["report"].inputs(STUDY, PATHS))),
    output:
        html=report(PATHS.report, caption="captions/report.rst", category="Report"),
    log:
        f"{RESULTS}/logs/report.log",
    localrule: True
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        job=job("report"),
    script:
        "../scripts/report.py"
