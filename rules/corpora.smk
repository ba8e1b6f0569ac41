"""Raw corpora, and the examples that the tasks find in them."""


rule fetch_corpus_file:
    """A public corpus file: from the mirror if it is there, else downloaded; its checksum holds either way."""
    output:
        f"{DOWNLOADS}/{{file}}",
    log:
        f"{DOWNLOADS}/logs/{{file}}.log",
    benchmark:
        f"{DOWNLOADS}/benchmarks/{{file}}.tsv"
    wildcard_constraints:
        file=one_of(known_files()),
    localrule: True
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=30,
    params:
        checksum=lambda wildcards: checksum_of(wildcards.file),
        code=code("fetch_corpus_file.py"),
    script:
        "../scripts/fetch_corpus_file.py"


rule write_embedded_corpus:
    """The project's own synthetic corpus, in the three formats of the real ones."""
    output:
        expand(f"{EMBEDDED}/{{file}}", file=embedded_files()),
    log:
        f"{RESULTS}/logs/write_embedded_corpus.log",
    benchmark:
        f"{RESULTS}/benchmarks/write_embedded_corpus.tsv"
    localrule: True
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code("write_embedded_corpus.py"),
    script:
        "../scripts/write_embedded_corpus.py"


rule prepare_corpus:
    """A corpus in two splits, with the examples of every task of the study that reads it."""
    input:
        unpack(lambda wildcards: raw_files(wildcards.corpus)),
        # A folder is as old as its list of files, whatever is written into them.
        in_folders=lambda wildcards: files_in(raw_files(wildcards.corpus).values()),
    output:
        f"{RESULTS}/corpora/{{corpus}}.json",
    log:
        f"{RESULTS}/logs/prepare_corpus/{{corpus}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/prepare_corpus/{{corpus}}.tsv"
    conda:
        "../envs/fbert.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        files=lambda wildcards: raw_files(wildcards.corpus),
        reading=lambda wildcards: STUDY.corpora[wildcards.corpus].reading(),
        tasks=lambda wildcards: task_entries(wildcards.corpus),
        code=code("prepare_corpus.py"),
    script:
        "../scripts/prepare_corpus.py"
