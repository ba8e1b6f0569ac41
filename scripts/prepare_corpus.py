"""Read a corpus and find the examples of the study's tasks."""

from pathlib import Path

from fbert.job import logged
from fbert.prepare import prepare

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        corpus = prepare(
            snakemake.wildcards.corpus,
            files={part: Path(path) for part, path in snakemake.input.items()},
            tasks=snakemake.params.tasks,
            **snakemake.params.reading,
        )
        corpus.write(snakemake.output[0])
