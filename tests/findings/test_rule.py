"""The rule: from intervals to cases, from cases to claims, from claims to findings."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from fbert.findings.bootstrap import Interval, bootstrap, expanded_tail, weighted_correlation, weighted_mean
from fbert.findings.rule import Case, Claim, Finding
from fbert.findings.text import to_json, to_markdown
from fbert.words import SYNTHETIC_REMARK

UP, DOWN, BOTH = Interval(1, 0.5, 2), Interval(-1, -2, -0.5), Interval(0.1, -1, 1)
STUDY = {"study": "made-up", "description": "Made up.", "synthetic": False, "seeds": [0], "remarks": []}


def claim(*estimates):
    return Claim("it grows", "growth", [Case("case", estimate) for estimate in estimates])


@pytest.mark.parametrize(
    ("estimate", "outcome"),
    [(UP, "supported"), (DOWN, "contradicted"), (BOTH, "open"), (None, "not testable")],
)
def test_a_case_is_what_its_interval_says(estimate, outcome):
    assert Case("case", estimate).outcome == outcome


@pytest.mark.parametrize(
    ("estimates", "verdict"),
    [
        ([], "not testable"),
        ([None, None], "not testable"),
        ([UP], "supported"),
        ([UP, None], "supported"),
        ([UP, UP, BOTH], "supported"),
        ([UP, BOTH], "mixed"),
        ([UP] * 9 + [DOWN], "supported"),
        ([UP] * 8 + [DOWN], "mixed"),
        ([UP, DOWN, DOWN], "not supported"),
        ([BOTH, BOTH], "not supported"),
        ([DOWN], "not supported"),
    ],
)
def test_a_claim_is_what_most_cases_say(estimates, verdict):
    assert claim(*estimates).verdict == verdict


@pytest.mark.parametrize(
    ("claims", "verdict"),
    [
        ([claim(UP), claim(UP)], "supported"),
        ([claim(UP), claim(None)], "supported"),
        ([claim(UP), claim(DOWN)], "mixed"),
        ([claim(DOWN), claim(BOTH)], "not supported"),
        ([claim(None)], "not testable"),
    ],
)
def test_a_finding_is_what_its_claims_agree_on(claims, verdict):
    assert Finding("F", "title", "published", claims).verdict == verdict


def test_the_interval_of_a_mean_is_that_of_scipy():
    values = np.random.default_rng(3).normal(1, 1, 40)
    found = bootstrap(lambda weights, _: weighted_mean(values, weights), 40, 1)
    expected = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=20000,
        method="percentile",
        confidence_level=1 - 2 * expanded_tail(40),
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert found.effect == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.03)


@pytest.mark.parametrize("units", [1, 2])
def test_of_few_labels_the_interval_is_over_seeds_alone(units):
    gains = np.array([1.0, 2.0, 6.0])
    found = bootstrap(lambda weights, seeds: weights.mean() * weighted_mean(gains, seeds), units, 3)
    student = stats.t.interval(0.95, 2, loc=3.0, scale=stats.sem(gains))
    assert found == pytest.approx((3.0, *student))
    assert bootstrap(lambda weights, seeds: 1.0, units, 2) is None


def test_the_ends_of_labels_and_of_seeds_are_joined_by_squares():
    values, gains = np.random.default_rng(3).normal(1, 1, 40), np.array([-1.0, 0.0, 2.0, 3.0])
    both = bootstrap(lambda w, s: weighted_mean(values, w) + weighted_mean(gains, s), 40, 4)
    labels = bootstrap(lambda w, _: weighted_mean(values, w), 40, 1)
    half = stats.t.ppf(0.975, 3) * stats.sem(gains)
    assert both.effect - both.low == pytest.approx(np.hypot(labels.effect - labels.low, half))
    assert both.high - both.effect == pytest.approx(np.hypot(labels.high - labels.effect, half))


def test_a_seed_without_an_effect_gives_no_interval():
    gains = np.array([1.0, np.nan, 2.0])
    assert bootstrap(lambda w, s: w.mean() * float(gains[s > 0].sum()), 10, 3) is None


@pytest.mark.hard
@pytest.mark.parametrize("seeds", [3, 5, 10])
@pytest.mark.parametrize("spread", [0.0, 1.0, 4.0])
def test_three_seeds_and_more_cover_the_truth(seeds, spread, monkeypatch):
    """However much seeds vary, in standard errors over labels: 0.93 of the time, as far as 400 times tell."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "bench")
    from verdicts import covered

    assert covered(seeds, spread) >= 0.93 - 2 * np.sqrt(0.93 * 0.07 / 400)


def test_several_seeds_widen_the_interval():
    values = np.random.default_rng(3).normal(1, 1, 40)

    def statistic(weights, seeds):
        return weighted_mean(values, weights) + weighted_mean(np.linspace(-1, 1, len(seeds)), seeds)

    one, five = (bootstrap(statistic, 40, seeds) for seeds in (1, 5))
    assert five.high - five.low > 1.5 * (one.high - one.low)


def test_too_few_units_give_no_interval():
    assert bootstrap(lambda weights, seeds: 1.0, 2, 1) is None


def test_an_effect_undefined_in_most_draws_gives_no_interval():
    assert bootstrap(lambda weights, _: np.nan if weights[0] != 1 else 1.0, 20, 1) is None


def test_a_weight_counts_as_so_many_copies():
    x, y = np.array([1.0, 2, 4, 7]), np.array([1.0, 3, 2, 9])
    weights = np.array([2.0, 0, 1, 3])
    copies = np.repeat([0, 1, 2, 3], weights.astype(int))
    assert weighted_correlation(x, y, weights) == pytest.approx(np.corrcoef(x[copies], y[copies])[0, 1])
    assert weighted_mean(x, weights) == pytest.approx(x[copies].mean())


def test_both_forms_say_the_same():
    finding = Finding("F3", "Labels part", "They did.", [claim(UP, DOWN, None)])
    content = to_json([finding], STUDY)["findings"][0]
    text = to_markdown([finding], STUDY)
    assert content["verdict"] == finding.verdict
    assert (content["claims"][0]["supported"], content["claims"][0]["untestable"]) == (1, 1)
    assert content["summary"] in text
    assert f"F3. Labels part: {finding.verdict}" in text
    assert "One seed" in text


def test_synthetic_text_is_named_and_seeds_are_counted():
    text = to_markdown([], STUDY | {"synthetic": True, "seeds": [0, 1]})
    assert SYNTHETIC_REMARK in text
    assert "2 seeds" in text
