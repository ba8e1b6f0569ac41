"""From words to subwords, aligned by position.

A sentence longer than the encoder takes is cut into pieces at word boundaries; every piece gets the special
tokens and is encoded by itself, so no word goes without a vector. The sentence's vector is that of its first
piece. A word longer than a whole piece is cut inside, and its vector is the mean over all its subwords.

Of two texts in one sentence, the second follows after what the tokenizer puts between the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tokenizers import pre_tokenizers

from fbert.errors import InputError
from fbert.prepared import SECOND

NO_WORD = -1


@dataclass(frozen=True)
class Piece:
    """What the encoder reads at once.

    Attributes:
        ids: subword ids, special tokens included.
        words: for each of them the word it belongs to, counted from the sentence's start, or `NO_WORD`.
    """

    ids: tuple[int, ...]
    words: tuple[int, ...]


@dataclass(frozen=True)
class Tokens:
    """A sentence as the encoder reads it.

    Attributes:
        pieces: one, or several for a sentence that is too long.
        n_words: number of words.
        unknown: number of words that are read, whole or in part, as the unknown token.
        unreadable: number of those the tokenizer makes nothing of at all.
        second: of two texts, the place of `SECOND` among the words; None for a single text.
    """

    pieces: tuple[Piece, ...]
    n_words: int
    unknown: int
    unreadable: int
    second: int | None = None

    @property
    def length(self) -> int:
        """Number of subwords over all pieces, special tokens included."""
        return sum(len(piece.ids) for piece in self.pieces)


class WordTokenizer:
    """A fast Hugging Face tokenizer that is given words and keeps track of them."""

    def __init__(self, tokenizer: Any, max_length: int, name: str) -> None:
        """Find out which special tokens surround a sentence.

        Args:
            tokenizer: a fast tokenizer.
            max_length: most subwords the encoder takes, special tokens included.
            name: the encoder, for messages.

        Raises:
            InputError: the tokenizer is a slow one, which cannot align.
        """
        if not tokenizer.is_fast:
            raise InputError(
                f"encoder {name}: only fast tokenizers can align words; it has {type(tokenizer).__name__}"
            )
        _put_space_before_words(tokenizer)
        self.huggingface, self.max_length, self._name = tokenizer, max_length, name
        around = tokenizer([["a"]], is_split_into_words=True)
        ids, words = around["input_ids"][0], around.word_ids(0)
        first = words.index(0)
        last = len(words) - words[::-1].index(0)
        self._before, self._after = tuple(ids[:first]), tuple(ids[last:])
        self.pad_id: int = tokenizer.pad_token_id or 0
        if max_length - len(self._before) - len(self._after) < 1:
            special = len(self._before) + len(self._after)
            raise InputError(
                f"encoder {name}: takes {max_length} subwords at once, which leaves no room for a word "
                f"beside {special} special tokens; what does its tokenizer_config.json say under "
                "model_max_length?"
            )

    def tokenize(self, sentences: Sequence[Sequence[str]]) -> list[Tokens]:
        """Split the words of every sentence into subwords.

        Raises:
            InputError: a sentence has no word, or the tokenizer can make nothing of a word.
        """
        for number, words in enumerate(sentences):
            if not words:
                raise InputError(f"sentence {number} (from 0) has no word")
        if not sentences:
            return []
        split = self.huggingface(
            [list(words) for words in sentences],
            is_split_into_words=True,
            add_special_tokens=False,
            return_attention_mask=False,
            split_special_tokens=True,  # the word [SEP] in a text is text, and no token of the model's own
            verbose=False,  # its warning about length is for those who do not cut
        )
        return [
            self._tokens(words, split["input_ids"][number], split.word_ids(number))
            for number, words in enumerate(sentences)
        ]

    def sentence_position(self, piece: Piece) -> int:
        """Return where in a piece the sentence's token stands: the `[CLS]`, else the first special token.

        A tokenizer without special tokens leaves the first subword.
        """
        special = [position for position, word in enumerate(piece.words) if word == NO_WORD]
        of_class = [position for position in special if piece.ids[position] == self.huggingface.cls_token_id]
        return (of_class or special or [0])[0]

    @cached_property
    def between(self) -> tuple[int, ...]:
        """The special tokens between two texts.

        Raises:
            InputError: there is no token that could stand there.
        """
        pair = self.huggingface([["a"]], [["b"]], is_split_into_words=True)
        ids, texts = pair["input_ids"][0], pair.sequence_ids(0)
        end = len(texts) - texts[::-1].index(0)
        between = tuple(ids[end : texts.index(1)]) or (self.huggingface.sep_token_id,)
        if None in between:
            raise InputError(f"encoder {self._name}: its tokenizer has no separator to put between two texts")
        return between

    def _tokens(self, words: Sequence[str], ids: Sequence[int], word_of: Sequence[int]) -> Tokens:
        found: dict[int, list[int]] = {}
        for subword, word in zip(ids, word_of, strict=True):
            found.setdefault(word, []).append(subword)
        second = words.index(SECOND) if SECOND in words else None
        if second is not None:
            found[second] = list(self.between)
        by_word = [found.get(number) or [self._unknown(word)] for number, word in enumerate(words)]
        pieces = tuple(self._pieces(by_word))
        unknown = sum(self.huggingface.unk_token_id in subwords for subwords in by_word)
        return Tokens(pieces, len(words), unknown, len(words) - len(found), second)

    def _pieces(self, by_word: Sequence[Sequence[int]]) -> Iterator[Piece]:
        """Fill piece after piece with whole words."""
        room = self.max_length - len(self._before) - len(self._after)
        filled: list[tuple[int, int]] = []
        for word, subwords in enumerate(by_word):
            if filled and len(filled) + len(subwords) > room:
                yield self._piece(filled)
                filled = []
            filled += [(subword, word) for subword in subwords]
            while len(filled) > room:
                yield self._piece(filled[:room])
                filled = filled[room:]
        yield self._piece(filled)

    def _piece(self, filled: Sequence[tuple[int, int]]) -> Piece:
        ids = tuple(subword for subword, _ in filled)
        words = tuple(word for _, word in filled)
        before, after = (NO_WORD,) * len(self._before), (NO_WORD,) * len(self._after)
        return Piece(self._before + ids + self._after, before + words + after)

    def _unknown(self, word: str) -> int:
        unknown: int | None = self.huggingface.unk_token_id
        if unknown is None:
            raise InputError(
                f"encoder {self._name}: its tokenizer makes nothing of {word!r} and has no unknown token"
            )
        return unknown


def batches(tokens: Sequence[Tokens], budget: int) -> list[list[int]]:
    """Put sentences of similar length together.

    The batches depend on the sentences alone, since padding changes the last digits of the vectors.

    Args:
        tokens: the sentences.
        budget: most subwords in a batch, padding included; a sentence that has more is a batch of its own.

    Returns:
        Indices into `tokens`, longest sentences first, so that memory runs out at once or never.
    """
    order = sorted(range(len(tokens)), key=lambda index: (-tokens[index].length, index))
    found: list[list[int]] = []
    for index in order:
        if found and tokens[found[-1][0]].length * (len(found[-1]) + 1) <= budget:
            found[-1].append(index)
        else:
            found.append([index])
    return found


def _put_space_before_words(tokenizer: Any) -> None:
    """Make byte-level tokenizers read a word as they read it inside a sentence, with the space before it."""
    stage = tokenizer.backend_tokenizer.pre_tokenizer
    parts: Any = stage if isinstance(stage, pre_tokenizers.Sequence) else [stage]
    for part in parts:
        if isinstance(part, pre_tokenizers.ByteLevel):
            part.add_prefix_space = True
            tokenizer.add_prefix_space = True
