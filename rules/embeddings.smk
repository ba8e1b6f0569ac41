"""Embedding stores: the vectors of every layer for the words that the tasks need."""


rule embed:
    """One corpus through one state of an encoder: a store for each split."""
    input:
        corpus=f"{RESULTS}/corpora/{{corpus}}.json",
        checkpoint=checkpoint_of,
        fetched=fetched,
        folder=encoder_folder,
    output:
        train=f"{RESULTS}/embeddings/{{encoder}}/{{state}}/{{corpus}}-train.h5",
        test=f"{RESULTS}/embeddings/{{encoder}}/{{state}}/{{corpus}}-test.h5",
    log:
        f"{RESULTS}/logs/embed/{{encoder}}/{{state}}/{{corpus}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/embed/{{encoder}}/{{state}}/{{corpus}}.tsv"
    # Before other jobs, since the longest ones, probes, wait for it.
    priority: 2
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=growing_with_encoder(3000, weights=2),
        runtime=growing(60),
        gpu=GPU,
    params:
        source=lambda wildcards: STUDY.encoders[wildcards.encoder],
        dtype=STUDY.store["dtype"],
        study=STUDY.name,
        code=code("embed.py"),
    script:
        "../scripts/embed.py"
