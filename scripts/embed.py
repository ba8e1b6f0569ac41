"""Write the embedding stores of one task in one state of an encoder."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.encoder.model import Encoder
        from fbert.encoder.source import EncoderSource
        from fbert.prepared import PreparedCorpus
        from fbert.records.health import ReadingRecord
        from fbert.states import State
        from fbert.store.embed import embed
        from fbert.store.read import reading_of_stores

        settings, wildcards = snakemake.params.job["settings"], snakemake.wildcards
        corpus = PreparedCorpus.read(snakemake.input.examples[0])
        source = EncoderSource.from_study(wildcards.encoder, settings["source"])
        given = EncoderSource.from_study(source.name, settings.get("given", settings["source"]))
        encoder = Encoder.load(*snakemake.input.checkpoint or [given], of=source)
        provenance = {
            "encoder": source.name,
            "source": given.as_dict(),
            "state": wildcards.state,
            "synthetic": corpus.synthetic,
        }
        stores = {split: snakemake.output[split] for split in corpus.splits}
        for split, path in stores.items():
            embed(encoder, corpus, split, path, [wildcards.task], None, settings["dtype"], provenance)
        reading, subwords = reading_of_stores(stores.values())
        pooling = encoder.pooling.words if corpus.arity(wildcards.task) else encoder.pooling.sentences
        of = source.name, State.parse(wildcards.state), wildcards.task
        ReadingRecord(*of, reading, subwords, pooling).write(snakemake.output.reading)
