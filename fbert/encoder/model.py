"""An encoder: vectors of words and sentences from every layer.

See docs/method.md, Data, and Encoders and fine-tuning.

Layer 0 is the output of the embedding layer, layer L the encoder's final output. Which of the subwords stand
for a word, and which for a sentence, says `Pooling`. Weights are float32, and vectors are computed in float32
on every device, unless a source asks for another dtype.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fbert.encoder.checkpoint import check_checkpoint
from fbert.encoder.device import prepare_torch
from fbert.encoder.loading import load_model, sentence_modules
from fbert.encoder.pooling import Pooling, pooling_of
from fbert.encoder.source import EncoderSource
from fbert.encoder.tokens import NO_WORD, Piece, Tokens, WordTokenizer, batches
from fbert.errors import InputError

# Subwords in a batch when vectors are made. Fixed: another number changes the last digits. On one core 1,024
# was faster per subword than 256 or 4,096.
BATCH_SUBWORDS = 1024
# Among the words of a sentence, the sentence itself.
SENTENCE = -1
# Families whose layer is attention, then, token by token, a map, a norm, two more maps and a norm.
_TOKEN_BY_TOKEN = ("bert", "camembert", "electra", "roberta", "xlm-roberta")


@dataclass(frozen=True)
class SentenceVectors:
    """The vectors of one sentence.

    Attributes:
        index: its place among the sentences given.
        words: (layers, words, dim) float32.
        sentence: (layers, dim) float32.
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
        word_of: (p * t,) the word that each subword stands for, words numbered through the batch; w for what
            stands for none.
        sentence_at: (s,) position among the p * t of the token that stands for each sentence; None if all of
            its tokens do.
        sentence_of: (p * t,) the sentence of each token; s for padding.
        n_words: words of each sentence.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    word_of: torch.Tensor
    sentence_at: torch.Tensor | None
    sentence_of: torch.Tensor
    n_words: tuple[int, ...]
    types: torch.Tensor | None = None

    @property
    def first_words(self) -> NDArray[np.int64]:
        """(s,) number of each sentence's first word."""
        return np.cumsum((0, *self.n_words[:-1]))

    def positions(self, needed: Sequence[NDArray[np.int64]]) -> torch.Tensor:
        """Return which of the p * t tokens stand for what is needed, in order.

        Args:
            needed: for each sentence the numbers of its words; `SENTENCE` is the sentence itself.
        """
        words = np.zeros(sum(self.n_words) + 1, dtype=np.bool_)
        for first, numbers in zip(self.first_words, needed, strict=True):
            words[first + numbers[numbers != SENTENCE]] = True
        chosen = torch.from_numpy(words).to(self.word_of.device)[self.word_of]
        whole = torch.tensor([SENTENCE in numbers for numbers in needed], device=self.word_of.device)
        if self.sentence_at is None:
            chosen |= torch.cat([whole, whole.new_zeros(1)])[self.sentence_of]
        else:
            chosen[self.sentence_at[whole]] = True
        return chosen.nonzero().flatten()

    def at(self, positions: torch.Tensor) -> Batch:
        """Return what these tokens stand for, as if there were no others; what needs others is lost."""
        at = self.sentence_at
        if at is not None:
            at = torch.searchsorted(positions, at).clamp(max=len(positions) - 1)
        words, sentences = self.word_of[positions], self.sentence_of[positions]
        return replace(self, word_of=words, sentence_of=sentences, sentence_at=at)


class Encoder:
    """A pre-trained or fine-tuned encoder with its tokenizer, on one device."""

    def __init__(
        self, name: str, model: Any, tokenizer: WordTokenizer, device: torch.device, pooling: Pooling
    ) -> None:
        """Take the parts as `load` makes them."""
        self.name, self.model, self.tokenizer, self.device = name, model, tokenizer, device
        self.pooling = pooling
        self.n_layers: int = model.config.num_hidden_layers
        self.dim: int = model.config.hidden_size
        self._last_attention = _after_last_attention(model, self.n_layers)

    @classmethod
    def load(
        cls, source: EncoderSource | Path | str, device: str = "auto", of: EncoderSource | None = None
    ) -> Encoder:
        """Load an original encoder, or a fine-tuned one from its checkpoint folder.

        Safetensors weights are preferred; of a `pytorch_model.bin` only tensors are read, so that nothing in
        it is executed, and no code from a model's repository ever is.

        Args:
            source: where an original comes from, or the folder of a checkpoint.
            device: `auto`, `cpu`, `cuda` or `cuda:N`.
            of: the encoder of which these are other weights: pooling, dtype and length of texts are as there.
                A checkpoint without it has the pooling that it was trained with, in float32.

        Raises:
            InputError: there is no such model, or it is no text encoder that can be used here.
            CorruptFileError: the checkpoint is not as it was written.
        """
        if not isinstance(source, EncoderSource):
            pooling = check_checkpoint(source).get("pooling")
            source = EncoderSource(str(source), folder=str(source), pooling=pooling)
        place = prepare_torch(device)
        model, tokenizer = load_model(source, of)
        model = model.to(place).eval()
        both_ways = reads_both_ways(model, tokenizer)
        if not both_ways:  # what it could go on writing from is not needed
            model.config.use_cache = False
        asked = of or source
        pooling = pooling_of(source.name, asked.pooling, sentence_modules(asked), both_ways)
        return cls(source.name, model, tokenizer, place, pooling)

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return sum(weight.numel() for weight in self.model.parameters())

    def checksum(self) -> str:
        """Return a sha256 over names and values of all weights."""
        digest = hashlib.sha256()
        for name, weight in self.model.named_parameters():
            digest.update(name.encode())
            # as bytes, since numpy has no bfloat16
            digest.update(weight.detach().cpu().reshape(-1).view(torch.uint8).numpy().tobytes())
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

    def vectors_of(
        self,
        tokens: Sequence[Tokens],
        layers: Sequence[int],
        needed: Sequence[NDArray[np.int64]] | None = None,
    ) -> Iterator[SentenceVectors]:
        """Yield the vectors of sentences already tokenized, without dropout; see `vectors`.

        Args:
            tokens: the sentences.
            layers: which layers, in the order wanted.
            needed: for each sentence the numbers of the words that are needed, `SENTENCE` for its own vector;
                in the last layer all others are NaN or of something else. None for all.
        """
        training = self.model.training
        self.model.eval()
        try:
            for chosen in batches(tokens, BATCH_SUBWORDS):
                wanted = None if needed is None else [needed[index] for index in chosen]
                yield from self._vectors_of_batch(chosen, tokens, layers, wanted)
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
        sentence_of = np.full((len(pieces), t), len(tokens))
        for row, (piece, sentence, first_word) in enumerate(_pieces_in_place(tokens)):
            ids[row, : len(piece.ids)] = piece.ids
            mask[row, : len(piece.ids)] = 1
            sentence_of[row, : len(piece.ids)] = sentence
            words = np.array(piece.words)
            word_of[row, : len(words)][words != NO_WORD] = words[words != NO_WORD] + first_word
        if self.pooling.words != "mean":
            word_of = _one_of_each(word_of, self.pooling.words, none=sum(n_words))
        arrays = (ids, mask, word_of.ravel(), sentence_of.ravel())
        tensors = [torch.from_numpy(array).to(self.device) for array in arrays]
        at = self._sentence_positions(tokens, t)
        return Batch(tensors[0], tensors[1], tensors[2], at, tensors[3], n_words, self._types(tokens, t))

    def hidden_states(self, batch: Batch, positions: torch.Tensor | None = None) -> tuple[torch.Tensor, ...]:
        """Run the encoder and return (p, t, dim) for each of its layers, embedding layer first.

        Args:
            batch: what is encoded.
            positions: (n,) the tokens among the p * t of which the last layer is needed; its state is then
                (1, n, dim), and where a layer allows it, nothing more is computed.

        Raises:
            InputError: the model does not give one state for each layer.
        """
        types = {} if batch.types is None else {"token_type_ids": batch.types}
        with self._last_layer_at(positions):
            output = self.model(
                input_ids=batch.ids, attention_mask=batch.mask, output_hidden_states=True, **types
            )
        if len(output.hidden_states) != self.n_layers + 1:
            raise InputError(
                f"encoder {self.name}: gives {len(output.hidden_states)} hidden states, "
                f"not one for the embeddings and each of its {self.n_layers} layers"
            )
        # Some encoders normalise once more after their last layer: that output is what a task sees.
        last = output.last_hidden_state
        if positions is not None and self._last_attention is None:
            last = last.flatten(0, 1)[positions][None]
        return (*output.hidden_states[:-1], last)

    @contextmanager
    def _last_layer_at(self, positions: torch.Tensor | None) -> Iterator[None]:
        """After its attention, let the last layer go on with these tokens alone, in one row."""
        if positions is None or self._last_attention is None:
            yield
            return

        def chosen(_: Any, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
            return tuple(states.flatten(0, 1)[positions][None] for states in inputs)

        hook = self._last_attention.register_forward_pre_hook(chosen)
        try:
            yield
        finally:
            hook.remove()

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
        self,
        chosen: Sequence[int],
        tokens: Sequence[Tokens],
        layers: Sequence[int],
        needed: Sequence[NDArray[np.int64]] | None,
    ) -> list[SentenceVectors]:
        batch = self.batch([tokens[index] for index in chosen])
        positions = None if needed is None else batch.positions(needed)
        states = self.hidden_states(batch, positions)
        last = batch if positions is None else batch.at(positions)
        found = [(states[layer].float(), last if layer == self.n_layers else batch) for layer in layers]
        words = torch.stack([word_vectors(*pair) for pair in found]).cpu().numpy()
        sentences = torch.stack([sentence_vectors(*pair) for pair in found]).cpu().numpy()
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

    def _sentence_positions(self, tokens: Sequence[Tokens], t: int) -> torch.Tensor | None:
        """Find each sentence's token, counted through all pieces of t subwords; None if it is all of them."""
        if self.pooling.sentences == "mean":
            return None
        found, row = [], 0
        for sentence in tokens:
            last = len(sentence.pieces) - 1
            found.append(
                {
                    "cls": row * t + self.tokenizer.sentence_position(sentence.pieces[0]),
                    "first": row * t,
                    "last": (row + last) * t + len(sentence.pieces[last].ids) - 1,
                }[self.pooling.sentences]
            )
            row += len(sentence.pieces)
        return torch.tensor(found, device=self.device)


def _after_last_attention(model: Any, n_layers: int) -> nn.Module | None:
    """Return the part of the last layer from which on each token is computed by itself, where that is known.

    It is given what attention found, and what the layer was given.
    """
    if model.config.model_type not in _TOKEN_BY_TOKEN or model.config.chunk_size_feed_forward:
        return None
    lists = (part for part in model.modules() if isinstance(part, nn.ModuleList) and len(part) == n_layers)
    return next(lists)[-1].get_submodule("attention.output")


def reads_both_ways(model: Any, tokenizer: WordTokenizer) -> bool:
    """Tell whether a token sees what comes after it.

    It is tried out, since configurations do not say it reliably: does the first token of a text change, in
    first order, with what follows? Two texts that begin alike would not tell, since in some models, as those
    of several experts, the rest of a text changes how the beginning is rounded.
    """
    ids = torch.tensor([_ordinary_ids(tokenizer, 5)], device=model.device)
    with torch.enable_grad():
        read = model.get_input_embeddings()(ids).detach().requires_grad_()
        states = model(inputs_embeds=read, attention_mask=torch.ones_like(ids)).last_hidden_state
        first = states[0, 0].float()
        # No plain sum, which a last normalisation makes the same for all texts.
        score = first @ torch.linspace(-1, 1, len(first), device=first.device)
        (change,) = torch.autograd.grad(score, read)
    return bool(change[0, 1:].any())


def _ordinary_ids(tokenizer: WordTokenizer, count: int) -> list[int]:
    """Return ids from all over the vocabulary that are no special token's."""
    special = set(tokenizer.huggingface.all_special_ids)
    known = sorted(set(tokenizer.huggingface.get_vocab().values()) - special)
    return known[:: max(1, len(known) // count)][:count]


def word_vectors(state: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Average the subwords that stand for each word.

    Args:
        state: (p, t, dim) one layer.
        batch: what was encoded, of w words.

    Returns:
        (w, dim)
    """
    return _means(state.flatten(0, 1), batch.word_of, sum(batch.n_words))


def sentence_vectors(state: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return (s, dim): in one layer's (p, t, dim) the token that stands for each sentence, or their mean."""
    flat = state.flatten(0, 1)
    if batch.sentence_at is None:
        return _means(flat, batch.sentence_of, len(batch.n_words))
    return flat[batch.sentence_at]


def _means(flat: torch.Tensor, of: torch.Tensor, n: int) -> torch.Tensor:
    """Return (n, dim): the mean of the rows of each of n; rows of number n are of none."""
    total = flat.new_zeros(n + 1, flat.shape[1]).index_add(0, of, flat)
    count = torch.bincount(of, minlength=n + 1)
    return total[:n] / count[:n, None]


def _one_of_each(word_of: NDArray[np.int64], which: str, none: int) -> NDArray[np.int64]:
    """Return the word of each subword for the `first` or `last` of each word alone; `none` for all others."""
    flat = word_of.ravel()
    kept = np.full_like(flat, none)
    order = np.arange(len(flat)) if which == "first" else np.arange(len(flat))[::-1]
    _, found = np.unique(flat[order], return_index=True)
    kept[order[found]] = flat[order[found]]
    return kept.reshape(word_of.shape)


def _pieces_in_place(tokens: Sequence[Tokens]) -> Iterator[tuple[Piece, int, int]]:
    """Yield every piece with the numbers, in the batch, of its sentence and of that one's first word."""
    first_word = 0
    for number, sentence in enumerate(tokens):
        for piece in sentence.pieces:
            yield piece, number, first_word
        first_word += sentence.n_words
