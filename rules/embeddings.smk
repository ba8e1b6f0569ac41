"""Embedding stores: the vectors of every layer for the words that a task needs."""


rule embed:
    """The examples of one task through one state of an encoder: a store for each split."""
    input:
        examples=PATHS.examples(),
        checkpoint=checkpoint_of,
        encoder=encoder_files,
        changed=changed("embed"),
    output:
        train=PATHS.store(split="train"),
        test=PATHS.store(split="test"),
    log:
        f"{RESULTS}/logs/embed/{{encoder}}/{{state}}/{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/embed/{{encoder}}/{{state}}/{{task}}.tsv"
    # Before other jobs, since the longest ones, probes, wait for it.
    priority: 2
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=growing_with_encoder(3000, weights=2),
        runtime=growing(60),
        gpu=GPU,
    params:
        job=job("embed"),
    script:
        "../scripts/embed.py"
