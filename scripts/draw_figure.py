"""Draw one figure from its tidy table alone."""

from importlib import import_module

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.figures.caption import caption
        from fbert.figures.save import write_figure
        from fbert.figures.tidy import read_tidy

        settings, name = snakemake.params.job["settings"], snakemake.wildcards.figure
        frame = read_tidy(snakemake.input.csv)
        kind = import_module(f"fbert.figures.{settings['kind']}.draw")
        said = caption(name, settings["title"], kind.WHAT, frame, settings["study"])
        write_figure(kind.draw(frame), said, **dict(snakemake.output.items()))
