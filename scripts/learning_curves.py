"""Learning curves of probes on the last layer of an encoder before and after fine-tuning."""

from fbert.analysis.memorisation import HELD_OUT, PROBED, TEST, held_out_rows, memorisation_curves
from fbert.analysis.records import origin, resolve_layer
from fbert.files import write_json
from fbert.job import logged
from fbert.store import read


def describe(stores, task, settings, seed):
    """Return the record of one task: curves of both representations, and the size of each set."""
    layer = resolve_layer(stores.tuned_train, "last")
    record = origin(stores.tuned_train, task, layer) | {"curves": {}}
    for representation, name in (("original", "original"), ("fine-tuned", "tuned")):
        train, test = (read(stores[f"{name}_{split}"], task, layer) for split in ("train", "test"))
        curves = memorisation_curves((train.X, train.y), (test.X, test.y), train.labels, settings, seed)
        record["curves"][representation] = curves
    kept, held_out = held_out_rows(len(train.y), settings["share"], seed)
    sizes = {PROBED: len(kept), HELD_OUT: len(held_out), TEST: len(test.y)}
    return record | {"n": sizes, "d": train.X.shape[1]}


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        task, params = snakemake.params.task, snakemake.params
        write_json(snakemake.output.record, describe(snakemake.input, task, params.settings, params.seed))
