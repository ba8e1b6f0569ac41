"""Studies and configurations: read, checked against a closed schema, and refused by key."""

from fbert.study.study import FINDINGS, ORIGINAL, Study, check_configuration, load_study

__all__ = ["FINDINGS", "ORIGINAL", "Study", "check_configuration", "load_study"]
