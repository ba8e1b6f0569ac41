"""Write the embedding stores of one task in one state of an encoder."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.encoder.model import Encoder
        from fbert.encoder.source import EncoderSource
        from fbert.health.counts import Reading
        from fbert.prepared import PreparedCorpus
        from fbert.records.health import ReadingRecord
        from fbert.store.embed import embed
        from fbert.store.read import read_provenance

        settings, wildcards = snakemake.params.job["settings"], snakemake.wildcards
        corpus = PreparedCorpus.read(snakemake.input.examples[0])
        source = EncoderSource.from_study(wildcards.encoder, settings["source"])
        encoder = Encoder.load(*snakemake.input.checkpoint or [source], of=source)
        provenance = {
            "encoder": source.name,
            "source": source.as_dict(),
            "state": wildcards.state,
            "synthetic": corpus.synthetic,
        }
        stores = {split: snakemake.output[split] for split in corpus.splits}
        for split, path in stores.items():
            embed(encoder, corpus, split, path, [wildcards.task], None, settings["dtype"], provenance)
        train, test = (Reading(**read_provenance(path)["reading"]) for path in stores.values())
        ReadingRecord(source.name, wildcards.task, train + test).write(snakemake.output.reading)
