"""What the study says of each published finding."""


rule findings:
    """Verdicts on F1 to F5 with effects and intervals, from the records of the stages before."""
    input:
        unpack(needs("findings", **PRODUCTS["findings"].inputs(STUDY, PATHS))),
    output:
        json=PATHS.findings("json"),
        md=PATHS.findings("md"),
    log:
        f"{RESULTS}/logs/findings.log",
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=2000, runtime=30),
    params:
        job=job("findings"),
    script:
        "../scripts/findings.py"
