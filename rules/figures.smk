"""The paper's figures: a tidy table each, and the picture drawn from that table alone."""


rule figure_data:
    """The tidy table behind one figure."""
    input:
        unpack(inputs_of(FIGURES, "figure")),
        changed=changed("figure_data"),
    output:
        csv=PATHS.figure(),
    log:
        f"{RESULTS}/logs/figure_data/{{figure}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figure_data/{{figure}}.tsv"
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        job=job("figure_data"),
    script:
        "../scripts/figure_data.py"


rule draw_figure:
    """One figure as PDF and PNG, with the text of its caption."""
    input:
        csv=PATHS.figure(),
        changed=changed("draw_figure"),
    output:
        pdf=PATHS.figure(form="pdf"),
        png=report(
            PATHS.figure(form="png"),
            caption="captions/figure.rst",
            category="Figures",
            labels=lambda wildcards: {
                "figure": wildcards.figure,
                "shows": FIGURES[wildcards.figure].title,
            },
        ),
        md=PATHS.figure(form="md"),
    log:
        f"{RESULTS}/logs/draw_figure/{{figure}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/draw_figure/{{figure}}.tsv"
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        job=job("draw_figure"),
    script:
        "../scripts/draw_figure.py"


for short_name in FIGURES:

    rule:
        name:
            short_name
        input:
            FIGURES[short_name].files(PATHS),
