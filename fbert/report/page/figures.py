"""A figure as the page shows it: the picture as data, and its caption."""

from __future__ import annotations

import base64
import struct
from pathlib import Path
from typing import Any

from fbert.errors import CorruptFileError
from fbert.report.page.text import caption_of

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SHOWN_DPI, _DPI = 128, 300


def figure(png: Path) -> dict[str, Any]:
    """Return what the template needs of a figure.

    Args:
        png: the picture; its caption stands beside as Markdown.

    Raises:
        CorruptFileError: the picture is no PNG.
    """
    content = png.read_bytes()
    width, height = _size(content, png)
    return {
        "id": png.stem,
        "caption": caption_of(png.with_suffix(".md").read_text(encoding="utf-8")),
        "source": "data:image/png;base64," + base64.b64encode(content).decode(),
        "width": width * _SHOWN_DPI // _DPI,
        "height": height * _SHOWN_DPI // _DPI,
    }


def _size(content: bytes, path: Path) -> tuple[int, int]:
    """Return width and height, which a PNG begins with."""
    if not content.startswith(_SIGNATURE) or len(content) < 24:
        raise CorruptFileError(f"{path}: is no PNG; delete it and run again to rebuild it")
    width, height = struct.unpack(">II", content[16:24])
    return width, height
