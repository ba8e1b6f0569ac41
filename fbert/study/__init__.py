"""Studies and configurations: read, checked against a closed schema, and refused by key."""

from fbert.study.study import ORIGINAL, TABLES, CorpusSource, Study, check_configuration, load_study

__all__ = ["ORIGINAL", "TABLES", "CorpusSource", "Study", "check_configuration", "load_study"]
