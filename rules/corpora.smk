"""Raw corpora, and the examples that the tasks find in them."""

HUB_DATASETS = [corpus for corpus in STUDY.corpora.values() if corpus.hub is not None]


rule fetch_corpus_file:
    """A public corpus file: from the mirror if it is there, else downloaded; its checksum holds either way."""
    input:
        unpack(needs("fetch_corpus_file")),
    output:
        downloaded("{file}"),
    log:
        f"{DOWNLOADS}/logs/{{file}}.log",
    wildcard_constraints:
        file=one_of(known_files()),
    localrule: True
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=500,
        runtime=30,
    params:
        job=job("fetch_corpus_file"),
    script:
        "../scripts/fetch_corpus_file.py"


rule fetch_dataset:
    """One split of a dataset of the hub, into Hugging Face's cache, on the machine that has the network."""
    input:
        unpack(needs("fetch_dataset")),
    output:
        fetched_dataset(),
    log:
        f"{DOWNLOADS}/logs/datasets/{{hub}}/{{revision}}/{{config}}/{{split}}.log",
    wildcard_constraints:
        hub=one_of([corpus.hub for corpus in HUB_DATASETS]),
        config=one_of([corpus.config or ONLY_CONFIG for corpus in HUB_DATASETS]),
        split=one_of(
            [split for corpus in HUB_DATASETS for split in corpus.files.values()]
        ),
    localrule: True
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        job=job("fetch_dataset"),
    script:
        "../scripts/fetch_dataset.py"


rule write_generated_corpus:
    """The project's own synthetic corpus, in the three formats of the real ones."""
    input:
        unpack(needs("write_generated_corpus")),
    output:
        [PATHS.raw(f"generated/{file}") for file in generated_files()],
    log:
        f"{RESULTS}/logs/write_generated_corpus.log",
    localrule: True
    conda:
        "../envs/fbert.yaml"
    resources:
        mem_mb=500,
        runtime=10,
    params:
        job=job("write_generated_corpus"),
    script:
        "../scripts/write_generated_corpus.py"


rule prepare_task:
    """A corpus in two splits, with the examples of one task; what other tasks find there is their own matter."""
    input:
        unpack(needs("prepare_task", raw=PLAN.raw_files_of_task)),
    output:
        PATHS.examples(),
    log:
        f"{RESULTS}/logs/prepare_task/{{task}}.log",
    conda:
        "../envs/fbert.yaml"
    resources:
        **growing(mem_mb=1000, runtime=10),
    params:
        job=job("prepare_task"),
    script:
        "../scripts/prepare_task.py"
