"""Fetch one encoder of the hub: the one job that may use the network for it."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.encoder.hub import fetch
        from fbert.encoder.source import EncoderSource
        from fbert.files import write_json

        settings = snakemake.params.job["settings"] | {"model_type": snakemake.params.model_type}
        write_json(snakemake.output[0], fetch(EncoderSource(settings["hub"], **settings)))
