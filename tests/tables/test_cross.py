"""Table 5 from constructed records."""

import numpy as np
import pytest
from made_up_records import geometry, probe

from fbert.tables.make import make_table

STATES = ["original", "PS-fxn-seed0", "PS-fxn-seed1", "POS-seed0", "POS-seed1"]
# Distances of the pairs ab, ac, bc; the minimum distances of a, b and c follow.
DISTANCES = [(1, 2, 4), (2, 3, 4), (3, 4, 5), (0.5, 2, 4), (1, 2, 4)]


@pytest.fixture
def rows():
    accuracies = [[80.0, 82.0], [90.0, 92.0], [92.0, 94.0], [70.0, 72.0], [71.0, 73.0]]
    inputs = {
        "probes": [probe("bert-base", "PS-fxn", s, a) for s, a in zip(STATES, accuracies, strict=True)],
        "geometries": [geometry("bert-base", "PS-fxn", s, d) for s, d in zip(STATES, DISTANCES, strict=True)],
    }
    return make_table("table5", "Changes", inputs).rows.to_dict("records")


def test_there_is_a_row_for_each_task_tuned_on_and_none_comes_first(rows):
    assert [row["tuned_on"] for row in rows] == ["none", "PS-fxn", "POS"]
    assert np.isnan(rows[0]["mean_change"])


def test_changes_by_hand(rows):
    # a, b, c: 1, 1, 2 before; 2, 2, 3 and 3, 3, 4 after the two seeds on PS-fxn: changes of 1 and of 2
    assert (rows[1]["increased"], rows[1]["decreased"]) == (3, 0)
    assert (rows[1]["mean_change"], rows[1]["mean_change_std"]) == (1.5, 0.5)
    # 0.5, 0.5, 2 and no change after the two seeds on POS: means of -1/3 and 0
    assert (rows[2]["increased"], rows[2]["decreased"]) == (0, 1)
    assert rows[2]["mean_change"] == pytest.approx(-1 / 6)
    assert rows[2]["mean_change_std"] == pytest.approx(1 / 6)


def test_accuracy_is_over_all_runs_of_all_seeds(rows):
    assert (rows[1]["accuracy"], rows[1]["accuracy_std"]) == (92.0, 1.41)


def test_published_rows_stand_beside_ours(rows):
    assert [row["published_accuracy"] for row in rows] == [87.75, 89.58, 83.24]
    assert (rows[2]["published_increased"], rows[2]["published_decreased"]) == (0, 40)
