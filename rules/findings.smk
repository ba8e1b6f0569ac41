"""What the study says of each published finding."""


rule findings:
    """Verdicts on F1 to F5 with effects and intervals, from the records of the stages before."""
    input:
        **findings_inputs(),
    output:
        json=f"{RESULTS}/findings.json",
        md=f"{RESULTS}/findings.md",
    log:
        f"{RESULTS}/logs/findings.log",
    benchmark:
        f"{RESULTS}/benchmarks/findings.tsv"
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        study={
            "study": STUDY.name,
            "description": STUDY.description,
            "seeds": list(STUDY.seeds),
        },
        main_encoder=STUDY.main_encoder,
        code=code("findings.py"),
    script:
        "../scripts/findings.py"
