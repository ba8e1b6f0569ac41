"""The lines of a corpus file, and errors that say which of them is at fault."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from fbert.errors import InputError

_LONGEST_QUOTE = 40


@dataclass(frozen=True)
class Lines:
    """A text file in memory: its path and its lines, without line ends."""

    path: str
    lines: list[str]

    def error(self, line: int, found: str, expected: str, likely: str) -> InputError:
        """Return the error for a line (from 1): what is there, what should be, and the likely mistake."""
        return InputError(f"{self.path}:{line}: found {found}, expected {expected}; {likely}")


def split_lines(data: bytes, encoding: str, path: Path | str) -> Lines:
    r"""Decode the content of the text file `path`.

    Lines end with `\n` or `\r\n`. Blank lines at the end are dropped. A UTF-8 byte order mark is
    dropped too, and means UTF-8 whatever `encoding` says.

    Raises:
        InputError: the file is empty, is in another encoding, or holds a control character
            other than the tab (it is binary, damaged, or ends its lines with `\r` alone).
    """
    if data.startswith(codecs.BOM_UTF8):
        data, encoding = data[len(codecs.BOM_UTF8) :], "utf-8"
    lines = Lines(str(path), [line.removesuffix("\r") for line in _decode(data, encoding, path).split("\n")])
    while lines.lines and not lines.lines[-1]:
        lines.lines.pop()
    if not lines.lines:
        raise lines.error(1, "an empty file", "sentences", "was its download or copy cut short?")
    _refuse_control_characters(lines)
    return lines


def quote(text: str) -> str:
    """Return text for a message: quoted, one line, not long."""
    return repr(text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…")


def _decode(data: bytes, encoding: str, path: Path | str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        likely = "it seems to be UTF-16" if utf16 else "it is in another encoding, or damaged"
        raise InputError(
            f"{path}:{line}: found the byte 0x{data[error.start]:02x}, expected {encoding.upper()} text; "
            f"{likely}: convert it to UTF-8"
        ) from error


def _refuse_control_characters(lines: Lines) -> None:
    for number, line in enumerate(lines.lines, start=1):
        for character in line if not line.isprintable() else "":
            if character != "\t" and (character < " " or character == "\x7f"):
                likely = "the file is binary or damaged, or ends its lines with a carriage return alone"
                raise lines.error(number, f"the control character {character!r}", "text", likely)
