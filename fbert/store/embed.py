"""Writing a store: the vectors of a corpus split in one state of an encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from fbert.encoder.model import SENTENCE, Encoder, SentenceVectors
from fbert.encoder.tokens import Tokens, reading_of
from fbert.errors import InputError
from fbert.files import sha256_of_json
from fbert.health.floor import alone, labelled_inputs
from fbert.prepared import Examples, PreparedCorpus, Split
from fbert.store.form import STORE, creating, layer_name, write_texts

# Sentences whose vectors are in memory at once: so many at least, and as many as these megabytes hold. The
# more there are, the less padding is in their batches.
BLOCK, BLOCK_MB = 200, 256
DTYPES = ("float16", "float32")


def embed(
    encoder: Encoder,
    corpus: PreparedCorpus,
    split: str,
    path: Path | str,
    tasks: Sequence[str],
    layers: Sequence[int] | None = None,
    dtype: str = "float32",
    provenance: Mapping[str, Any] | None = None,
) -> None:
    """Write the vectors that the tasks need, whole or not at all.

    Args:
        encoder: in the state to be kept.
        corpus: where the sentences and examples are from.
        split: one of the corpus's splits.
        path: the store.
        tasks: tasks of the corpus.
        layers: which layers; None for all.
        dtype: `float16` or `float32`.
        provenance: what else made the store; nothing that differs from run to run.

    Raises:
        InputError: no such task, layer or dtype, or a vector that is not finite in this dtype.
    """
    if dtype not in DTYPES:
        raise InputError(f"dtype '{dtype}' is not possible; valid are: {', '.join(DTYPES)}")
    for task in tasks:
        corpus.check_task(task)
    part = corpus.splits[split]
    rows = needed_rows(part, tasks)
    sentences = np.unique(rows[:, 0])
    tokens = encoder.tokenize([part.sentences[index] for index in sentences])
    wanted = list(range(encoder.n_layers + 1)) if layers is None else list(encoder.check_layers(layers))
    record = _record(encoder, corpus, split, tasks, tokens) | dict(provenance or {})
    with creating(path, STORE, record) as file:
        _write_index(file, part, rows, {task: corpus.labels[task] for task in tasks})
        for task in tasks if split == "test" else ():
            file[f"tasks/{task}/seen"] = _seen(corpus, task)
        shape = (len(rows), encoder.dim)
        datasets = {layer: file.create_dataset(layer_name(layer), shape, dtype) for layer in wanted}
        repeats = Repeats(part.sentences, rows)
        _fill(datasets, np.dtype(dtype), encoder, rows, sentences, tokens, repeats)


class Embedder:
    """The examples of one task in one split, ready to be embedded again and again as an encoder changes."""

    def __init__(self, encoder: Encoder, corpus: PreparedCorpus, split: str, task: str) -> None:
        """Tokenize once: weights may change, words do not.

        Raises:
            InputError: the corpus has no such task.
        """
        corpus.check_task(task)
        part = corpus.splits[split]
        self.encoder, self.y = encoder, part.examples[task].labels
        self.alone = np.array(alone(labelled_inputs(part, task, corpus.labels[task])), dtype=np.bool_)
        self._rows = needed_rows(part, [task])
        self._sentences = np.unique(self._rows[:, 0])
        self._tokens = encoder.tokenize([part.sentences[index] for index in self._sentences])
        self._repeats = Repeats(part.sentences, self._rows)
        self._examples = _rows_of_examples(self._rows, part.examples[task])

    def vectors(self, layers: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """Return for each layer (n, d) the vectors of the examples, those of a pair joined, dependent first.

        Raises:
            InputError: a vector is not finite.
        """
        shape = (len(self._rows), self.encoder.dim)
        arrays = {layer: np.empty(shape, dtype=np.float32) for layer in self.encoder.check_layers(layers)}
        what = self.encoder, self._rows, self._sentences, self._tokens, self._repeats
        _fill(arrays, np.dtype(np.float32), *what)
        n = len(self._examples)
        return {layer: array[self._examples].reshape(n, -1) for layer, array in arrays.items()}


def needed_rows(part: Split, tasks: Sequence[str]) -> NDArray[np.int64]:
    """Return (r, 2): every sentence and word that an example of the tasks is about, sorted, each once."""
    return np.unique(np.concatenate([_pairs(part.examples[task]).reshape(-1, 2) for task in tasks]), axis=0)


class Repeats:
    """Rows that say the same as an earlier row, word and whole sentence, and the vectors of those others.

    In batches of another length a sentence gets other last digits, and a question that stands twice with two
    labels would seem to be two points that can be parted. So equal inputs get equal vectors.
    """

    def __init__(self, sentences: Sequence[Sequence[str]], rows: NDArray[np.int64]) -> None:
        """Find them among (r, 2) rows of sentence and word."""
        first: dict[tuple[tuple[str, ...], int], int] = {}
        self._first = {
            row: original
            for row, (sentence, word) in enumerate(rows.tolist())
            if (original := first.setdefault((tuple(sentences[sentence]), word), row)) != row
        }
        self._kept: dict[int, NDArray[np.floating]] = dict.fromkeys(self._first.values(), np.empty(0))

    def make_equal(self, values: NDArray[np.floating], start: int) -> None:
        """Give the repeated ones among (layers, n, dim) the vectors of their first; blocks come in order.

        Args:
            values: rows `start` and following.
            start: number of the first of them.
        """
        for row in range(start, start + values.shape[1]) if self._first else ():
            if row in self._kept:
                self._kept[row] = values[:, row - start].copy()
            elif row in self._first:
                values[:, row - start] = self._kept[self._first[row]]


def _pairs(examples: Examples) -> NDArray[np.int64]:
    """Return (n, arity or 1, 2): sentence and word of each row of each example."""
    n, arity = examples.words.shape
    words = examples.words if arity else np.full((n, 1), SENTENCE)
    return np.stack([np.broadcast_to(examples.sentences[:, None], words.shape), words], axis=-1)


def _write_index(
    file: h5py.File, part: Split, rows: NDArray[np.int64], labels: Mapping[str, Sequence[str]]
) -> None:
    file["rows"] = rows
    write_texts(file, "forms", [_form(part.sentences[s], w) for s, w in rows])
    for task, names in labels.items():
        group = file.create_group(f"tasks/{task}")
        group["rows"] = _rows_of_examples(rows, part.examples[task])
        group["labels"] = part.examples[task].labels
        write_texts(group, "names", names)


def _seen(corpus: PreparedCorpus, task: str) -> NDArray[np.bool_]:
    """Return (n,) which test examples have an input that stands in the training set too."""
    parts = (corpus.splits[name] for name in ("train", "test"))
    train, test = (labelled_inputs(part, task, corpus.labels[task]) for part in parts)
    known = {example for example, _ in train}
    return np.array([example in known for example, _ in test], dtype=np.bool_)


def _rows_of_examples(rows: NDArray[np.int64], examples: Examples) -> NDArray[np.int64]:
    """Return (n, arity or 1): which of the rows each example is made of."""
    number = {(s, w): row for row, (s, w) in enumerate(rows.tolist())}
    pairs = _pairs(examples)
    flat = [number[s, w] for s, w in pairs.reshape(-1, 2).tolist()]
    return np.array(flat, dtype=np.int64).reshape(pairs.shape[:2])


def _form(words: Sequence[str], word: int) -> str:
    return " ".join(words) if word == SENTENCE else words[word]


def _fill(
    layers: Mapping[int, h5py.Dataset | NDArray[np.float32]],
    dtype: np.dtype[Any],
    encoder: Encoder,
    rows: NDArray[np.int64],
    sentences: NDArray[np.int64],
    tokens: Sequence[Tokens],
    repeats: Repeats,
) -> None:
    """Embed sentences and put their rows into the dataset or array of every layer, a block at a time.

    In a file a thousand small writes take longer than a small encoder; whole layers may not fit in memory.
    """
    size = _block_size(encoder, len(rows), len(sentences))
    for first in range(0, len(sentences), size):
        block = sentences[first : first + size]
        start, stop = np.searchsorted(rows[:, 0], [block[0], block[-1] + 1])
        values = np.empty((len(layers), stop - start, encoder.dim), dtype)
        ends = np.searchsorted(rows[start:stop, 0], block, side="right")
        needed = np.split(rows[start:stop, 1], ends[:-1])
        for vectors in encoder.vectors_of(tokens[first : first + size], list(layers), needed):
            _put_sentence(values, list(layers), encoder.name, rows[start:stop], block[vectors.index], vectors)
        repeats.make_equal(values, int(start))
        for of_layer, dataset in zip(values, layers.values(), strict=True):
            dataset[start:stop] = of_layer


def _block_size(encoder: Encoder, rows: int, sentences: int) -> int:
    """Return the sentences of a block: the same whichever layers are kept, and in which dtype."""
    of_sentence = rows / max(sentences, 1) * (encoder.n_layers + 1) * encoder.dim * np.float32().itemsize
    return max(BLOCK, int(BLOCK_MB * 1e6 / max(of_sentence, 1.0)))


def _put_sentence(
    block: NDArray[np.floating],
    layers: Sequence[int],
    encoder: str,
    rows: NDArray[np.int64],
    sentence: int,
    vectors: SentenceVectors,
) -> None:
    """Put the rows of one sentence, which lie together, into the (layers, r, dim) of a block."""
    start, stop = np.searchsorted(rows[:, 0], [sentence, sentence + 1])
    # (layers, 1 + words, dim): the sentence's own vector stands at -1 + 1
    both = np.concatenate([vectors.sentence[:, None], vectors.words], axis=1)
    values = both[:, rows[start:stop, 1] + 1]
    with np.errstate(over="ignore"):
        block[:, start:stop] = values
    finite = np.isfinite(block[:, start:stop]).all(axis=(1, 2))
    if not finite.all():
        at = int(finite.argmin())
        raise InputError(_not_finite(encoder, layers[at], sentence, block.dtype, values[at]))


def _not_finite(
    encoder: str, layer: int, sentence: int, dtype: np.dtype[Any], values: NDArray[np.float32]
) -> str:
    where = f"encoder {encoder}, layer {layer}, sentence {sentence} (from 0)"
    if np.isfinite(values).all():
        return f"{where}: values up to {np.abs(values).max():.4g} do not fit {dtype}; store float32 instead"
    return f"{where}: vectors are not finite; has its training diverged?"


def _record(
    encoder: Encoder, corpus: PreparedCorpus, split: str, tasks: Sequence[str], tokens: Sequence[Tokens]
) -> dict[str, Any]:
    return {
        "encoder": encoder.name,
        "weights": encoder.checksum(),
        "pooling": asdict(encoder.pooling),
        "corpus": corpus.name,
        "corpus_checksum": corpus.checksum(tasks),
        "split": split,
        "reading": asdict(reading_of(tokens)),
        "subwords": sha256_of_json([piece.ids for sentence in tokens for piece in sentence.pieces]),
        "versions": {name: version(name) for name in ("torch", "transformers", "h5py")},
    }
