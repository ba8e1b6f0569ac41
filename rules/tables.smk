"""The paper's tables, each as CSV, Markdown and LaTeX."""


rule make_table:
    """One table, from the records of the stages before it."""
    input:
        unpack(table_inputs),
    output:
        csv=report(
            f"{RESULTS}/tables/{{table}}.csv",
            caption="captions/table.rst",
            category="Tables",
            labels={"table": "{table}"},
        ),
        md=f"{RESULTS}/tables/{{table}}.md",
        tex=f"{RESULTS}/tables/{{table}}.tex",
    log:
        f"{RESULTS}/logs/make_table/{{table}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/make_table/{{table}}.tsv"
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        study={"name": STUDY.name, "description": STUDY.description},
        code=code("make_table.py"),
    script:
        "../scripts/make_table.py"


for short_name in TABLES:

    rule:
        name:
            short_name
        input:
            table_files(short_name),
