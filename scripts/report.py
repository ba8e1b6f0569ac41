"""Write the report of a study."""

from pathlib import Path

from fbert.files import write_text
from fbert.job import job
from fbert.report.page.write import Sources, page

if __name__ == "__main__":
    with job(snakemake):
        files = snakemake.params.job["settings"]["files"]
        kinds = ("findings", "tables", "figures", "movement")
        sources = Sources(
            provenance=Path(snakemake.input.provenance[0]),
            benchmarks=Path(snakemake.params.benchmarks),
            **{kind: [Path(path) for path in files[kind]] for kind in kinds},
        )
        write_text(snakemake.output.html, page(sources))
