"""The paper's figures: a tidy table each, and the picture drawn from that table alone."""


rule figure_data:
    """The tidy table behind one figure."""
    input:
        unpack(needs("figure_data", product_inputs)),
    output:
        csv=PATHS.figure(),
    log:
        f"{RESULTS}/logs/figure_data/{{figure}}.log",
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=4000, runtime=30),
    params:
        job=job("figure_data"),
    script:
        "../scripts/figure_data.py"


rule draw_figure:
    """One figure as PDF and PNG, with its caption."""
    input:
        unpack(needs("draw_figure", csv=PATHS.figure())),
    output:
        pdf=PATHS.figure(form="pdf"),
        png=in_report(PATHS.figure(form="png"), "figure", figure="{figure}"),
        md=PATHS.figure(form="md"),
        json=PATHS.figure(form="json"),
    log:
        f"{RESULTS}/logs/draw_figure/{{figure}}.log",
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=1000, runtime=10),
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
