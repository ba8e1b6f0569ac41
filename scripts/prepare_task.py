"""Read a corpus and find the examples of one task."""

from pathlib import Path

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.prepare import prepare
        from fbert.task_definitions import TaskDefinition

        settings = snakemake.params.job["settings"]
        corpus = prepare(
            settings["corpus"],
            files={part: Path(path) for part, path in settings["files"].items()},
            tasks={snakemake.wildcards.task: TaskDefinition(**settings["definition"])},
            **settings["reading"],
        )
        corpus.write(snakemake.output[0])
