"""Findings as the page shows them: numbers as text, and intervals as positions on a line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from fbert.published import published_figures
from fbert.states import ORIGINAL_REPRESENTATION, TUNED_REPRESENTATION

# The ends of the line stay off the edge of their box, so that the marks there are whole.
MARGIN = 4.0
_NUMBERS = ("effect", "low", "high", "before", "after")
REPRESENTATIONS = (ORIGINAL_REPRESENTATION, TUNED_REPRESENTATION)
MINUS = "\N{MINUS SIGN}"


def finding(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finding with each case of its claims prepared for the template."""
    claims = [_claim(claim, content["name"], place) for place, claim in enumerate(content["claims"])]
    return dict(content) | {"claims": claims}


def _claim(content: Mapping[str, Any], name: str, number_of_claim: int) -> dict[str, Any]:
    cases = content["cases"]
    low, high = _reach(cases)
    effects = _published_effects().get((name, number_of_claim), {})
    texts = _in_columns(cases)
    return dict(content) | {
        "cases": [
            _case(case, low, high) | {"text": text, "paper": _paper(case, effects, low, high)}
            for case, text in zip(cases, texts, strict=True)
        ],
        "low": number(low),
        "high": number(high),
        "zero": position(0, low, high),
        "change": any(case["before"] is not None for case in cases),
        "remarks": any(case["remark"] for case in cases),
    }


def _reach(cases: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Return the ends of the line that all cases of a claim share; it holds zero."""
    ends = [case[key] for case in cases for key in ("effect", "low", "high") if case[key] is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    return (low, high) if low < high else (-1.0, 1.0)


def _case(case: Mapping[str, Any], low: float, high: float) -> dict[str, Any]:
    ends = {key: None if case[key] is None else position(case[key], low, high) for key in _NUMBERS[:3]}
    return dict(case) | {"at": ends}


def _in_columns(cases: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the numbers of each case as text, those of one column with equally many decimals."""
    columns = {key: numbers([case[key] for case in cases]) for key in ("effect", "before", "after")}
    bounds = numbers([case[key] for case in cases for key in ("low", "high")])
    columns |= {"low": bounds[::2], "high": bounds[1::2]}
    return [{key: columns[key][place] for key in _NUMBERS} for place in range(len(cases))]


def _paper(
    case: Mapping[str, Any], effects: Mapping[str, list[float]], low: float, high: float
) -> list[float]:
    """Return where the paper's encoders lie on this task; what is beyond an end of the line lies on it.

    They were fine-tuned, and do not lie beside a state that was given, whose name follows the encoder's.
    """
    encoder, _, task = case["name"].rpartition(", ")
    if " " in encoder:
        return []
    return [position(effect, low, high) for effect in effects.get(task, [])]


@cache
def _published_effects() -> Mapping[tuple[str, int], Mapping[str, list[float]]]:
    """Return effects by the paper's Table 7: by finding and number of claim, by task, one for each model."""
    table = published_figures().set_index(["task", "model", "representation"])
    table = table[["published_train_test_similarity", "published_accuracy"]]
    before, after = (table.xs(state, level="representation") for state in REPRESENTATIONS)
    change = after - before
    effects = {
        ("F1", 0): -change["published_train_test_similarity"],
        ("F1", 1): change["published_accuracy"],
    }
    return {
        claim: {str(task): found.dropna().tolist() for task, found in of_claim.groupby(level="task")}
        for claim, of_claim in effects.items()
    }


def position(value: float, low: float, high: float, margin: float = MARGIN) -> float:
    """Return where a value lies on a line from 0 to 100; what is beyond an end lies on it."""
    share = (min(max(value, low), high) - low) / (high - low)
    return round(margin + (100 - 2 * margin) * share, 2)


def numbers(values: Sequence[float | None]) -> list[str]:
    """Return numbers for readers, all with as many decimals as the largest needs for three digits."""
    sizes = [abs(value) for value in values if value is not None]
    largest = max(sizes, default=0.0)
    decimals = 2 if largest == 0 else min(max(2 - math.floor(math.log10(largest)), 0), 4)
    texts = ["\N{EN DASH}" if value is None else f"{value:,.{decimals}f}" for value in values]
    return [_without_signed_zero(text).replace("-", MINUS) for text in texts]


def _without_signed_zero(text: str) -> str:
    return text.removeprefix("-") if not text.strip("-0.,") else text


def number(value: float | None) -> str:
    """Return a number of three significant digits for readers; a dash if there is none."""
    if value is None:
        return "\N{EN DASH}"
    size = abs(value)
    text = f"{size:,.0f}" if size >= 1000 else f"{float(f'{size:.3g}'):g}"
    return f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) else text
