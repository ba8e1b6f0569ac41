"""What is to be known of the data before numbers are believed."""


rule health:
    """Counts of every task's examples, and of what every encoder makes of their words."""
    input:
        unpack(needs("health", **PRODUCTS["health"].inputs(STUDY, PATHS))),
    output:
        PATHS.health,
    log:
        f"{RESULTS}/logs/health.log",
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=2000, runtime=10),
    params:
        job=job("health"),
    script:
        "../scripts/health.py"
