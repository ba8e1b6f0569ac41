"""The questions of the generated corpus, in TREC's form: a class, a space, words apart by spaces."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from fbert.corpora.generated.decks import Decks

_PATTERNS = Path(__file__).with_name("questions.yaml")


def make_questions(count: int, seed: int) -> list[str]:
    """Make `count` different questions, every class about equally often, in random order."""
    decks = Decks(seed)
    content = yaml.safe_load(_PATTERNS.read_text(encoding="utf-8"))
    slots = {name: fillers.split(", ") for name, fillers in content["slots"].items()}
    patterns = {label: text.splitlines() for label, text in content["classes"].items()}
    made: dict[str, None] = {}
    while len(made) < count:
        label = _any("class", list(patterns), decks)
        made[f"{label} {_fill(_any(label, patterns[label], decks), slots, decks)}"] = None
    return list(made)


def _fill(pattern: str, slots: Mapping[str, Sequence[str]], decks: Decks) -> str:
    """Fill the slots, one after another; a filler may have slots itself."""
    while match := re.search(r"\{(\w+)\}", pattern):
        filler = _any(match[1], slots[match[1]], decks)
        pattern = pattern[: match.start()] + filler + pattern[match.end() :]
    return pattern


def _any(name: str, options: Sequence[str], decks: Decks) -> str:
    return decks.deal(name, options, [1] * len(options))
