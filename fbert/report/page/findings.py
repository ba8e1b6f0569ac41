"""Findings as the page shows them: numbers as text, and intervals as positions on a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# The ends of the line stay off the edge of their box, so that the marks there are whole.
_MARGIN = 4.0
_NUMBERS = ("effect", "low", "high", "before", "after")
MINUS = "\N{MINUS SIGN}"


def finding(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finding with each case of its claims prepared for the template."""
    return dict(content) | {"claims": [_claim(claim) for claim in content["claims"]]}


def _claim(content: Mapping[str, Any]) -> dict[str, Any]:
    cases = content["cases"]
    low, high = _reach(cases)
    return dict(content) | {
        "cases": [_case(case, low, high) for case in cases],
        "low": number(low),
        "high": number(high),
        "zero": _position(0, low, high),
        "change": any(case["before"] is not None for case in cases),
        "remarks": any(case["remark"] for case in cases),
    }


def _reach(cases: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Return the ends of the line that all cases of a claim share; it holds zero."""
    ends = [case[key] for case in cases for key in ("effect", "low", "high") if case[key] is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    return (low, high) if low < high else (-1.0, 1.0)


def _case(case: Mapping[str, Any], low: float, high: float) -> dict[str, Any]:
    ends = {key: None if case[key] is None else _position(case[key], low, high) for key in _NUMBERS[:3]}
    return dict(case) | {"text": {key: number(case[key]) for key in _NUMBERS}, "at": ends}


def _position(value: float, low: float, high: float) -> float:
    """Return where a value lies on a line from 0 to 100."""
    return round(_MARGIN + (100 - 2 * _MARGIN) * (value - low) / (high - low), 2)


def number(value: float | None) -> str:
    """Return a number of three significant digits for readers; a dash if there is none."""
    if value is None:
        return "\N{EN DASH}"
    size = abs(value)
    text = f"{size:,.0f}" if size >= 1000 else f"{float(f'{size:.3g}'):g}"
    return f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) else text
