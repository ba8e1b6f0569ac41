"""Clusters and distances of one task on one layer, in training and test set, and baselines beside them."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.analysis.geometry_job import geometry_of_stores

        settings, stores = snakemake.params.job["settings"], snakemake.input
        record = geometry_of_stores(
            stores.train[0],
            stores.test[0],
            snakemake.wildcards.task,
            settings["layer"],
            settings["seed"],
            **settings["directprobe"],
        )
        record.write(snakemake.output[0])
