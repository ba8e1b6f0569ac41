"""Write the project's own synthetic corpus."""

from pathlib import Path

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.corpora.generated import write_generated

        write_generated(Path(snakemake.output[0]).parent)
