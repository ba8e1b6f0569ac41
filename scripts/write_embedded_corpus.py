"""Write the project's own synthetic corpus."""

from pathlib import Path

from fbert.corpora.embedded import write_embedded
from fbert.job import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        write_embedded(Path(snakemake.output[0]).parent)
