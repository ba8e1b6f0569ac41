"""An encoder: vectors of words and sentences from every layer.

See docs/method.md, Data, and Encoders and fine-tuning.

Layer 0 is the output of the embedding layer, layer L the encoder's final output. A word of several subwords
is the mean of their vectors. Weights are float32, and vectors are computed in float32 on every device.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fbert.encoder.checkpoint import check_checkpoint
from fbert.encoder.device import prepare_torch
from fbert.encoder.loading import load_model
from fbert.encoder.source import EncoderSource
from fbert.encoder.tokens import NO_WORD, Piece, Tokens, WordTokenizer, batches
from fbert.errors import InputError

# Subwords in a batch when vectors are made. Fixed: another number changes the last digits. On one core 1,024
# was faster per subword than 256 or 4,096.
BATCH_SUBWORDS = 1024


@dataclass(frozen=True)
class SentenceVectors:
    """The vectors of one sentence.

    Attributes:
        index: its place among the sentences given.
        words: (layers, words, dim) float32.
        sentence: (layers, dim) float32, the vector of the sentence's token.
    """

    index: int
    words: NDArray[np.float32]
    sentence: NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """Sentences ready for the encoder; p pieces of t subwords, s sentences of w words in all.

    Attributes:
        ids: (p, t) subword ids, padded.
        mask: (p, t) 1 for a subword, 0 for padding.
        types: (p, t) 1 for what belongs to the second of two texts; None if the encoder has no such types, or
            there are single texts alone.
        word_of: (p * t,) the word of each subword, words numbered through the batch; w for what is no word.
        sentence_at: (s,) position of each sentence's token among the p * t.
        n_words: words of each sentence.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    word_of: torch.Tensor
    sentence_at: torch.Tensor
    n_words: tuple[int, ...]
    types: torch.Tensor | None = None


class Encoder:
    """A pre-trained or fine-tuned encoder with its tokenizer, on one device."""

    def __init__(self, name: str, model: Any, tokenizer: WordTokenizer, device: torch.device) -> None:
        """Take the parts as `load` makes them."""
        self.name, self.model, self.tokenizer, self.device = name, model, tokenizer, device
        self.n_layers: int = model.config.num_hidden_layers
        self.dim: int = model.config.hidden_size

    @classmethod
    def load(cls, source: EncoderSource | Path | str, device: str = "auto") -> Encoder:
        """Load an original encoder, or a fine-tuned one from its checkpoint folder.

        Safetensors weights are preferred; of a `pytorch_model.bin` only tensors are read, so that nothing in
        it is executed, and no code from a model's repository ever is.

        Args:
            source: where an original comes from, or the folder of a checkpoint.
            device: `auto`, `cpu`, `cuda` or `cuda:N`.

        Raises:
            InputError: there is no such model, or it is no text encoder that can be used here.
            CorruptFileError: the checkpoint is not as it was written.
        """
        if not isinstance(source, EncoderSource):
            check_checkpoint(source)
            source = EncoderSource(str(source), folder=str(source))
        place = prepare_torch(device)
        model, tokenizer = load_model(source)
        return cls(source.name, model.to(place).eval(), tokenizer, place)

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return sum(weight.numel() for weight in self.model.parameters())

    def checksum(self) -> str:
        """Return a sha256 over names and values of all weights."""
        digest = hashlib.sha256()
        for name, weight in self.model.named_parameters():
            digest.update(name.encode())
            digest.update(weight.detach().cpu().numpy().tobytes())
        return digest.hexdigest()

    def tokenize(self, sentences: Sequence[Sequence[str]]) -> list[Tokens]:
        """Split sentences, each a sequence of words, into subwords.

        Raises:
            InputError: a sentence without words, or a word no token can stand for.
        """
        return self.tokenizer.tokenize(sentences)

    def vectors(
        self, sentences: Sequence[Sequence[str]], layers: Sequence[int] | None = None
    ) -> Iterator[SentenceVectors]:
        """Yield the vectors of every sentence, longest sentences first.

        Args:
            sentences: each a sequence of words.
            layers: which layers, in the order wanted; None for all.

        Raises:
            InputError: a layer the encoder does not have, or a sentence that cannot be tokenized.
        """
        wanted = range(self.n_layers + 1) if layers is None else self.check_layers(layers)
        yield from self.vectors_of(self.tokenize(sentences), wanted)

    def vectors_of(self, tokens: Sequence[Tokens], layers: Sequence[int]) -> Iterator[SentenceVectors]:
        """Yield the vectors of sentences already tokenized, without dropout; see `vectors`."""
        training = self.model.training
        self.model.eval()
        try:
            for chosen in batches(tokens, BATCH_SUBWORDS):
                yield from self._vectors_of_batch(chosen, tokens, layers)
        finally:
            self.model.train(training)

    def batch(self, tokens: Sequence[Tokens]) -> Batch:
        """Pad sentences to one length and move them to the device."""
        pieces = [piece for sentence in tokens for piece in sentence.pieces]
        t = max(len(piece.ids) for piece in pieces)
        ids = np.full((len(pieces), t), self.tokenizer.pad_id)
        mask = np.zeros((len(pieces), t), dtype=np.int64)
        n_words = tuple(sentence.n_words for sentence in tokens)
        word_of = np.full((len(pieces), t), sum(n_words))
        for row, (piece, first_word) in enumerate(_pieces_with_first_word(tokens)):
            ids[row, : len(piece.ids)] = piece.ids
            mask[row, : len(piece.ids)] = 1
            words = np.array(piece.words)
            word_of[row, : len(words)][words != NO_WORD] = words[words != NO_WORD] + first_word
        sentence_at = np.array(self._sentence_positions(tokens, t))
        tensors = [torch.from_numpy(a).to(self.device) for a in (ids, mask, word_of.ravel(), sentence_at)]
        return Batch(tensors[0], tensors[1], tensors[2], tensors[3], n_words, self._types(tokens, t))

    def hidden_states(self, batch: Batch) -> tuple[torch.Tensor, ...]:
        """Run the encoder and return (p, t, dim) for each of its layers, embedding layer first.

        Raises:
            InputError: the model does not give one state for each layer.
        """
        types = {} if batch.types is None else {"token_type_ids": batch.types}
        output = self.model(
            input_ids=batch.ids, attention_mask=batch.mask, output_hidden_states=True, **types
        )
        if len(output.hidden_states) != self.n_layers + 1:
            raise InputError(
                f"encoder {self.name}: gives {len(output.hidden_states)} hidden states, "
                f"not one for the embeddings and each of its {self.n_layers} layers"
            )
        # Some encoders normalise once more after their last layer: that output is what a task sees.
        return (*output.hidden_states[:-1], output.last_hidden_state)

    def check_sentences(self) -> None:
        """Refuse an encoder whose vector of a sentence knows nothing of the sentence.

        A model that reads from left to right sees at the first token that token alone. It is tried out, since
        configurations do not say it reliably: of two texts that begin alike, does the beginning differ?

        Raises:
            InputError: it does not.
        """
        token, one, other = self._ordinary_ids(3)
        ids = torch.tensor([[token, one, one], [token, other, other]], device=self.device)
        with torch.no_grad():
            output = self.model.eval()(input_ids=ids, attention_mask=torch.ones_like(ids))
        first = output.last_hidden_state[:, 0]
        if torch.equal(first[0], first[1]):
            raise InputError(
                f"encoder {self.name}: reads from left to right, so the token that stands for a sentence has "
                "seen nothing of it, and every sentence would have the same vector; tasks about sentences "
                "need an encoder that reads both ways"
            )

    def _ordinary_ids(self, count: int) -> list[int]:
        """Return ids of the vocabulary that are no special token's."""
        special = set(self.tokenizer.huggingface.all_special_ids)
        known = self.tokenizer.huggingface.get_vocab().values()
        return list(islice((number for number in known if number not in special), count))

    def check_layers(self, layers: Sequence[int]) -> Sequence[int]:
        """Return the layers.

        Raises:
            InputError: one of them does not exist.
        """
        for layer in layers:
            if not 0 <= layer <= self.n_layers:
                raise InputError(f"encoder {self.name}: no layer {layer}; it has 0 to {self.n_layers}")
        return layers

    @torch.no_grad()
    def _vectors_of_batch(
        self, chosen: Sequence[int], tokens: Sequence[Tokens], layers: Sequence[int]
    ) -> list[SentenceVectors]:
        batch = self.batch([tokens[index] for index in chosen])
        states = self.hidden_states(batch)
        words = torch.stack([word_vectors(states[layer], batch) for layer in layers]).cpu().numpy()
        sentences = torch.stack([sentence_vectors(states[layer], batch) for layer in layers]).cpu().numpy()
        ends = np.cumsum(batch.n_words)
        return [
            SentenceVectors(index, words[:, end - n : end], sentences[:, place])
            for place, (index, end, n) in enumerate(zip(chosen, ends, batch.n_words, strict=True))
        ]

    def _types(self, tokens: Sequence[Tokens], t: int) -> torch.Tensor | None:
        """Tell the second of two texts from the first, for an encoder that was trained on the difference."""
        has_types = "token_type_ids" in self.tokenizer.huggingface.model_input_names
        two_types = has_types and (getattr(self.model.config, "type_vocab_size", None) or 0) > 1
        if not two_types or all(sentence.second is None for sentence in tokens):
            return None
        pieces = [(sentence.second, piece) for sentence in tokens for piece in sentence.pieces]
        types = np.zeros((len(pieces), t), dtype=np.int64)
        for row, (second, piece) in enumerate(pieces):
            if second is not None:  # what follows a word, special tokens included, is of its text
                types[row, : len(piece.words)] = np.maximum.accumulate(piece.words) > second
        return torch.from_numpy(types).to(self.device)

    def _sentence_positions(self, tokens: Sequence[Tokens], t: int) -> list[int]:
        """Find each sentence's token in its first piece, counted through all pieces of t subwords."""
        found, row = [], 0
        for sentence in tokens:
            found.append(row * t + self.tokenizer.sentence_position(sentence.pieces[0]))
            row += len(sentence.pieces)
        return found


def word_vectors(state: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Average the subwords of each word.

    Args:
        state: (p, t, dim) one layer.
        batch: what was encoded, of w words.

    Returns:
        (w, dim)
    """
    w = sum(batch.n_words)
    flat = state.flatten(0, 1)  # (p * t, dim)
    total = flat.new_zeros(w + 1, flat.shape[1]).index_add(0, batch.word_of, flat)
    count = torch.bincount(batch.word_of, minlength=w + 1)
    return total[:w] / count[:w, None]


def sentence_vectors(state: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return (s, dim): the vector of each sentence's token in one layer's (p, t, dim)."""
    return state.flatten(0, 1)[batch.sentence_at]


def _pieces_with_first_word(tokens: Sequence[Tokens]) -> Iterator[tuple[Piece, int]]:
    """Yield every piece with the number, in the batch, of its sentence's first word."""
    first_word = 0
    for sentence in tokens:
        for piece in sentence.pieces:
            yield piece, first_word
        first_word += sentence.n_words
