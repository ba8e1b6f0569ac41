"""Fetch one public corpus file."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.corpora.fetch import fetch
        from fbert.corpora.registry import known_file

        fetch(
            known_file(snakemake.wildcards.file),
            target=snakemake.output[0],
            checksum=snakemake.params.job["settings"]["checksum"],
            mirror=snakemake.config.get("mirror"),
        )
