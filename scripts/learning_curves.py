"""Learning curves of probes on the last layer of an encoder before and after fine-tuning."""

from fbert.analysis.memorisation import MemorisationSettings, learning_curves_of
from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        settings, stores = snakemake.params.job["settings"], snakemake.input
        curves = learning_curves_of(
            (stores.original_train, stores.original_test),
            (stores.tuned_train, stores.tuned_test),
            settings["task"],
            MemorisationSettings(**settings["memorisation"]),
            settings["seed"],
        )
        curves.write(snakemake.output[0])
