"""Make the tidy table behind one figure."""

from importlib import import_module

from fbert.job import CHANGED, job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.figures.request import Request
        from fbert.files import write_text

        settings = snakemake.params.job["settings"]
        files = {kind: [*paths] for kind, paths in snakemake.input.items() if kind != CHANGED}
        runs = [(task, seed) for task, seed in settings["runs"]]
        request = Request(runs, files, settings["synthetic"], settings["every_layer"])
        table = import_module(f"fbert.figures.{settings['kind']}.rows").rows(request)
        write_text(snakemake.output.csv, table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
