"""Draw one figure from its tidy table alone."""

from importlib import import_module

from fbert.figure_definitions import FIGURES
from fbert.figures.caption import caption
from fbert.figures.save import save
from fbert.figures.tidy import read_tidy
from fbert.files import write_text
from fbert.job import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        name, output = snakemake.wildcards.figure, snakemake.output
        frame = read_tidy(snakemake.input.csv)
        kind = import_module(f"fbert.figures.{FIGURES[name].kind}")
        save(kind.draw(frame), output.pdf, output.png)
        write_text(output.md, caption(name, FIGURES[name].title, kind.WHAT, frame, snakemake.params.study))
