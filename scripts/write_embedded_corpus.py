"""Write the project's own synthetic corpus."""

from pathlib import Path

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.corpora.embedded import write_embedded

        write_embedded(Path(snakemake.output[0]).parent)
