"""Encoders: what they are, and their fine-tuning."""


rule fetch_encoder:
    """An encoder of the hub, into Hugging Face's cache, on the machine that has the network."""
    output:
        f"{DOWNLOADS}/encoders/{{hub}}/{{revision}}.json",
    log:
        f"{DOWNLOADS}/logs/encoders/{{hub}}/{{revision}}.log",
    benchmark:
        f"{DOWNLOADS}/benchmarks/encoders/{{hub}}/{{revision}}.tsv"
    localrule: True
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        code=code("fetch_encoder.py"),
    script:
        "../scripts/fetch_encoder.py"


rule describe_encoder:
    """Layers, heads, width and parameters of an encoder, from its configuration."""
    input:
        fetched=fetched,
        folder=encoder_folder,
    output:
        f"{RESULTS}/encoders/{{encoder}}.json",
    log:
        f"{RESULTS}/logs/describe_encoder/{{encoder}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/describe_encoder/{{encoder}}.tsv"
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        source=lambda wildcards: STUDY.encoders[wildcards.encoder],
        code=code("describe_encoder.py"),
    script:
        "../scripts/describe_encoder.py"


rule finetune:
    """An encoder fine-tuned on one task: a Hugging Face folder with the task's head beside."""
    input:
        corpus=lambda wildcards: f"{RESULTS}/corpora/{STUDY.tasks[task_of(wildcards.tuned)]}.json",
        fetched=fetched,
        folder=encoder_folder,
    output:
        directory(f"{RESULTS}/checkpoints/{{encoder}}/{{tuned}}"),
    log:
        f"{RESULTS}/logs/finetune/{{encoder}}/{{tuned}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/finetune/{{encoder}}/{{tuned}}.tsv"
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=growing_with_encoder(2000, weights=8),
        runtime=growing(240),
        gpu=GPU,
    params:
        source=lambda wildcards: STUDY.encoders[wildcards.encoder],
        settings=finetune_settings,
        task=lambda wildcards: task_of(wildcards.tuned),
        seed=lambda wildcards: seed_of(wildcards.tuned),
        code=code("finetune.py"),
    script:
        "../scripts/finetune.py"
