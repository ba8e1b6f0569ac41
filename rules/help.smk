"""What can be asked for by name."""


rule help:
    """List the targets, a line each."""
    log:
        f"{RESULTS}/logs/help.log",
    localrule: True
    resources:
        mem_mb=100,
        runtime=1,
    run:
        print(targets(STUDY))
        Path(log[0]).write_text(targets(STUDY) + "\n")
