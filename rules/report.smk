"""The report: one page that opens without network."""


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
