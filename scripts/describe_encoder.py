"""Write down what an encoder is."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.encoder.loading import describe
        from fbert.encoder.source import EncoderSource, check_alike
        from fbert.files import write_json

        name, settings = snakemake.wildcards.encoder, snakemake.params.job["settings"]
        source = EncoderSource.from_study(name, settings["source"])
        facts, states = describe(source), {}
        for state, given in settings["states"].items():
            found = EncoderSource.from_study(f"{name}, state {state}", given)
            check_alike(f"encoder {found.name}", facts, describe(found))
            states[state] = found.as_dict()
        write_json(snakemake.output[0], source.as_dict() | facts | {"states": states})
