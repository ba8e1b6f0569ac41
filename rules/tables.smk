"""The paper's tables, each as CSV, Markdown and LaTeX."""


rule make_table:
    """One table, from the records of the stages before it."""
    input:
        unpack(inputs_of(TABLES, "table")),
        changed=changed("make_table"),
    output:
        csv=report(
            PATHS.table(),
            caption="captions/table.rst",
            category="Tables",
            labels={"table": "{table}"},
        ),
        md=PATHS.table(form="md"),
        tex=PATHS.table(form="tex"),
    log:
        f"{RESULTS}/logs/make_table/{{table}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/make_table/{{table}}.tsv"
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
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
