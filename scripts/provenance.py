"""Write down what made the results."""

from pathlib import Path

from fbert.files import write_json
from fbert.job import logged
from fbert.provenance import provenance

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        content = provenance(
            snakemake.params.study,
            inputs=[path for path in snakemake.params.inputs if Path(path).is_file()],
            results=snakemake.input,
        )
        write_json(snakemake.output[0], content)
