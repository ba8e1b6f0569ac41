"""DirectProbe: clusters of each label, and distances between labels."""


rule directprobe:
    """Clusters and distances of one task on one layer, for the training and the test set."""
    input:
        train=lambda wildcards: store_of(wildcards, "train"),
        test=lambda wildcards: store_of(wildcards, "test"),
    output:
        record=f"{RESULTS}/directprobe/{{encoder}}/{{state}}/{{task}}-layer-{{layer}}.json",
    log:
        f"{RESULTS}/logs/directprobe/{{encoder}}/{{state}}/{{task}}-layer-{{layer}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/directprobe/{{encoder}}/{{state}}/{{task}}-layer-{{layer}}.tsv"
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
    params:
        settings=STUDY.directprobe,
        seed=lambda wildcards: seed_of(wildcards.state),
        code=code("directprobe.py"),
    script:
        "../scripts/directprobe.py"
