"""Make the tidy table behind one figure."""

from importlib import import_module

from fbert.figure_data.request import Request
from fbert.figure_definitions import FIGURES
from fbert.files import write_text
from fbert.job import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        definition = FIGURES[snakemake.wildcards.figure]
        files = {kind: [*paths] for kind, paths in snakemake.input.items()}
        request = Request(definition, snakemake.params.runs, files, snakemake.params.synthetic)
        table = import_module(f"fbert.figure_data.{definition.kind}").rows(request)
        write_text(snakemake.output.csv, table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
