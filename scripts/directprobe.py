"""Clusters and distances of one task on one layer, for the training and the test set."""

from fbert.analysis.geometry import describe_geometry
from fbert.analysis.records import origin, resolve_layer
from fbert.files import write_json
from fbert.job import logged
from fbert.store import read

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        task, stores = snakemake.wildcards.task, snakemake.input
        layer = resolve_layer(stores.train, snakemake.wildcards.layer)
        record = origin(stores.train, task, layer)
        for split, path in stores.items():
            record[split] = describe_geometry(*read(path, task, layer), **snakemake.params.settings)
        write_json(snakemake.output.record, record)
