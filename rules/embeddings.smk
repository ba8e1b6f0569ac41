"""Embedding stores: the vectors of every layer for the words that a task needs."""


rule embed:
    """The examples of one task through one state of an encoder: a store for each split."""
    input:
        unpack(needs("embed", PLAN.embedding_inputs)),
    output:
        train=PATHS.store(split="train"),
        test=PATHS.store(split="test"),
        reading=PATHS.reading(),
    log:
        f"{RESULTS}/logs/embed/{{encoder}}/{{state}}/{{task}}.log",
    # Before other jobs, since probes wait for it.
    priority: 2
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=3000, runtime=60, weights=2),
        gpu=GPU,
    params:
        job=job("embed"),
    script:
        "../scripts/embed.py"
