"""What is to be known of the study's data before its numbers are believed."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.health.examples import health_of
        from fbert.prepared import PreparedCorpus
        from fbert.records.health import ReadingRecord, with_readings, write_health

        corpora = map(PreparedCorpus.read, snakemake.input.examples)
        found = [(task, corpus.name, health_of(corpus, task)) for corpus in corpora for task in corpus.labels]
        readings = [ReadingRecord.read(path) for path in snakemake.input.readings]
        write_health(snakemake.output[0], with_readings(found, readings))
