"""What made the results, written beside them."""


rule provenance:
    """Study, seeds, versions, commit, machine and checksums, whenever a table or a figure is made."""
    input:
        # The report names what provenance found, so it comes after.
        [files_of(name) for name in STUDY.produce if name != REPORT],
    output:
        f"{RESULTS}/provenance.json",
    log:
        f"{RESULTS}/logs/provenance.log",
    benchmark:
        f"{RESULTS}/benchmarks/provenance.tsv"
    localrule: True
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        study=asdict(STUDY),
        inputs=study_inputs(),
        code=code("provenance.py"),
    script:
        "../scripts/provenance.py"
