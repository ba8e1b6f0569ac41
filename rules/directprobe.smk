"""DirectProbe: clusters of each label, and distances between labels."""


rule directprobe:
    """Clusters and distances of one task on one layer, for the training and the test set."""
    input:
        unpack(needs("directprobe", PLAN.stores)),
    output:
        PATHS.geometry(layer="{layer}"),
    log:
        f"{RESULTS}/logs/directprobe/{{encoder}}/{{state}}/{{task}}-layer-{{layer}}.log",
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=4000, runtime=240),
    params:
        job=job("directprobe"),
    script:
        "../scripts/directprobe.py"
