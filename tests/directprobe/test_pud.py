"""Words of UD English PUD, last layer of the packaged encoder: distances, overlaps, a full clustering."""

from itertools import combinations

import numpy as np
import pytest
from encoder.tiny import minilm

from fbert.corpora import read_sentences
from fbert.directprobe import DirectProbe, separate
from fbert.encoder.model import Encoder

pytestmark = pytest.mark.hard
WORDS = 16_860
DISTANCES = {
    ("ADJ", "ADV"): 0.0661,
    ("ADJ", "VERB"): 0.0633,
    ("NOUN", "VERB"): 0.0337,
    ("ADJ", "PROPN"): 0.0811,
}
OVERLAPS = {("ADJ", "NOUN"), ("NOUN", "PROPN")}


@pytest.fixture(scope="module")
def pud(corpora_folder):
    sentences = read_sentences(corpora_folder / "UD_English-PUD" / "en_pud-ud-test.conllu", "conllu")
    forms = [sentence.words for sentence in sentences]
    found = sorted(Encoder.load(minilm(6), "cpu").vectors(forms, [6]), key=lambda v: v.index)
    labels = [tag for sentence in sentences for tag in sentence.columns["upos"]]
    return np.concatenate([v.words[0] for v in found])[:WORDS], np.array(labels[:WORDS])


@pytest.mark.parametrize("pair", DISTANCES)
def test_the_distances_of_the_study(pud, pair):
    X, y = pud
    probe = DirectProbe().fit(X[np.isin(y, pair)], y[np.isin(y, pair)])
    assert probe.distance_vector()[pair] == pytest.approx(DISTANCES[pair], abs=1e-4)
    found = probe.certificates_[0, 1]
    apart = (X[y == pair[0]] @ found.normal).min() - (X[y == pair[1]] @ found.normal).max()
    assert apart == pytest.approx(found.upper, rel=2e-3)


def test_which_pairs_overlap(pud):
    X, y = pud
    sets = {label: X[y == label].astype(np.float64) for label in np.unique(y)}
    found = {pair: separate(sets[pair[0]], sets[pair[1]]) for pair in combinations(sets, 2)}
    assert len(found) == 136
    assert {pair for pair, result in found.items() if result.status == "overlapping"} == OVERLAPS
    assert sum(result.separable for result in found.values()) == 134
    for a, b in OVERLAPS:
        proof = found[a, b]
        one, other = proof.weights_a @ sets[a][proof.rows_a], proof.weights_b @ sets[b][proof.rows_b]
        np.testing.assert_allclose(one, other, atol=1e-8)


def test_the_clusters_of_the_three_labels_that_overlap(pud):
    """Ends, and no two clusters of different labels meet."""
    X, y = pud
    chosen = np.isin(y, ["ADJ", "NOUN", "PROPN"])
    probe = DirectProbe(n_jobs=2).fit(X[chosen], y[chosen])
    assert not probe.is_linear_
    assert probe.n_undecided_ == 0
    assert set(probe.cluster_distances_["status"]) == {"separable"}
