"""Write the report of a study."""

from pathlib import Path

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.files import write_text
        from fbert.report.page.write import Sources, page

        files = snakemake.params.job["settings"]["files"]
        kinds = ("findings", "tables", "figures", "movement", "health")
        sources = Sources(
            provenance=Path(snakemake.input.provenance[0]),
            results=Path(snakemake.params.job["root"]),
            **{kind: [Path(path) for path in files[kind]] for kind in kinds},
        )
        write_text(snakemake.output.html, page(sources))
