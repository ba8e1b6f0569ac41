"""Make one table."""

from fbert.files import read_json
from fbert.job import logged
from fbert.tables.make import make_table
from fbert.tables.render import write_table
from fbert.tasks import PreparedCorpus

READERS = {
    "encoders": read_json,
    "corpora": PreparedCorpus.read,
    "probes": read_json,
    "directprobe": read_json,
}


def read_inputs(named):
    """Read all input files, by kind."""
    return {
        kind: [READERS[kind](path) for path in ([paths] if isinstance(paths, str) else paths)]
        for kind, paths in named.items()
    }


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        table = make_table(snakemake.wildcards.table, read_inputs(snakemake.input))
        write_table(table, snakemake.params.study, **dict(snakemake.output.items()))
