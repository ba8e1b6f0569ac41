"""What is followed through fine-tuning, and what probes learn from examples that the encoder was tuned on."""


rule dynamics:
    """Clusters, distances and centroids of the training examples at every snapshot of a training run."""
    input:
        examples=lambda wildcards: PATHS.examples(State.parse(wildcards.tuned).task),
        checkpoint=PATHS.checkpoint(),
        encoder=encoder_files,
        changed=changed("dynamics"),
    output:
        PATHS.trajectory(),
    log:
        f"{RESULTS}/logs/dynamics/{{encoder}}/{{tuned}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/dynamics/{{encoder}}/{{tuned}}.tsv"
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=growing_with_encoder(4000, weights=3),
        runtime=growing(240),
    params:
        job=job("dynamics"),
    script:
        "../scripts/dynamics.py"


rule learning_curves:
    """Learning curves of probes, before and after fine-tuning, on examples that it has seen and others."""
    input:
        unpack(stores_before_and_after),
        changed=changed("learning_curves"),
    output:
        PATHS.learning_curves(),
    log:
        f"{RESULTS}/logs/learning_curves/{{encoder}}/{{tuned}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/learning_curves/{{encoder}}/{{tuned}}.tsv"
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
        gpu=GPU,
    params:
        job=job("learning_curves"),
    script:
        "../scripts/learning_curves.py"
