"""Findings: does a study support what the paper found? Verdicts by one rule, with effects and intervals."""
