"""What is followed through fine-tuning, and what probes learn from examples that the encoder was tuned on."""


rule dynamics:
    """Clusters, distances and centroids of the training examples at every snapshot of a training run."""
    input:
        unpack(needs("dynamics", PLAN.trajectory_inputs)),
    output:
        PATHS.training(),
    log:
        f"{RESULTS}/logs/dynamics/{{encoder}}/{{tuned}}.log",
    # Early, so that no job of many minutes is left alone at the end of a study while other cores idle.
    priority: 2
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=4000, runtime=240, weights=3),
    params:
        job=job("dynamics"),
    script:
        "../scripts/dynamics.py"


rule follow_states:
    """The same for the given states of an encoder, from their stores."""
    input:
        unpack(needs("follow_states", PLAN.stores_of_states)),
    output:
        PATHS.passage(),
    log:
        f"{RESULTS}/logs/follow_states/{{encoder}}/{{task}}.log",
    priority: 2
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=4000, runtime=240),
    params:
        job=job("follow_states"),
    script:
        "../scripts/follow_states.py"


rule learning_curves:
    """Learning curves of probes, before and after fine-tuning, on examples that it has seen and others."""
    input:
        unpack(needs("learning_curves", PLAN.stores_before_and_after)),
    output:
        PATHS.learning_curves(),
    log:
        f"{RESULTS}/logs/learning_curves/{{encoder}}/{{tuned}}.log",
    priority: 1
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=4000, runtime=120),
        gpu=GPU,
    params:
        job=job("learning_curves"),
    script:
        "../scripts/learning_curves.py"
