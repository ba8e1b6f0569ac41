"""The quickstart shows what the tool is for: a processor's rounding moves its numbers, not its picture."""

import json

import pandas as pd
import pytest

GATHERED = ("POS", "DEP", "PS-role", "PS-fxn")


@pytest.mark.hard
@pytest.mark.timeout(1200)
def test_it_shows_labels_that_training_gathers(checkout):
    said = checkout.run(study="quickstart")
    root = checkout.folder / "results/quickstart"
    rows = pd.read_csv(root / "tables/table7.csv").set_index(["task", "representation"])
    before, after = (rows.xs(state, level="representation") for state in ("original", "fine-tuned"))
    for task in GATHERED:
        assert before.clusters[task] > before.labels[task]
        assert after.clusters[task] < before.clusters[task]
    assert (after.clusters["POS"] > after.labels["POS"]) and after.clusters["PS-role"] <= 37
    assert (after.accuracy > before.accuracy + 3).all()
    assert (rows.accuracy > rows.majority_accuracy + 5).all()
    assert (rows.accuracy < 99).all()
    assert (rows.undecided_verdicts == 0).all()
    findings = json.loads((root / "findings.json").read_text())["findings"]
    verdicts = {finding["name"]: finding["verdict"] for finding in findings}
    assert "not testable" not in verdicts.values()
    for name, verdict in verdicts.items():
        ending = f"{verdict} in this run"
        assert any(line.startswith(f"  {name} ") and line.endswith(ending) for line in said.splitlines())
    assert "Synthetic text" in said
