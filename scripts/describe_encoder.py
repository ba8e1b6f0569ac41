"""Write down what an encoder is."""

from fbert.encoder import EncoderSource
from fbert.encoder.loading import describe
from fbert.files import write_json
from fbert.job import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        source = EncoderSource.from_study(snakemake.wildcards.encoder, snakemake.params.source)
        write_json(snakemake.output[0], source.as_dict() | describe(source))
