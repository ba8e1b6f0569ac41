"""The questions of the embedded corpus, in TREC's form: a class, a space, words apart by spaces."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import yaml

from fbert.corpora.embedded.grammar import choose

_PATTERNS = Path(__file__).with_name("questions.yaml")


def make_questions(count: int, seed: int) -> list[str]:
    """Make `count` different questions, every class about equally often, in random order."""
    random = Random(seed)
    content = yaml.safe_load(_PATTERNS.read_text(encoding="utf-8"))
    slots = {name: fillers.split(", ") for name, fillers in content["slots"].items()}
    patterns = {label: text.splitlines() for label, text in content["classes"].items()}
    made: dict[str, None] = {}
    while len(made) < count:
        for label in sorted(patterns, key=lambda _: random.random()):
            made[f"{label} {_fill(_any(patterns[label], random), slots, random)}"] = None
    return list(made)[:count]


def _fill(pattern: str, slots: Mapping[str, Sequence[str]], random: Random) -> str:
    """Fill the slots, one after another; a filler may have slots itself."""
    while match := re.search(r"\{(\w+)\}", pattern):
        pattern = pattern[: match.start()] + _any(slots[match[1]], random) + pattern[match.end() :]
    return pattern


def _any(options: Sequence[str], random: Random) -> str:
    return choose(options, [1] * len(options), random)
