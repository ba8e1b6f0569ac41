"""Clusters, distances and centroids of one task at each given state of one encoder."""

from pathlib import Path

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.analysis.dynamics import course_of_stores, follow

        todo = snakemake.params.job
        stores = dict(zip(todo["settings"]["updates"], snakemake.input.stores, strict=True))
        course = course_of_stores(stores, snakemake.wildcards.task)
        follow(course, Path(snakemake.output[0]), made=todo, **todo["settings"]["directprobe"])
