"""Ten thousand broken files for each reader: each is read or refused as an InputError, whatever is in it."""

import re

import numpy as np
import pytest
from mutations import broken

from fbert.corpora import FORMATS
from fbert.corpora.readers import parse_sentences
from fbert.errors import InputError

from .samples import SAMPLES

FILES = 10_000


@pytest.mark.parametrize("format", FORMATS)
def test_broken_files_are_read_or_refused(format):
    rng = np.random.default_rng(20)
    outcomes = {True: 0, False: 0}
    for number in range(FILES):
        outcomes[_reads(broken(SAMPLES[format], number, rng), format)] += 1
    assert min(outcomes.values()) > FILES / 50, "the mutations should be neither all harmless nor all fatal"


def _reads(data, format):
    """Tell whether a file is read; a refusal has to be an InputError that names a line."""
    try:
        sentences = parse_sentences(data, format, "file")
    except InputError as error:
        assert re.match(r"file:[0-9]+: found .*, expected .*; ", str(error))
        return False
    assert all(len(column) == len(s.words) > 0 for s in sentences for column in s.columns.values())
    return True
