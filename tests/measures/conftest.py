import numpy as np
import pytest

from fbert.corpora.generated.sentences import make_sentences
from fbert.encoder.model import Encoder
from fbert.encoder.source import EncoderSource

WORDS = 150


@pytest.fixture(scope="session")
def real():
    """Words of the demo encoder by layer, (3, n, d), with their parts of speech; no two words are equal."""
    encoder = Encoder.load(EncoderSource("demo", package="fbert.demo"), "cpu")
    sentences = make_sentences(60, seed=1)
    forms = [tuple(token.form for token in sentence) for sentence in sentences]
    found = sorted(encoder.vectors(forms), key=lambda vectors: vectors.index)
    vectors = np.concatenate([vectors.words for vectors in found], axis=1).astype(np.float64)
    names = [token.upos for sentence in sentences for token in sentence]
    first = np.unique(vectors[0].round(6), axis=0, return_index=True)[1]
    rows = np.sort(first)[:WORDS]
    return vectors[:, rows], np.unique(names, return_inverse=True)[1][rows]
