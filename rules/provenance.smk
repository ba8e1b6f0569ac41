"""What made the results, written beside them."""


rule provenance:
    """Study, seeds, versions, commits, machines and checksums, whenever a table or a figure is made."""
    input:
        unpack(needs("provenance", results=PLAN.products_but_the_report)),
    output:
        PATHS.provenance,
    log:
        f"{RESULTS}/logs/provenance.log",
    localrule: True
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=500,
        runtime=10,
    params:
        job=job("provenance"),
    script:
        "../scripts/provenance.py"
