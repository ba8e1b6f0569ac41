"""What is followed through fine-tuning, and what probes learn from examples that the encoder was tuned on."""


use rule finetune as finetune_with_snapshots with:
    output:
        checkpoint=directory(f"{RESULTS}/checkpoints/{{encoder}}/{{tuned}}"),
        snapshots=temp(f"{RESULTS}/snapshots/{{encoder}}/{{tuned}}.h5"),
    # A training run that figures follow: beside the checkpoint, vectors at its snapshots.
    wildcard_constraints:
        encoder=re.escape(STUDY.main_encoder),
        tuned=one_of(FOLLOWED),


ruleorder: finetune_with_snapshots > finetune


rule dynamics:
    """Clusters, distances and centroids of the training examples at every snapshot of a training run."""
    input:
        snapshots=f"{RESULTS}/snapshots/{{encoder}}/{{tuned}}.h5",
    output:
        record=f"{RESULTS}/dynamics/{{encoder}}/{{tuned}}.h5",
    log:
        f"{RESULTS}/logs/dynamics/{{encoder}}/{{tuned}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/dynamics/{{encoder}}/{{tuned}}.tsv"
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
    params:
        settings=STUDY.directprobe,
        task=lambda wildcards: task_of(wildcards.tuned),
        code=code("dynamics.py"),
    script:
        "../scripts/dynamics.py"


rule learning_curves:
    """Learning curves of probes, before and after fine-tuning, on examples that it has seen and others."""
    input:
        original_train=lambda wildcards: tuning_store(wildcards, ORIGINAL, "train"),
        original_test=lambda wildcards: tuning_store(wildcards, ORIGINAL, "test"),
        tuned_train=lambda wildcards: tuning_store(wildcards, wildcards.tuned, "train"),
        tuned_test=lambda wildcards: tuning_store(wildcards, wildcards.tuned, "test"),
    output:
        record=f"{RESULTS}/learning_curves/{{encoder}}/{{tuned}}.json",
    log:
        f"{RESULTS}/logs/learning_curves/{{encoder}}/{{tuned}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/learning_curves/{{encoder}}/{{tuned}}.tsv"
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
        gpu=GPU,
    params:
        settings=STUDY.memorisation,
        task=lambda wildcards: task_of(wildcards.tuned),
        seed=lambda wildcards: seed_of(wildcards.tuned),
        code=code("learning_curves.py"),
    script:
        "../scripts/learning_curves.py"
