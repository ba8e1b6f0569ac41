"""Write down what made the results."""

from fbert.files import write_json
from fbert.job import job
from fbert.provenance import provenance

if __name__ == "__main__":
    with job(snakemake):
        todo = snakemake.params.job
        write_json(snakemake.output[0], provenance(todo["settings"]["study"], todo["root"]))
