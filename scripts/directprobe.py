"""Clusters and distances of one task on one layer, in training and test set, and baselines beside them."""

from fbert.analysis.baselines import halves_similarity, permuted_separability
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
        parts = {split: read(path, task, layer) for split, path in stores.items()}
        for split, examples in parts.items():
            record[split] = describe_geometry(*examples, **snakemake.params.settings)
        X, y, labels = parts["train"]
        seed = snakemake.params.seed
        record["train"]["permuted_separable_pairs"] = permuted_separability(X, y, seed)
        record["halves"] = halves_similarity(X, y, labels, seed=seed, **snakemake.params.settings)
        write_json(snakemake.output.record, record)
