"""Learning curves of probes on the last layer of an encoder before and after fine-tuning."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.analysis.memorisation import MemorisationSettings, learning_curves_of

        settings, stores = snakemake.params.job["settings"], snakemake.input
        curves = learning_curves_of(
            (stores.original_train[0], stores.original_test[0]),
            (stores.tuned_train[0], stores.tuned_test[0]),
            settings["task"],
            MemorisationSettings(**settings["memorisation"]),
            settings["seed"],
        )
        curves.write(snakemake.output[0])
