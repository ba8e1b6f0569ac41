"""Project the labels of one encoder and task into planes, for the slider of the report."""

import json

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.files import write_text
        from fbert.records.trajectory import Trajectory
        from fbert.report.movement import view_of_ends, view_of_run

        named, settings = dict(snakemake.input.items()), snakemake.params.job["settings"]
        view = (
            view_of_run(Trajectory.read(named["trajectory"][0]))
            if "trajectory" in named
            else view_of_ends(named["before"][0], named["after"][0], settings["task"], settings["state"])
        )
        head = {"encoder": settings["encoder"], "state": settings["state"], "seed": settings["seed"]}
        # On one line: coordinates are many, and nobody reads them.
        write_text(snakemake.output[0], json.dumps(head | view, allow_nan=False) + "\n")
