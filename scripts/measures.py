"""Measures of others beside ours: one state, task and layer, compared with the original state."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.measures.of_stores import measures_of_stores

        record = measures_of_stores(
            snakemake.input.train[0],
            snakemake.input.original[0],
            snakemake.wildcards.task,
            snakemake.params.job["settings"]["layer"],
        )
        record.write(snakemake.output[0])
