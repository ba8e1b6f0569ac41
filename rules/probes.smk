"""Classifier probes."""


rule probe:
    """The best perceptron of the grid for one task on one layer, and its test accuracy over several runs."""
    input:
        train=lambda wildcards: store_of(wildcards, "train"),
        test=lambda wildcards: store_of(wildcards, "test"),
    output:
        record=f"{RESULTS}/probes/{{encoder}}/{{state}}/{{task}}-layer-{{layer}}.json",
        labels=f"{RESULTS}/probes/{{encoder}}/{{state}}/{{task}}-layer-{{layer}}-labels.csv",
        confusion=f"{RESULTS}/probes/{{encoder}}/{{state}}/{{task}}-layer-{{layer}}-confusion.csv",
    log:
        f"{RESULTS}/logs/probe/{{encoder}}/{{state}}/{{task}}-layer-{{layer}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/probe/{{encoder}}/{{state}}/{{task}}-layer-{{layer}}.tsv"
    # Early, so that no probe of many minutes is left alone at the end of a study while other cores idle.
    priority: 1
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
        gpu=GPU,
    params:
        settings=lambda wildcards: STUDY.probe[wildcards.encoder],
        seed=lambda wildcards: seed_of(wildcards.state),
        code=code("probe.py"),
    script:
        "../scripts/probe.py"
