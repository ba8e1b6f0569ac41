"""Probe one task on one layer of an encoder."""

import pandas as pd

from fbert.analysis.records import origin, resolve_layer
from fbert.files import write_json, write_text
from fbert.job import logged
from fbert.probe import ProbeSettings, run_probe
from fbert.store import read, read_forms


def write_csv(path, frame, **options):
    """Write a frame as CSV, whole or not at all."""
    write_text(path, frame.to_csv(lineterminator="\n", **options))


def probe(stores, task, layer, settings, seed, threads, output):
    """Run the probe on a pair of stores and write its record, figures by label, and confusion matrix."""
    number = resolve_layer(stores.train, layer)
    train, test = (read(path, task, number) for path in (stores.train, stores.test))
    forms = tuple(read_forms(path, task) for path in (stores.train, stores.test))
    result = run_probe(
        (train.X, train.y), (test.X, test.y), train.labels, settings, seed, groups=forms, threads=threads
    )
    write_json(output.record, origin(stores.train, task, number) | {"probe": result.to_json()})
    write_csv(output.labels, pd.DataFrame(result.per_label), index=False)
    write_csv(output.confusion, pd.DataFrame(result.confusion, result.labels, result.labels), index_label="")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        probe(
            snakemake.input,
            snakemake.wildcards.task,
            snakemake.wildcards.layer,
            ProbeSettings(**snakemake.params.settings),
            snakemake.params.seed,
            snakemake.threads,
            snakemake.output,
        )
