"""Write the embedding stores of one corpus in one state of an encoder."""

from fbert.encoder import EncoderSource
from fbert.encoder.model import Encoder
from fbert.job import logged
from fbert.store.embed import embed
from fbert.tasks import PreparedCorpus

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        corpus = PreparedCorpus.read(snakemake.input.corpus)
        source = EncoderSource.from_study(snakemake.wildcards.encoder, snakemake.params.source)
        encoder = Encoder.load(snakemake.input.get("checkpoint") or source)
        provenance = {
            "study": snakemake.params.study,
            "encoder": source.name,
            "source": source.as_dict(),
            "state": snakemake.wildcards.state,
            "synthetic": corpus.synthetic,
        }
        for split, path in snakemake.output.items():
            embed(
                encoder,
                corpus,
                split,
                path,
                tasks=list(corpus.labels),
                dtype=snakemake.params.dtype,
                provenance=provenance,
            )
