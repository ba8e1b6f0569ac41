"""Classifier probes."""


rule probe:
    """The best probe of the grid for one task on one layer, and its test accuracy over its runs."""
    input:
        unpack(needs("probe", PLAN.stores)),
    output:
        record=PATHS.probe_of_layer(".json"),
        labels=PATHS.probe_of_layer("-labels.csv"),
        confusion=PATHS.probe_of_layer("-confusion.csv"),
    log:
        f"{RESULTS}/logs/probe/{{encoder}}/{{state}}/{{task}}-layer-{{layer}}.log",
    # Before DirectProbe's short jobs, which are what fills all cores until the end.
    priority: 1
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=4000, runtime=240),
        gpu=GPU,
    params:
        job=job("probe"),
    script:
        "../scripts/probe.py"
