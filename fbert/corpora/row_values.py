"""From the values of a row to a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fbert.corpora.layout import Layout
from fbert.corpora.lines import Lines, quote
from fbert.corpora.sentence import Sentence
from fbert.errors import InputError, nearest

_ABSENT = "_"


@dataclass(frozen=True)
class TableRow:
    """A row of a table: where it begins in its file, and its values by column."""

    line: int
    values: Mapping[str, Any]


def sentence_of(row: TableRow, identifier: str, lines: Lines, layout: Layout) -> Sentence:
    """Return the sentence, or the pair of texts, that a row holds.

    Words are what white space separates. A label is text, a number or a truth value, without the white space
    around it; one that is absent is `_` (or JSON's null).

    Raises:
        InputError: a column is missing, a text has no word, a label is empty, or there are more or fewer tags
            than tokens; the message has the line.
    """
    cells = _Cells(row, lines)
    if layout.tokens is not None:
        words = cells.items(layout.tokens)
        columns = {name: cells.tags(name, layout.tokens, len(words)) for name in layout.labels}
        return Sentence(identifier, words, {"form": words} | columns, row.line)
    texts = [cells.words(name) for name in layout.text]
    values = {name: cells.label(name) for name in layout.labels}
    second = len(texts[0]) if len(texts) == 2 else None
    return Sentence(identifier, tuple(word for text in texts for word in text), {}, row.line, values, second)


@dataclass(frozen=True)
class _Cells:
    """The values of a row, each refused unless it is what its column should hold."""

    row: TableRow
    lines: Lines

    def words(self, name: str) -> tuple[str, ...]:
        text = self._get(name)
        if not isinstance(text, str):
            raise self._error(name, text, "a text", "a list of words needs the key `tokens`, not `text`")
        words = tuple(self._clean(name, text).split())
        if not words:
            raise self._error(name, text, "a text of at least one word", "leave rows without text out")
        return words

    def items(self, name: str) -> tuple[str, ...]:
        """Return a list of words or of tags, or what white space separates."""
        found = self._get(name)
        if isinstance(found, str):
            if found.startswith(("['", '["')):
                likely = "white space alone separates words and tags; a list needs the format jsonl"
                raise self._error(name, found, "words or tags", likely)
            found = found.split()
        if not isinstance(found, list) or not found:
            raise self._error(name, found, "a list of at least one word or tag", "leave empty rows out")
        return tuple(self._scalar(name, item) for item in found)

    def tags(self, name: str, tokens: str, count: int) -> tuple[str, ...]:
        tags = self.items(name)
        if len(tags) != count:
            likely = "each word has one tag, `_` if it has no label; is white space inside a word?"
            found = f"{len(tags)} tag(s) in {quote(name)}"
            raise self.lines.error(self.row.line, found, f"{count}, as words in {quote(tokens)}", likely)
        return tags

    def label(self, name: str) -> str:
        return self._scalar(name, self._get(name))

    def _scalar(self, name: str, value: Any) -> str:
        if value is None:
            return _ABSENT
        if not isinstance(value, str | int | float):
            raise self._error(name, value, "a text or a number", "is it the right column?")
        text = self._clean(name, str(value)).strip()
        if not text:
            raise self._error(name, value, "a value", "what has no label has `_`")
        return text

    def _get(self, name: str) -> Any:
        if name not in self.row.values:
            likely = nearest(name, self.row.values)
            raise self.lines.error(self.row.line, f"no column {quote(name)}", "it among the columns", likely)
        return self.row.values[name]

    def _clean(self, name: str, text: str) -> str:
        if any((c < " " and c not in "\t\n\r") or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in text):
            raise self._error(
                name, text, "text", "it has a control character or half a character; is it damaged?"
            )
        return text

    def _error(self, name: str, found: Any, expected: str, likely: str) -> InputError:
        shown = quote(found if isinstance(found, str) else repr(found))
        return self.lines.error(self.row.line, f"{shown} in column {quote(name)}", expected, likely)
