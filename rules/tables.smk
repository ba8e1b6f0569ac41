"""The paper's tables, each as CSV, Markdown and LaTeX."""


rule make_table:
    """One table, from the records of the stages before it."""
    input:
        unpack(needs("make_table", product_inputs)),
    output:
        csv=in_report(PATHS.table(), "table", table="{table}"),
        md=PATHS.table(form="md"),
        tex=PATHS.table(form="tex"),
        json=PATHS.table(form="json"),
    log:
        f"{RESULTS}/logs/make_table/{{table}}.log",
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=1000, runtime=10),
    params:
        job=job("make_table"),
    script:
        "../scripts/make_table.py"


for short_name in TABLES:

    rule:
        name:
            short_name
        input:
            TABLES[short_name].files(PATHS),
