"""The report by the workflow: what it needs."""

from pathlib import Path
from types import SimpleNamespace

from checkout import TINY

from fbert.plan import Plan
from fbert.study import load_study

TASKS = 3


def test_the_report_is_no_part_of_what_provenance_sums_up(finished):
    planned = finished.planned("report")
    assert planned == {"report": 1, "movement_view": TASKS}


def test_a_view_of_a_followed_task_needs_its_record_and_others_their_two_ends():
    plan = Plan(load_study(str(TINY), Path()), Path("scripts"))

    def needed(task):
        return plan.movement_inputs(SimpleNamespace(encoder="demo", task=task))

    assert needed("POS") == {"trajectory": ["results/tiny/dynamics/demo/POS-seed0.h5"]}
    stores = "results/tiny/embeddings/demo/{}/TREC-50-train.h5"
    assert needed("TREC-50") == {
        "before": [stores.format("original")],
        "after": [stores.format("TREC-50-seed0")],
    }


def test_studies_end_in_a_report_if_they_do_not_say_otherwise():
    studies = Path(__file__).parents[2] / "studies"
    assert "report" in load_study("minilm", studies).produce
    assert "report" not in load_study(str(TINY), studies).produce
