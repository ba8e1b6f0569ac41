"""What the study says of each published finding."""

from fbert.job import job

if __name__ == "__main__":
    with job(snakemake):
        from fbert.files import write_json, write_text
        from fbert.findings.make import findings_from_files
        from fbert.findings.text import data_remarks, to_json, to_markdown
        from fbert.records.health import read_health

        settings = snakemake.params.job["settings"]
        findings, synthetic = findings_from_files(settings["files"], settings["main_encoder"])
        remarks = data_remarks(read_health(snakemake.input.health[0]))
        study = {key: settings[key] for key in ("study", "description", "seeds")} | {
            "synthetic": synthetic,
            "remarks": remarks,
        }
        write_json(snakemake.output.json, to_json(findings, study))
        write_text(snakemake.output.md, to_markdown(findings, study))
