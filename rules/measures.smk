"""Measures of others, to stand beside DirectProbe's."""


rule measures:
    """CKA, RSA and the like of one task on one layer, of the training set and against the original's."""
    input:
        unpack(needs("measures", PLAN.stores_of_state_and_original)),
    output:
        PATHS.measures(layer="{layer}"),
    log:
        f"{RESULTS}/logs/measures/{{encoder}}/{{state}}/{{task}}-layer-{{layer}}.log",
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=2000, runtime=20),
    params:
        job=job("measures"),
    script:
        "../scripts/measures.py"
