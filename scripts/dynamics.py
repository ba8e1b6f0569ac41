"""Clusters, distances and centroids at every snapshot of one training run."""

from pathlib import Path

from fbert.analysis.dynamics import follow
from fbert.job import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        follow(
            Path(snakemake.input.snapshots),
            snakemake.params.task,
            path=Path(snakemake.output.record),
            code=snakemake.params.code,
            **snakemake.params.settings,
        )
