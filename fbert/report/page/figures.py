"""A figure as the page shows it: the picture as data, and its caption."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from fbert.files import read_json

_DPI = 128


def figure(png: Path) -> dict[str, Any]:
    """Return what the template needs of a figure.

    Args:
        png: the picture; its caption and size stand beside as JSON.

    Raises:
        CorruptFileError: there is no JSON in the file beside.
    """
    shown = read_json(png.with_suffix(".json"))
    return {
        "id": png.stem,
        "caption": shown["caption"],
        "source": "data:image/png;base64," + base64.b64encode(png.read_bytes()).decode(),
        "width": int(shown["width"] * _DPI),
        "height": int(shown["height"] * _DPI),
    }
