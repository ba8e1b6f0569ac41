"""Fine-tune one encoder on one task."""

from pathlib import Path

from fbert.encoder import EncoderSource
from fbert.encoder.loading import describe
from fbert.figure_definitions import snapshot_layers
from fbert.finetune import FinetuneSettings
from fbert.finetune.training import finetune
from fbert.job import logged
from fbert.tasks import PreparedCorpus


def settings_of(source, mapping):
    """Return the settings, with the layers to keep if the run has snapshots."""
    if "snapshots" in mapping:
        mapping = mapping | {"snapshot_layers": snapshot_layers(describe(source)["layers"])}
    return FinetuneSettings.from_study(mapping)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        source = EncoderSource.from_study(snakemake.wildcards.encoder, snakemake.params.source)
        finetune(
            source,
            PreparedCorpus.read(snakemake.input.corpus),
            snakemake.params.task,
            settings_of(source, snakemake.params.settings),
            snakemake.params.seed,
            Path(snakemake.output[0]),
            snapshots=snakemake.output.get("snapshots"),
            provenance={"code": snakemake.params.code},
        )
