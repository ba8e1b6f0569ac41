"""Draw one figure from its tidy table alone."""

from importlib import import_module

from fbert.figures.caption import caption
from fbert.figures.save import save
from fbert.figures.tidy import read_tidy
from fbert.files import write_text
from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        settings, output = snakemake.params.job["settings"], snakemake.output
        frame = read_tidy(snakemake.input.csv)
        kind = import_module(f"fbert.figures.{settings['kind']}")
        save(kind.draw(frame), output.pdf, output.png)
        name = snakemake.wildcards.figure
        write_text(output.md, caption(name, settings["title"], kind.WHAT, frame, settings["study"]))
