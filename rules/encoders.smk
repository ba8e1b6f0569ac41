"""Encoders: what they are, and their fine-tuning."""


rule fetch_encoder:
    """An encoder of the hub, into Hugging Face's cache, on the machine that has the network."""
    input:
        unpack(needs("fetch_encoder")),
    output:
        fetched_encoder(),
    log:
        f"{DOWNLOADS}/logs/encoders/{{hub}}/{{revision}}.log",
    localrule: True
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        job=job("fetch_encoder"),
        model_type=PLAN.model_type,
    script:
        "../scripts/fetch_encoder.py"


rule describe_encoder:
    """Layers, heads, width and parameters of an encoder, from its configuration."""
    input:
        unpack(needs("describe_encoder", encoder=PLAN.described_files)),
    output:
        PATHS.encoder(),
    log:
        f"{RESULTS}/logs/describe_encoder/{{encoder}}.log",
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=2000, runtime=20),
    params:
        job=job("describe_encoder"),
    script:
        "../scripts/describe_encoder.py"


rule finetune:
    """An encoder fine-tuned on one task: a Hugging Face folder with the task's head and snapshots beside."""
    input:
        unpack(
            needs(
                "finetune", examples=PLAN.examples_tuned_on, encoder=PLAN.encoder_files
            )
        ),
    output:
        directory(PATHS.checkpoint()),
    log:
        f"{RESULTS}/logs/finetune/{{encoder}}/{{tuned}}.log",
    # First, since what takes longest begins with it: then embedding and probing, or following the run.
    priority: 3
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(
            mem_mb=2000,
            runtime=240,
            weights=8,
            log=f"{RESULTS}/logs/finetune/{{encoder}}/{{tuned}}.log",
        ),
        gpu=GPU,
    params:
        job=job("finetune"),
    script:
        "../scripts/finetune.py"
