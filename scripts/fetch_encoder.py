"""Fetch one encoder of the hub: the one job that may use the network for it."""

import os

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake, alone=True):
        os.environ["HF_HUB_OFFLINE"] = "0"  # read while the libraries below are imported

        from fbert.encoder.hub import fetch
        from fbert.encoder.source import EncoderSource
        from fbert.files import write_json

        hub, revision = snakemake.wildcards.hub, snakemake.wildcards.revision
        write_json(snakemake.output[0], fetch(EncoderSource(hub, hub=hub, revision=revision)))
