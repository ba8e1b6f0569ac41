"""Write down what made the results."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.files import write_json
        from fbert.provenance import provenance

        todo = snakemake.params.job
        write_json(snakemake.output[0], provenance(todo["settings"]["study"], todo["root"]))
