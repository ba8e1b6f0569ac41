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
    # Early, so that no probe of many minutes is left alone at the end of a study while other cores idle.
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
