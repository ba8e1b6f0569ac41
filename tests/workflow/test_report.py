"""The report by the workflow: what it needs."""

TASKS = 3


def test_the_report_is_no_part_of_what_provenance_sums_up(checkout):
    planned = checkout.planned("report")
    assert (planned["report"], planned["movement_view"]) == (1, TASKS)
    assert planned["make_table"] == 7


def test_a_view_of_a_followed_task_needs_its_record_and_others_their_two_ends(checkout):
    followed = checkout.planned("results/tiny/movement/minilm-1/POS.json")
    assert followed["dynamics"] == 1
    assert "embed" not in followed
    others = checkout.planned("results/tiny/movement/minilm-1/TREC-50.json")
    assert (others["embed"], others["finetune"]) == (2, 1)
    assert "dynamics" not in others


def test_studies_end_in_a_report_if_they_do_not_say_otherwise(checkout):
    assert checkout.planned(study="minilm")["report"] == 1
    assert "report" not in checkout.planned()
