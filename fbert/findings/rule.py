"""The rule behind every verdict, and what verdicts are about: cases, claims, findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fbert.findings.bootstrap import DRAWS, LEVEL, MIN_UNITS, Interval

SUPPORTED, MIXED, NOT_SUPPORTED, NOT_TESTABLE = "supported", "mixed", "not supported", "not testable"
CONTRADICTED, OPEN = "contradicted", "open"

RULE = (
    "An effect is positive where it agrees with the finding. Each case (an encoder with a task) has an "
    f"effect with a {LEVEL:.0%} interval, from {DRAWS:,} bootstrap draws over labels and, where a study "
    "has several, the spread of its seeds. A case is supported if its whole interval is above 0, "
    "contradicted if it is below, and open otherwise. "
    f"Fewer than {MIN_UNITS} labels are not drawn: the interval is then over "
    f"seeds alone, and with fewer than {MIN_UNITS} seeds too, or an effect that is undefined, the case is "
    "not testable. A claim is supported if more than half of its tested cases are and at most one in ten "
    "is contradicted, not supported if none is or more are contradicted than supported, and mixed "
    "otherwise. A finding has the verdict of its testable claims where they agree, and is mixed where "
    "they do not. With one seed, and between states that were given, a verdict is about these alone and "
    "says nothing of other training runs."
)
# How often a case without an effect comes out supported: an interval leaves out as much above as below.
BY_CHANCE = (1 - LEVEL) / 2
_SCOPES = {0: " between these states", 1: " in this run"}


def in_words(verdict: str, seeds: int) -> str:
    """Return a verdict as readers see it, with what it is about if that is less than fine-tuning as such."""
    return verdict if verdict == NOT_TESTABLE else verdict + _SCOPES.get(seeds, "")


@dataclass(frozen=True)
class Case:
    """One encoder and task, or whatever a claim is tested on.

    Attributes:
        name: `minilm-6, POS`.
        estimate: the effect with its interval, None if the case is not testable.
        before: the first of the two numbers compared, as the claim's measure names them, if there are two.
        after: the second.
        units: number of labels, or of what else was drawn.
        unit: what was drawn.
        seeds: number of seeds.
        exceptions: names of the labels whose own effect is against the finding.
        remark: what a reader should know.
    """

    name: str
    estimate: Interval | None
    before: float | None = None
    after: float | None = None
    units: int = 0
    unit: str = "labels"
    seeds: int = 1
    exceptions: Sequence[str] = ()
    remark: str = ""

    @property
    def outcome(self) -> str:
        """Supported, contradicted, open or not testable."""
        if self.estimate is None:
            return NOT_TESTABLE
        if self.estimate.low > 0:
            return SUPPORTED
        return CONTRADICTED if self.estimate.high < 0 else OPEN


@dataclass(frozen=True)
class Claim:
    """A statement about all cases.

    Attributes:
        title: the statement.
        measure: what the effect is, and its unit.
        cases: where it was tested, or could not be.
    """

    title: str
    measure: str
    cases: Sequence[Case] = field(default_factory=tuple)

    def count(self, outcome: str) -> int:
        """Return how many cases came out so."""
        return sum(case.outcome == outcome for case in self.cases)

    @property
    def tested(self) -> int:
        """Number of cases with an effect."""
        return len(self.cases) - self.count(NOT_TESTABLE)

    @property
    def expected_by_chance(self) -> float:
        """Number of cases that would come out supported if there were no effect at all."""
        return BY_CHANCE * self.tested

    @property
    def mean_effect(self) -> float | None:
        """Mean effect over the tested cases."""
        effects = [case.estimate.effect for case in self.cases if case.estimate is not None]
        return float(np.mean(effects)) if effects else None

    @property
    def verdict(self) -> str:
        """Supported, mixed, not supported or not testable."""
        supported, contradicted = self.count(SUPPORTED), self.count(CONTRADICTED)
        if not self.tested:
            return NOT_TESTABLE
        if supported > self.tested / 2 and contradicted <= self.tested / 10:
            return SUPPORTED
        return NOT_SUPPORTED if not supported or contradicted > supported else MIXED


@dataclass(frozen=True)
class Finding:
    """What the paper found, and what this study says of it.

    Attributes:
        name: `F1` to `F5`, or another.
        title: the finding.
        published: what the paper prints about it.
        claims: what it comes down to.
    """

    name: str
    title: str
    published: str
    claims: Sequence[Claim]

    @property
    def verdict(self) -> str:
        """Supported, mixed, not supported or not testable."""
        verdicts = {claim.verdict for claim in self.claims} - {NOT_TESTABLE}
        if not verdicts:
            return NOT_TESTABLE
        return verdicts.pop() if len(verdicts) == 1 else MIXED
