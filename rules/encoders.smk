"""Encoders: what they are, and their fine-tuning."""


rule fetch_encoder:
    """An encoder of the hub, into Hugging Face's cache, on the machine that has the network."""
    input:
        changed=changed("fetch_encoder"),
    output:
        fetched_encoder(),
    log:
        f"{DOWNLOADS}/logs/encoders/{{hub}}/{{revision}}.log",
    benchmark:
        f"{DOWNLOADS}/benchmarks/encoders/{{hub}}/{{revision}}.tsv"
    localrule: True
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        job=job("fetch_encoder"),
    script:
        "../scripts/fetch_encoder.py"


rule describe_encoder:
    """Layers, heads, width and parameters of an encoder, from its configuration."""
    input:
        encoder=encoder_files,
        changed=changed("describe_encoder"),
    output:
        PATHS.encoder(),
    log:
        f"{RESULTS}/logs/describe_encoder/{{encoder}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/describe_encoder/{{encoder}}.tsv"
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        job=job("describe_encoder"),
    script:
        "../scripts/describe_encoder.py"


rule finetune:
    """An encoder fine-tuned on one task: a Hugging Face folder with the task's head and snapshots beside."""
    input:
        examples=lambda wildcards: PATHS.examples(State.parse(wildcards.tuned).task),
        encoder=encoder_files,
        changed=changed("finetune"),
    output:
        directory(PATHS.checkpoint()),
    log:
        f"{RESULTS}/logs/finetune/{{encoder}}/{{tuned}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/finetune/{{encoder}}/{{tuned}}.tsv"
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=growing_with_encoder(2000, weights=8),
        runtime=growing(240),
        gpu=GPU,
    params:
        job=job("finetune"),
    script:
        "../scripts/finetune.py"
