"""Fine-tune one encoder on one task."""

from pathlib import Path

from fbert.encoder import EncoderSource
from fbert.finetune import FinetuneSettings
from fbert.finetune.training import finetune
from fbert.job import logged
from fbert.tasks import PreparedCorpus

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        finetune(
            EncoderSource.from_study(snakemake.wildcards.encoder, snakemake.params.source),
            PreparedCorpus.read(snakemake.input.corpus),
            snakemake.params.task,
            FinetuneSettings.from_study(snakemake.params.settings),
            snakemake.params.seed,
            Path(snakemake.output[0]),
        )
