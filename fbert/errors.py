"""The errors a user can mend, each naming the file, line or key that is at fault."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """What was given cannot be used: the message names it and the likely mistake."""


class CorruptFileError(InputError):
    """A file is not what its name promises: truncated, foreign, or of another study."""


def shortened(text: str, length: int) -> str:
    """Return text that is at most so long, `...` in place of what does not fit."""
    return text if len(text) <= length else text[: length - 3] + "..."


def nearest(word: str, valid: Iterable[str]) -> str:
    """Return `did you mean ...?` for the nearest of `valid`, or the list of them."""
    names = [str(name) for name in valid]
    close = difflib.get_close_matches(str(word), names, n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'?" if close else f"valid are: {', '.join(names)}"
