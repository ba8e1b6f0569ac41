"""How often the rule behind findings is right: `python bench/verdicts.py` writes it into docs/method.md.

By simulation, where the truth is known. First, intervals: how often they hold the true effect, for one to
ten seeds, as seeds vary from not at all to four times the standard error over labels; beside them the
bootstrap that draws labels and seeds together. Then verdicts: how often cases and claims come out `supported`
where there is no effect, and where there is one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from document import write_table
from numpy.typing import NDArray

from fbert.findings.bootstrap import DRAWS, LEVEL, Interval, bootstrap
from fbert.findings.rule import SUPPORTED, Case, Claim

LABELS, TIMES = 17, 400
SPREADS = (0.0, 1.0, 2.0, 4.0)
SEEDS = (1, 2, 3, 5, 10)
CASES = (5, 10, 15, 25)
EFFECTS = (0.0, 1.0, 2.0, 4.0)

Estimate = Callable[[NDArray[np.float64]], Interval | None]


def effects_of(random: np.random.Generator, seeds: int, spread: float, effect: float) -> NDArray[np.float64]:
    """Return (seeds, labels) effects: what is true, a label's own, a seed's own, and what is of both.

    Args:
        random: where chance comes from.
        seeds: number of them.
        spread: of seeds, in standard errors over labels.
        effect: the truth, likewise.
    """
    error = 1 / np.sqrt(LABELS)
    of_labels, of_seeds = random.normal(size=LABELS), random.normal(size=(seeds, 1)) * spread * error
    of_both = 0.5 * random.normal(size=(seeds, LABELS))
    return np.asarray(effect * error + of_labels + of_seeds + of_both)


def ours(effects: NDArray[np.float64]) -> Interval | None:
    """Return the interval that findings have."""

    def mean(weights: NDArray[np.float64], seeds: NDArray[np.float64]) -> float:
        return float(seeds @ effects @ weights / (seeds.sum() * weights.sum()))

    return bootstrap(mean, effects.shape[1], effects.shape[0])


def together(effects: NDArray[np.float64]) -> Interval:
    """Return percentiles of means over labels and seeds that are both drawn with replacement."""
    random = np.random.default_rng(0)
    rows, columns = (random.integers(count, size=(DRAWS, count)) for count in effects.shape)
    drawn = [effects[r][:, c].mean() for r, c in zip(rows, columns, strict=True)]
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(effects.mean()), float(low), float(high))


def covered(seeds: int, spread: float, times: int = TIMES, estimate: Estimate = ours) -> float:
    """Return how often an interval holds the true effect, which is none."""
    random = np.random.default_rng(seeds)
    found = [estimate(effects_of(random, seeds, spread, 0.0)) for _ in range(times)]
    return float(np.mean([one is not None and one.low <= 0 <= one.high for one in found]))


def cases_of(effect: float, seeds: int = 3, times: int = TIMES) -> list[Case]:
    """Return simulated cases of an effect, from seeds that vary by one standard error."""
    random = np.random.default_rng(seeds)
    return [Case("", ours(effects_of(random, seeds, 1.0, effect))) for _ in range(times)]


def verdicts(cases: list[Case], count: int, times: int = 5000) -> tuple[float, float]:
    """Return how many of so many cases are supported on average, and how often their claim is.

    Args:
        cases: simulated ones, of which claims are drawn.
        count: cases of a claim.
        times: number of claims.
    """
    random = np.random.default_rng(count)
    drawn = random.integers(len(cases), size=(times, count))
    claims = [Claim("", "", [cases[place] for place in places]) for places in drawn]
    return (
        float(np.mean([claim.count(SUPPORTED) for claim in claims])),
        float(np.mean([claim.verdict == SUPPORTED for claim in claims])),
    )


def tables() -> str:
    """Return both tables as Markdown."""
    lines = [
        f"Share of intervals that hold the truth, of {TIMES}, for {LABELS} labels; in brackets the same with",
        "labels and seeds drawn together. Seeds vary in standard errors over labels:",
        "",
        "| seeds | " + " | ".join(f"seeds vary by {spread:g}" for spread in SPREADS) + " |",
        "|---:|" + "---|" * len(SPREADS),
    ]
    for seeds in SEEDS:
        cells = [f"{covered(seeds, s):.2f} ({covered(seeds, s, estimate=together):.2f})" for s in SPREADS]
        lines.append(f"| {seeds} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "Cases that come out supported, on average, and in brackets how often their claim does, for",
        "independent cases with three seeds that vary by 1; effects are in standard errors over labels:",
        "",
        "| cases | "
        + " | ".join(f"effect {effect:g}" if effect else "no effect" for effect in EFFECTS)
        + " |",
        "|---:|" + "---|" * len(EFFECTS),
    ]
    simulated = [cases_of(effect) for effect in EFFECTS]
    for count in CASES:
        found = [verdicts(cases, count) for cases in simulated]
        cells = [f"{mean:.1f} ({share:.2f})" for mean, share in found]
        lines.append(f"| {count} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure, and write the tables between their marks in the documentation."""
    write_table("verdicts.py", tables())


if __name__ == "__main__":
    main()
