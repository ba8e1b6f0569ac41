"""What the study says of each published finding."""

from fbert.analysis.training_run import TrainingRun
from fbert.files import read_json, write_json, write_text
from fbert.findings.make import make_findings
from fbert.findings.text import to_json, to_markdown
from fbert.job import logged

KINDS = ["probes", "directprobe", "cross_probes", "cross_directprobe"]

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        records = [[read_json(path) for path in snakemake.input[kind]] for kind in KINDS]
        runs = [TrainingRun.read(path) for path in snakemake.input["dynamics"]]
        findings = make_findings(*records, runs, snakemake.params.main_encoder)
        synthetic = any(record["synthetic"] for kind in records for record in kind)
        study = snakemake.params.study | {"synthetic": synthetic}
        write_json(snakemake.output.json, to_json(findings, study))
        write_text(snakemake.output.md, to_markdown(findings, study))
