"""Draw one figure from its tidy table alone."""

from importlib import import_module

import pandas as pd

from fbert.figure_definitions import FIGURES
from fbert.figures.caption import caption
from fbert.figures.save import save
from fbert.files import write_text
from fbert.job import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        name, output = snakemake.wildcards.figure, snakemake.output
        frame = pd.read_csv(snakemake.input.csv, float_precision="round_trip")
        kind = import_module(f"fbert.figures.{FIGURES[name].kind}")
        save(kind.draw(frame), output.pdf, output.png)
        write_text(output.md, caption(name, FIGURES[name].title, kind.WHAT, frame, snakemake.params.study))
