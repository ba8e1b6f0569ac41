"""The lines of a corpus file, and errors that say which of them is at fault."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fbert.errors import InputError

_LONGEST_QUOTE = 40
# What a file begins with that is compressed, and what it then holds.
_PACKED: Mapping[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b": gzip.decompress,
    b"BZh": bz2.decompress,
    b"\xfd7zXZ\x00": lzma.decompress,
    b"\x28\xb5\x2f\xfd": lambda data: _unpacked_zstd(data),
}
# What a file begins with that is no text at all, what it is, and what to do.
_NO_TEXT: Mapping[bytes, tuple[str, str]] = {
    b"PAR1": (
        "a Parquet file",
        "it is read with format `parquet`",
    ),
    b"ARROW1": ("an Arrow file", "a folder that `save_to_disk` wrote is read with format `dataset`"),
    b"PK\x03\x04": ("a ZIP archive or an Excel file", "unpack it, or save the sheet as CSV"),
    b"\x89HDF": ("an HDF5 file", "it holds no lines to read"),
    b"SQLite format 3": ("an SQLite database", "export the table as CSV"),
    b"%PDF": ("a PDF", "it holds no lines to read"),
}


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

    What is compressed (gzip, bzip2, xz, zstd) is unpacked, whatever the file is called. Lines end with
    `\n` or `\r\n`. Blank lines at the end are dropped. A UTF-8 byte order mark is dropped too, and means
    UTF-8 whatever `encoding` says.

    Raises:
        InputError: the file is empty, no text, in another encoding, or holds a control character
            other than the tab (it is binary, damaged, or ends its lines with `\r` alone).
    """
    data = _unpacked(data, path)
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


def _unpacked(data: bytes, path: Path | str) -> bytes:
    """Return what a compressed file holds; refuse what is no text by its name."""
    for mark, unpack in _PACKED.items():
        if data.startswith(mark):
            try:
                data = unpack(data)
            except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
                raise InputError(
                    f"{path}:1: found compressed data that cannot be unpacked ({error}), expected text; "
                    "was its download or copy cut short?"
                ) from error
    for mark, (found, likely) in _NO_TEXT.items():
        if data.startswith(mark):
            raise InputError(f"{path}:1: found {found}, expected text; {likely}")
    return data


def _unpacked_zstd(data: bytes) -> bytes:
    import pyarrow  # here, so that planning, which imports this package, needs none

    with pyarrow.CompressedInputStream(pyarrow.BufferReader(data), "zstd") as stream:
        return bytes(stream.read())


def _decode(data: bytes, encoding: str, path: Path | str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}:{line}: found the byte 0x{data[error.start]:02x}, expected {encoding.upper()} text; "
            f"{_guessed_encoding(data, error.start)}: convert it to UTF-8"
        ) from error


def _guessed_encoding(data: bytes, at: int) -> str:
    """Say which encoding a text seems to be in, and how the place that is no UTF-8 would read in it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "it seems to be UTF-16"
    around = data[data.rfind(b"\n", 0, at) + 1 :].partition(b"\n")[0].decode("cp1252", "replace")
    if not all(character.isprintable() or character == "\t" for character in around):
        return "it is in another encoding, or damaged"
    return f"in Windows-1252 (or ISO-8859-1) it would read {quote(around)}; if that is right, it is in that"


def _refuse_control_characters(lines: Lines) -> None:
    for number, line in enumerate(lines.lines, start=1):
        for character in line if not line.isprintable() else "":
            if character != "\t" and (character < " " or character == "\x7f"):
                likely = "the file is binary or damaged, or ends its lines with a carriage return alone"
                raise lines.error(number, f"the control character {character!r}", "text", likely)
