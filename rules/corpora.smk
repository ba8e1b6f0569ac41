"""Raw corpora, and the examples that the tasks find in them."""


rule fetch_corpus_file:
    """A public corpus file: from the mirror if it is there, else downloaded; its checksum holds either way."""
    output:
        f"{DOWNLOADS}/{{file}}",
    wildcard_constraints:
        file=one_of(known_files()),
    params:
        checksum=lambda wildcards: checksum_of(wildcards.file),
        code=code("fetch_corpus_file.py"),
    log:
        f"{DOWNLOADS}/logs/{{file}}.log",
    benchmark:
        f"{DOWNLOADS}/benchmarks/{{file}}.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=30,
    localrule: True
    conda:
        "../envs/fbert.yaml"
    script:
        "../scripts/fetch_corpus_file.py"


rule write_embedded_corpus:
    """The project's own synthetic corpus, in the three formats of the real ones."""
    output:
        expand(f"{EMBEDDED}/{{file}}", file=embedded_files()),
    params:
        code=code("write_embedded_corpus.py"),
    log:
        f"{RESULTS}/logs/write_embedded_corpus.log",
    benchmark:
        f"{RESULTS}/benchmarks/write_embedded_corpus.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    localrule: True
    conda:
        "../envs/fbert.yaml"
    script:
        "../scripts/write_embedded_corpus.py"


rule prepare_corpus:
    """A corpus in two splits, with the examples of every task of the study that reads it."""
    input:
        unpack(lambda wildcards: raw_files(wildcards.corpus)),
    output:
        f"{RESULTS}/corpora/{{corpus}}.json",
    params:
        reading=lambda wildcards: STUDY.corpora[wildcards.corpus].reading(),
        tasks=lambda wildcards: task_entries(wildcards.corpus),
        code=code("prepare_corpus.py"),
    log:
        f"{RESULTS}/logs/prepare_corpus/{{corpus}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/prepare_corpus/{{corpus}}.tsv"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    conda:
        "../envs/fbert.yaml"
    script:
        "../scripts/prepare_corpus.py"
