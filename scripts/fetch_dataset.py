"""Fetch one split of a dataset of the hub: the one job that may use the network for it."""

import os

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake, alone=True):
        # Read while the libraries below are imported: jobs are offline, but this one as its user asked.
        offline = os.environ["FBERT_HUB_OFFLINE"]
        os.environ.update(HF_HUB_OFFLINE=offline, HF_DATASETS_OFFLINE=offline)

        from fbert.corpora.hub import fetch_split
        from fbert.files import write_json

        settings = snakemake.params.job["settings"]
        write_json(snakemake.output[0], fetch_split(**settings))
