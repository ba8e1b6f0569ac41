"""A head-marked grammar: every phrase it makes is a projective dependency tree by construction.

The grammar is data. `phrases.yaml`, `clauses.yaml` and `sentences.yaml` give each symbol its productions, one
a line; `lexicon.yaml` gives symbols that are one word. A production is a sequence of `relation=what`, one of
them the head, with `*` for its relation:

    2 case=in/ADP/p.Goal>p.Locus det=the/DET amod?=Big *=Container

- A number in front is the production's weight among those of its symbol, 1 without.
- `what` is a word (`form/UPOS`), a symbol, or a phrase of its own in brackets: `nmod=[case=of/ADP *=Stuff]`.
- A word that carries a preposition's supersenses adds them: `/role` alone where the function is the same, or
  `/role>function`.
- `?=` makes an item that appears in one case of three.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from fbert.corpora.generated.decks import Decks

_HERE = Path(__file__).parent
_FILES = ("phrases.yaml", "clauses.yaml", "sentences.yaml")
_OPTIONAL_SHARE = 1 / 3
_HEAD = "*"


@dataclass(frozen=True)
class Token:
    """A word in a phrase.

    Attributes:
        form: the word.
        upos: its universal part of speech.
        role: its supersense in the scene (`p.…`), or `_`.
        function: the supersense of its own meaning, or `_`.
        head: position of its head in the phrase, from 0; its own for the head of the phrase.
        relation: its relation to its head; `*` for the head of the phrase.
    """

    form: str
    upos: str
    role: str = "_"
    function: str = "_"
    head: int = 0
    relation: str = _HEAD


Phrase = tuple[Token, ...]


@dataclass(frozen=True)
class Item:
    """One part of a production: a word or a symbol, or a phrase in brackets, and its relation to the head."""

    relation: str
    optional: bool
    what: str | tuple[Item, ...]


@dataclass(frozen=True)
class Production:
    """A sequence of items and its weight among the productions of its symbol."""

    weight: int
    items: tuple[Item, ...]


@cache
def load() -> Mapping[str, Sequence[Production]]:
    """Return the productions of every symbol."""
    productions = {}
    for name in _FILES:
        for symbol, text in yaml.safe_load((_HERE / name).read_text(encoding="utf-8")).items():
            lines = [line for line in text.splitlines() if not line.startswith("#")]
            productions[symbol] = [_parse(line) for line in lines]
    for symbol, words in yaml.safe_load((_HERE / "lexicon.yaml").read_text(encoding="utf-8")).items():
        productions[symbol] = [
            _parse(f"*={form}/{upos}") for upos, forms in words.items() for form in forms.split()
        ]
    return productions


def make(symbol: str, decks: Decks) -> Phrase:
    """Make a phrase for a symbol."""
    productions = load()[symbol]
    return expand(decks.deal(symbol, productions, [p.weight for p in productions]).items, decks)


def expand(items: Sequence[Item], decks: Decks) -> Phrase:
    """Make a phrase from the items of a production."""
    chosen = [item for item in items if not item.optional or decks.happens(_OPTIONAL_SHARE)]
    return _join([(item.relation, _make_part(item.what, decks)) for item in chosen])


def _make_part(what: str | tuple[Item, ...], decks: Decks) -> Phrase:
    if not isinstance(what, str):
        return expand(what, decks)
    return (_word(what),) if "/" in what else make(what, decks)


def _word(text: str) -> Token:
    form, upos, *senses = text.split("/")
    role, _, function = senses[0].partition(">") if senses else ("_", "", "_")
    return Token(form, upos, role, function or role)


def _join(parts: Sequence[tuple[str, Phrase]]) -> Phrase:
    """Put phrases one after another and hang their heads on that of the part marked `*`."""
    starts = [sum(len(phrase) for _, phrase in parts[:i]) for i in range(len(parts))]
    heads = [start + _head_of(phrase) for start, (_, phrase) in zip(starts, parts, strict=True)]
    (head,) = (place for place, (relation, _) in zip(heads, parts, strict=True) if relation == _HEAD)
    tokens: list[Token] = []
    for start, (relation, phrase) in zip(starts, parts, strict=True):
        for token in phrase:
            is_head = token.relation == _HEAD
            place = head if is_head else start + token.head
            tokens.append(replace(token, head=place, relation=relation if is_head else token.relation))
    return tuple(tokens)


def _head_of(phrase: Phrase) -> int:
    return next(i for i, token in enumerate(phrase) if token.relation == _HEAD)


def _parse(line: str) -> Production:
    pieces = re.findall(r"\[|\]|[^\s\[\]]+", line)
    weight = int(pieces.pop(0)) if pieces[0].isdecimal() else 1
    return Production(weight, tuple(_items(iter(pieces))))


def _items(pieces: Iterator[str]) -> Iterator[Item]:
    """Read items up to the end or the bracket that closes them."""
    for piece in pieces:
        if piece == "]":
            return
        relation, _, what = piece.partition("=")
        inner = None if what else next(pieces)  # the opening bracket
        yield Item(
            relation.rstrip("?"), relation.endswith("?"), what if inner is None else tuple(_items(pieces))
        )
