"""Project the labels of one encoder and task into planes, for the slider of the report."""

import json

from fbert.analysis.training_run import TrainingRun
from fbert.files import write_text
from fbert.job import logged
from fbert.report.movement import view_of_ends, view_of_run

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        named, task = dict(snakemake.input.items()), snakemake.wildcards.task
        view = (
            view_of_run(TrainingRun.read(named["dynamics"]))
            if "dynamics" in named
            else view_of_ends(named["original"], named["tuned"], task)
        )
        head = {"encoder": snakemake.wildcards.encoder, "seed": snakemake.params.seed}
        # On one line: coordinates are many, and nobody reads them.
        write_text(snakemake.output[0], json.dumps(head | view, allow_nan=False) + "\n")
