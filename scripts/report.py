"""Write the report of a study."""

from pathlib import Path

from fbert.files import write_text
from fbert.job import logged
from fbert.report.page.write import Sources, page

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        kinds = ("findings", "tables", "figures", "movement")
        sources = Sources(
            provenance=Path(snakemake.input.provenance),
            benchmarks=Path(snakemake.params.benchmarks),
            **{kind: [Path(path) for path in snakemake.input.get(kind, [])] for kind in kinds},
        )
        write_text(snakemake.output.html, page(sources))
