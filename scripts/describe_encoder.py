"""Write down what an encoder is."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.encoder.loading import describe
        from fbert.encoder.source import EncoderSource
        from fbert.files import write_json

        name, settings = snakemake.wildcards.encoder, snakemake.params.job["settings"]
        source = EncoderSource.from_study(name, settings["source"])
        states = {
            state: EncoderSource.from_study(name, given).as_dict()
            for state, given in settings["states"].items()
        }
        write_json(snakemake.output[0], source.as_dict() | describe(source) | {"states": states})
