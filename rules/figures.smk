"""The paper's figures: a tidy table each, and the picture drawn from that table alone."""


rule figure_data:
    """The tidy table behind one figure."""
    input:
        unpack(figure_inputs),
    output:
        csv=f"{RESULTS}/figures/{{figure}}.csv",
    log:
        f"{RESULTS}/logs/figure_data/{{figure}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figure_data/{{figure}}.tsv"
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        runs=lambda wildcards: STUDY.runs_shown_in(wildcards.figure),
        synthetic={
            task: STUDY.corpora[corpus].synthetic
            for task, corpus in STUDY.tasks.items()
        },
        code=lambda wildcards: code_of_kind("figure_data", wildcards.figure),
    script:
        "../scripts/figure_data.py"


rule draw_figure:
    """One figure as PDF and PNG, with the text of its caption."""
    input:
        csv=f"{RESULTS}/figures/{{figure}}.csv",
    output:
        pdf=f"{RESULTS}/figures/{{figure}}.pdf",
        png=report(
            f"{RESULTS}/figures/{{figure}}.png",
            caption="captions/figure.rst",
            category="Figures",
            labels=lambda wildcards: {
                "figure": wildcards.figure,
                "shows": FIGURES[wildcards.figure].title,
            },
        ),
        md=f"{RESULTS}/figures/{{figure}}.md",
    log:
        f"{RESULTS}/logs/draw_figure/{{figure}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/draw_figure/{{figure}}.tsv"
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        study={"name": STUDY.name, "encoder": STUDY.main_encoder},
        code=lambda wildcards: code_of_kind("figures", wildcards.figure),
    script:
        "../scripts/draw_figure.py"


for short_name in FIGURES:

    rule:
        name:
            short_name
        input:
            figure_files(short_name),
