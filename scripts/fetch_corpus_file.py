"""Fetch one public corpus file."""

from fbert.corpora.fetch import fetch
from fbert.corpora.registry import known_file
from fbert.job import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        fetch(
            known_file(snakemake.wildcards.file),
            target=snakemake.output[0],
            checksum=snakemake.params.checksum,
            mirror=snakemake.config.get("mirror"),
        )
