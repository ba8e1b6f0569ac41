"""Make one table."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.tables.make import make_table, read_inputs
        from fbert.tables.render import write_table

        settings = snakemake.params.job["settings"]
        inputs = read_inputs(settings["files"])
        table = make_table(snakemake.wildcards.table, settings["title"], inputs)
        write_table(table, settings["study"], **dict(snakemake.output.items()))
