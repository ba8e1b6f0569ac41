"""What the study says of each published finding."""


rule findings:
    """Verdicts on F1 to F5 with effects and intervals, from the records of the stages before."""
    input:
        **PRODUCTS["findings"].inputs(STUDY, PATHS),
        changed=changed("findings"),
    output:
        json=PATHS.findings("json"),
        md=PATHS.findings("md"),
    log:
        f"{RESULTS}/logs/findings.log",
    benchmark:
        f"{RESULTS}/benchmarks/findings.tsv"
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        job=job("findings"),
    script:
        "../scripts/findings.py"
