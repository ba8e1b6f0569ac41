"""Clusters, distances and centroids at every snapshot of one training run."""

from pathlib import Path

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.analysis.dynamics import course_of_checkpoint, follow
        from fbert.encoder.checkpoint import check_checkpoint
        from fbert.encoder.source import EncoderSource
        from fbert.prepared import PreparedCorpus
        from fbert.states import State

        todo, wildcards, checkpoint = snakemake.params.job, snakemake.wildcards, snakemake.input.checkpoint[0]
        course = course_of_checkpoint(
            EncoderSource.from_study(wildcards.encoder, todo["settings"]["source"]),
            checkpoint,
            PreparedCorpus.read(snakemake.input.examples[0]),
            State.parse(wildcards.tuned),
        )
        made = todo | {"checkpoint": check_checkpoint(checkpoint)}
        follow(course, Path(snakemake.output[0]), made=made, **todo["settings"]["directprobe"])
