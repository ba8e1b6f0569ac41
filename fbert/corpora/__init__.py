"""Corpora: known files and where they come from, readers, the division into parts, the generated corpus.

Importing this package is cheap, since the workflow plans with it: what downloads or generates is imported by
name, `fbert.corpora.fetch` and `fbert.corpora.generated`.
"""

from fbert.corpora.layout import Layout
from fbert.corpora.readers import FORMATS, TABLES, columns_of, read_sentences
from fbert.corpora.sentence import Sentence
from fbert.corpora.split import split_sentences

__all__ = ["FORMATS", "TABLES", "Layout", "Sentence", "columns_of", "read_sentences", "split_sentences"]
