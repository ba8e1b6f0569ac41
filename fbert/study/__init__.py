"""Studies and configurations: read, checked against a closed schema, and refused by key."""

from fbert.study.study import Study, check_configuration, load_study

__all__ = ["Study", "check_configuration", "load_study"]
