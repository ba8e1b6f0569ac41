"""From words to subwords, aligned by position.

A sentence is read as running text, its words joined by spaces, and each subword belongs to the word in which
it ends. So a word has the subwords that the encoder was trained on, whatever its tokenizer does with spaces,
digits and apostrophes: read word by word, tokenizers that split before they look at bytes (as those of Llama
3 and Qwen) would put a space before every inner piece and make "2024" four numbers. The first word is read as
it is inside a sentence.

A sentence longer than the encoder takes is cut into pieces at word boundaries; every piece gets the special
tokens and is encoded by itself, so no word goes without a vector. A word longer than a whole piece is cut
inside.

Of two texts in one sentence, the second follows after what the tokenizer puts between the two.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fbert.errors import InputError
from fbert.health.counts import Reading
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
        dropped: number of those the tokenizer makes nothing of at all.
        second: of two texts, the place of `SECOND` among the words; None for a single text.
    """

    pieces: tuple[Piece, ...]
    n_words: int
    unknown: int
    dropped: int
    second: int | None = None

    @property
    def reading(self) -> Reading:
        """Counts of this one text."""
        return Reading(1, int(len(self.pieces) > 1), self.n_words, self.unknown, self.dropped)

    @property
    def length(self) -> int:
        """Number of subwords over all pieces, special tokens included."""
        return sum(len(piece.ids) for piece in self.pieces)


def reading_of(tokens: Iterable[Tokens]) -> Reading:
    """Return the counts of some texts."""
    return sum((text.reading for text in tokens), Reading(0, 0, 0, 0, 0))


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
        self.huggingface, self.max_length, self._name = tokenizer, max_length, name
        # Of some tokenizers a word after a space is another than the first of a text, of which each of ours
        # is one.
        twice, _ = self._read(["a a"])[0]
        half = len(twice) // 2
        self._lead = "" if twice[:half] == twice[half:] else " "
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
        texts = [text for words in sentences for text in _texts(words)]
        read = iter(self._read([self._lead + " ".join(text) for text in texts]))
        return [self._tokens(words, *self._joined(words, read)) for words in sentences]

    def _read(self, texts: Sequence[str]) -> list[tuple[list[int], list[tuple[int, int]]]]:
        """Return the subwords of each text, and of each of them where it begins and ends there."""
        split = self.huggingface(
            list(texts),
            add_special_tokens=False,
            return_attention_mask=False,
            return_offsets_mapping=True,
            split_special_tokens=True,  # the word [SEP] in a text is text, and no token of the model's own
            verbose=False,  # its warning about length is for those who do not cut
        )
        return list(zip(split["input_ids"], split["offset_mapping"], strict=True))

    def _joined(
        self, words: Sequence[str], read: Iterator[tuple[list[int], list[tuple[int, int]]]]
    ) -> tuple[list[int], list[int]]:
        """Return the subwords of a sentence, of one text or two, and the word that each belongs to."""
        ids: list[int] = []
        word_of: list[int] = []
        done = 0
        for text in _texts(words):
            subwords, spans = next(read)
            ids += subwords
            word_of += [word + done for word in _words_at(text, len(self._lead), spans)]
            done += len(text) + 1  # and SECOND, after the first text of two
        return ids, word_of

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


def _texts(words: Sequence[str]) -> list[Sequence[str]]:
    """Return the words of the one text, or of the two, that a sentence is."""
    if SECOND not in words:
        return [words]
    at = words.index(SECOND)
    return [words[:at], words[at + 1 :]]


def _words_at(words: Sequence[str], lead: int, spans: Sequence[tuple[int, int]]) -> list[int]:
    """Return the word to which each span of a text belongs.

    A subword belongs to the word of its last letter. One that is only the space before a word belongs to that
    word. Example: in `I don't` the spans of `I`, ` don` and `'t` are 0-1, 1-5 and 5-7, so the words 0, 1, 1.

    Args:
        words: of the text, which are joined by spaces.
        lead: characters before the first.
        spans: begin and end of each subword.
    """
    ends, place = [], lead
    for word in words:
        place += len(word)
        ends.append(place)
        place += 1
    # The last letter before `end` is in the first word that ends at or after it; a space, at the end of a
    # word plus one, is thereby before the next.
    return [min(bisect_right(ends, max(end - 1, begin)), len(words) - 1) for begin, end in spans]
