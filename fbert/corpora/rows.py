"""The rows of a sentence: words told from multiword ranges and empty nodes, their IDs checked to count on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from fbert.corpora.lines import Lines, quote

_WORD = re.compile(r"([1-9][0-9]{0,8})")
_RANGE = re.compile(r"([1-9][0-9]{0,8})-([1-9][0-9]{0,8})")
_EMPTY = re.compile(r"(0|[1-9][0-9]{0,8})\.([1-9][0-9]{0,8})")


@dataclass(frozen=True)
class Row:
    """A line of a sentence: its number in the file and its columns by name."""

    line: int
    fields: dict[str, str]


def select_words(rows: Sequence[Row], lines: Lines, first: int) -> list[Row]:
    """Return the rows that are words, after checking the IDs of all.

    Words count 1, 2, ...; a range (`3-4`) stands right before its first word, overlaps no other and ends in
    the sentence; the empty nodes after word n count n.1, n.2, ... Both have no UPOS check, but neither may be
    in the tree: HEAD and DEPREL are `_`.

    Raises:
        InputError: an ID out of order, a range or empty node with a head, or no word at all (reported at
        `first`).
    """
    walk = _Walk(lines)
    for row in rows:
        walk.take(row)
    walk.finish(first)
    return walk.words


@dataclass
class _Walk:
    """The state of a walk over the rows: the words so far, empty nodes since the last, and the last range."""

    lines: Lines
    words: list[Row] = field(default_factory=list)
    empties: int = 0
    range_end: int = 0
    range_line: int = 0

    def take(self, row: Row) -> None:
        identifier = row.fields["id"]
        if match := _WORD.fullmatch(identifier):
            self._take_word(row, int(match[1]))
        elif match := _RANGE.fullmatch(identifier):
            self._take_range(row, int(match[1]), int(match[2]))
        elif match := _EMPTY.fullmatch(identifier):
            self._take_empty(row, int(match[1]), int(match[2]))
        else:
            likely = "is the ID column missing, or the line broken?"
            raise self.lines.error(row.line, f"ID {quote(identifier)}", f"{len(self.words) + 1}", likely)

    def finish(self, first: int) -> None:
        if not self.words:
            raise self.lines.error(
                first, "a sentence without words", "word lines", "are they lost, or a blank line extra?"
            )
        if self.range_end > len(self.words):
            found = f"a range that ends at word {self.range_end}"
            raise self.lines.error(
                self.range_line, found, f"at most {len(self.words)}", "is the sentence cut short?"
            )

    def _take_word(self, row: Row, number: int) -> None:
        expected = len(self.words) + 1
        if number != expected:
            raise self.lines.error(
                row.line, f"ID {number}", str(expected), _why_out_of_order(number, expected)
            )
        self.words.append(row)
        self.empties = 0

    def _take_range(self, row: Row, start: int, end: int) -> None:
        expected = len(self.words) + 1
        if start != expected or end < start or start <= self.range_end:
            likely = "a range stands before its first word and overlaps no other"
            raise self.lines.error(
                row.line, f"the range {start}-{end}", f"one that begins at {expected}", likely
            )
        self.range_end, self.range_line = end, row.line
        self._refuse_head(row)

    def _take_empty(self, row: Row, word: int, number: int) -> None:
        expected = (len(self.words), self.empties + 1)
        if (word, number) != expected:
            likely = "empty nodes follow their word and count from 1"
            raise self.lines.error(
                row.line, f"the empty node {word}.{number}", "{}.{}".format(*expected), likely
            )
        self.empties = number
        self._refuse_head(row)

    def _refuse_head(self, row: Row) -> None:
        head, relation = row.fields["head"], row.fields["deprel"]
        if (head, relation) != ("_", "_"):
            likely = "ranges and empty nodes are not in the tree"
            raise self.lines.error(
                row.line, f"HEAD {quote(head)} and DEPREL {quote(relation)}", "`_` in both", likely
            )


def _why_out_of_order(number: int, expected: int) -> str:
    if number == 1:
        return "is the blank line between two sentences missing?"
    return "is the line there twice?" if number < expected else "is a line missing?"
