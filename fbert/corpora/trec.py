"""TREC question classification: one question a line, its label in front (docs/method.md, Data)."""

from __future__ import annotations

import re

from fbert.corpora.lines import Lines, quote
from fbert.corpora.sentence import Sentence

_QUESTION = re.compile(r"([A-Z]+:[a-z]+) (\S.*)")


def read_trec(lines: Lines) -> list[Sentence]:
    """Read lines of the form `COARSE:fine the question 's words ?`.

    Words are what white space separates. No line may be blank but at the end of the file.

    Raises:
        InputError: a line has no such label, or no words.
    """
    return [_question(lines, number, text) for number, text in enumerate(lines.lines, start=1)]


def _question(lines: Lines, number: int, text: str) -> Sentence:
    match = _QUESTION.fullmatch(text)
    if match is None:
        likely = "a label such as NUM:date, one space, and a question belong on one line"
        raise lines.error(number, quote(text), "`COARSE:fine words`", likely)
    label, words = match.groups()
    return Sentence(str(number), tuple(words.split()), {}, number, {"label": label})
