"""Studies and configurations: read, checked against a closed schema, and refused by key."""

from fbert.study.study import ORIGINAL, TABLES, Study, check_configuration, load_study

__all__ = ["ORIGINAL", "TABLES", "Study", "check_configuration", "load_study"]
