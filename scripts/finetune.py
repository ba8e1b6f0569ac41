"""Fine-tune one encoder on one task."""

from pathlib import Path

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.encoder.source import EncoderSource
        from fbert.finetune.settings import FinetuneSettings
        from fbert.finetune.training import finetune
        from fbert.prepared import PreparedCorpus

        settings = snakemake.params.job["settings"]
        finetune(
            EncoderSource.from_study(snakemake.wildcards.encoder, settings["source"]),
            PreparedCorpus.read(snakemake.input.examples),
            settings["task"],
            FinetuneSettings.from_study(settings["finetuning"] | {"snapshots": settings["snapshots"]}),
            settings["seed"],
            Path(snakemake.output[0]),
            provenance={"code": snakemake.params.job["code"]},
        )
