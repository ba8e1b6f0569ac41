"""Studies and configurations: read, checked against a closed schema, and refused by key."""

from fbert.study.study import FINDINGS, ORIGINAL, REPORT, Study, check_configuration, load_study

__all__ = ["FINDINGS", "ORIGINAL", "REPORT", "Study", "check_configuration", "load_study"]
