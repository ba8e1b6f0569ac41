"""Probe one task on one layer of an encoder."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.analysis.probe_job import probe_stores, write_probe
        from fbert.probe.settings import ProbeSettings

        settings = snakemake.params.job["settings"]
        record = probe_stores(
            snakemake.input.train[0],
            snakemake.input.test[0],
            snakemake.wildcards.task,
            settings["layer"],
            ProbeSettings(**settings["probe"]),
            settings["seed"],
        )
        write_probe(record, snakemake.output.record, snakemake.output.labels, snakemake.output.confusion)
