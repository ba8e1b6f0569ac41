"""Write the embedding stores of one task in one state of an encoder."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.encoder.model import Encoder
        from fbert.encoder.source import EncoderSource
        from fbert.prepared import PreparedCorpus
        from fbert.store.embed import embed

        settings, wildcards = snakemake.params.job["settings"], snakemake.wildcards
        corpus = PreparedCorpus.read(snakemake.input.examples[0])
        source = EncoderSource.from_study(wildcards.encoder, settings["source"])
        encoder = Encoder.load(*snakemake.input.checkpoint or [source])
        provenance = {
            "encoder": source.name,
            "source": source.as_dict(),
            "state": wildcards.state,
            "synthetic": corpus.synthetic,
        }
        for split, path in snakemake.output.items():
            embed(encoder, corpus, split, path, [wildcards.task], None, settings["dtype"], provenance)
