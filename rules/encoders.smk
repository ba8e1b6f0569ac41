"""Encoders: what they are, and their fine-tuning."""


rule describe_encoder:
    """Layers, heads, width and parameters of an encoder, from its configuration."""
    output:
        f"{RESULTS}/encoders/{{encoder}}.json",
    params:
        source=lambda wildcards: STUDY.encoders[wildcards.encoder],
        code=code("describe_encoder.py"),
    log:
        f"{RESULTS}/logs/describe_encoder/{{encoder}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/describe_encoder/{{encoder}}.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=20,
    conda:
        "../envs/fbert.yaml"
    script:
        "../scripts/describe_encoder.py"


rule finetune:
    """An encoder fine-tuned on one task: a Hugging Face folder with the task's head beside."""
    input:
        corpus=lambda wildcards: f"{RESULTS}/corpora/{STUDY.tasks[task_of(wildcards.tuned)]}.json",
    output:
        directory(f"{RESULTS}/checkpoints/{{encoder}}/{{tuned}}"),
    params:
        source=lambda wildcards: STUDY.encoders[wildcards.encoder],
        settings=lambda wildcards: STUDY.finetuning[wildcards.encoder],
        task=lambda wildcards: task_of(wildcards.tuned),
        seed=lambda wildcards: seed_of(wildcards.tuned),
        code=code("finetune.py"),
    log:
        f"{RESULTS}/logs/finetune/{{encoder}}/{{tuned}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/finetune/{{encoder}}/{{tuned}}.tsv"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=240,
        gpu=GPU,
    conda:
        "../envs/fbert.yaml"
    script:
        "../scripts/finetune.py"
