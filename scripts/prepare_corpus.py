"""Read a corpus and find the examples of the study's tasks."""

from pathlib import Path

from fbert.job import logged
from fbert.prepare import prepare
from fbert.task_definitions import TaskDefinition

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        corpus = prepare(
            snakemake.wildcards.corpus,
            files={part: Path(path) for part, path in snakemake.params.files.items()},
            tasks={task: TaskDefinition(**entry) for task, entry in snakemake.params.tasks.items()},
            **snakemake.params.reading,
        )
        corpus.write(snakemake.output[0])
