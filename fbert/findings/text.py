"""Findings as JSON and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fbert.advice import advice, advice_on_reading
from fbert.findings.rule import (
    CONTRADICTED,
    NOT_TESTABLE,
    OPEN,
    RULE,
    SUPPORTED,
    Case,
    Claim,
    Finding,
    in_words,
)
from fbert.records.health import TaskHealth
from fbert.words import SYNTHETIC_REMARK


def to_json(findings: Sequence[Finding], study: Mapping[str, Any]) -> dict[str, Any]:
    """Return all of it as plain values.

    Args:
        findings: to write.
        study: `study` (its name), `description`, `synthetic`, `seeds` and the `remarks` on its data, which
            stand at the top.
    """
    return dict(study) | {
        "rule": RULE,
        "findings": [
            {
                "name": finding.name,
                "title": finding.title,
                "verdict": finding.verdict,
                "said": in_words(finding.verdict, len(study["seeds"])),
                "summary": summary(finding),
                "published": finding.published,
                "claims": [_claim(claim) for claim in finding.claims],
            }
            for finding in findings
        ],
    }


def summary(finding: Finding) -> str:
    """Return the finding's key figures in a sentence."""
    said = "; ".join(_claim_in_words(claim) for claim in finding.claims)
    return said[0].upper() + said[1:] + "."


def to_markdown(findings: Sequence[Finding], study: Mapping[str, Any]) -> str:
    """Return findings, claims and cases to read.

    Args:
        findings: to write.
        study: as for `to_json`.
    """
    head = [f"# Findings of the study {study['study']}", study["description"], RULE, _on_seeds(study)]
    if study["synthetic"]:
        head.insert(2, f"**{SYNTHETIC_REMARK}**")
    if study["remarks"]:
        head.append("Of the data:\n\n" + "\n".join(f"- {remark}" for remark in study["remarks"]))
    seeds = len(study["seeds"])
    return "\n\n".join([*head, *(_section(finding, seeds) for finding in findings)]) + "\n"


def data_remarks(tasks: Sequence[TaskHealth]) -> list[str]:
    """Return what is to be kept in mind of a study's data when its findings are read."""
    return [
        *(f"{task.task}: {line}" for task in tasks for line in advice(task.health)),
        *(
            f"{task.task}, {encoder}: {line}"
            for task in tasks
            for encoder, reading in task.readings.items()
            for line in advice_on_reading(reading)
        ),
    ]


def _section(finding: Finding, seeds: int) -> str:
    parts = [
        f"## {finding.name}. {finding.title}: {in_words(finding.verdict, seeds)}",
        summary(finding),
        f"The paper: {finding.published}",
        *(_table(claim) for claim in finding.claims if claim.cases),
    ]
    return "\n\n".join(parts)


def _table(claim: Claim) -> str:
    lines = [
        f"{claim.title[0].upper()}{claim.title[1:]}: {claim.verdict} ({claim.measure}). {by_chance(claim)}",
        "",
        "| Case | Before | After | Effect | Interval | Outcome | Drawn | Exceptions | Remark |",
        "|---|---:|---:|---:|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *map(_row, claim.cases)])


def _row(case: Case) -> str:
    estimate = case.estimate
    cells = [
        case.name,
        _number(case.before),
        _number(case.after),
        _number(estimate.effect) if estimate else "",
        f"{_number(estimate.low)} to {_number(estimate.high)}" if estimate else "",
        case.outcome,
        f"{case.units} {case.unit}",
        ", ".join(case.exceptions),
        case.remark,
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def by_chance(claim: Claim) -> str:
    """Return what is to be known of the number of supported cases."""
    cases = f"{claim.tested} {'case was' if claim.tested == 1 else 'cases were'} tested"
    return f"{cases}; without any effect {_number(claim.expected_by_chance)} would be supported by chance."


def _claim_in_words(claim: Claim) -> str:
    if claim.mean_effect is None:
        return f"{claim.title}: not testable"
    counts = f"{claim.count(SUPPORTED)} of {claim.tested} cases"
    against = claim.count(CONTRADICTED)
    return (
        f"{claim.title}: {counts}{f', {against} against' if against else ''}"
        f" (mean effect {_number(claim.mean_effect)})"
    )


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "title": claim.title,
        "measure": claim.measure,
        "verdict": claim.verdict,
        "supported": claim.count(SUPPORTED),
        "contradicted": claim.count(CONTRADICTED),
        "open": claim.count(OPEN),
        "untestable": claim.count(NOT_TESTABLE),
        "by_chance": by_chance(claim) if claim.tested else "",
        "mean_effect": claim.mean_effect,
        "cases": [_case(case) for case in claim.cases],
    }


def _case(case: Case) -> dict[str, Any]:
    estimate = case.estimate
    return {
        "name": case.name,
        "outcome": case.outcome,
        "effect": estimate.effect if estimate else None,
        "low": estimate.low if estimate else None,
        "high": estimate.high if estimate else None,
        "before": case.before,
        "after": case.after,
        "units": case.units,
        "unit": case.unit,
        "seeds": case.seeds,
        "exceptions": list(case.exceptions),
        "remark": case.remark,
    }


def _on_seeds(study: Mapping[str, Any]) -> str:
    seeds = len(study["seeds"])
    if seeds == 0:
        return "Nothing was trained: intervals are over labels alone, between states as they were given."
    if seeds == 1:
        return "One seed: intervals are over labels alone, verdicts about this run; neither tells of others."
    return f"{seeds} seeds: intervals are over labels and seeds."


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
