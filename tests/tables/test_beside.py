"""Measures of others beside ours, and their agreement, from records of made-up figures."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_records import geometry, origin, probe
from scipy.stats import spearmanr

from fbert.errors import InputError
from fbert.measures.known import COMPARISONS, DESCRIPTIONS
from fbert.records.measures import MeasuresRecord
from fbert.tables.beside import agreement_rows, beside_rows, places_of, rank_correlation
from fbert.tables.make import make_table

OURS = "label_level_similarity_to_original"
COMPARED, DESCRIBED = ([measure.name for measure in kind] for kind in (COMPARISONS, DESCRIPTIONS))


def measures(encoder, task, state, compared, described):
    of_comparisons = [None] * 3 if state == "original" else [compared, compared / 2, 1 - compared]
    of_state = [described, 5 * described, None]
    return MeasuresRecord(
        origin(encoder, task, state),
        30,
        dict(zip(COMPARED, of_comparisons, strict=True)),
        dict(zip(DESCRIBED, of_state, strict=True)),
    )


def records(units, seeds=2, seed=0):
    """Units of one encoder each; ours is a cosine of how far the distances of labels turned."""
    random = np.random.default_rng(seed)
    found = {"probes": [], "geometries": [], "measures": []}
    for number in range(units):
        encoder = f"encoder{number}"
        for state in ["original", *(f"POS-seed{one}" for one in range(seeds))]:
            value = random.uniform(0.1, 0.9)
            distances = (1, 2, 3) if state == "original" else (1, 2, 1 + 3 * value)
            found["probes"].append(probe(encoder, "POS", state, [100 * value]))
            found["geometries"].append(geometry(encoder, "POS", state, distances))
            found["measures"].append(measures(encoder, "POS", state, value, value**2))
    return found


def test_a_row_for_each_representation_with_means_over_seeds():
    made = records(units=2)
    table = beside_rows(**made)
    assert table["representation"].tolist() == ["original", "fine-tuned"] * 2
    assert table["seeds"].tolist() == [1, 2, 1, 2]
    assert table["n"].tolist() == [30] * 4
    original, *tuned = made["measures"][:3]
    row = table.iloc[1]
    assert row["cka_to_original"] == pytest.approx(
        np.mean([one.to_original["cka"] for one in tuned]), abs=1e-4
    )
    assert row["convexity"] == pytest.approx(np.mean([one.of_state["convexity"] for one in tuned]), abs=1e-4)
    assert table.iloc[0]["convexity"] == pytest.approx(original.of_state["convexity"], abs=1e-4)
    change = np.mean([one.to_original["cka"] for one in tuned]) * 100 - made["probes"][0].probe.accuracy
    assert row["accuracy_change"] == pytest.approx(change, abs=1e-3)
    likeness = [
        np.corrcoef((1, 2, 3), list(one.train.distance_vector.values()))[0, 1]
        for one in made["geometries"][1:3]
    ]
    assert row[OURS] == pytest.approx(np.mean(likeness), abs=1e-4)
    assert row["drift"] == pytest.approx(0, abs=1e-4), "the test set's distances are those of training"
    against = [
        OURS,
        "cka_to_original",
        "rsa_to_original",
        "procrustes_to_original",
        "accuracy_change",
        "drift",
    ]
    assert table.iloc[[0, 2]][against].isna().all(axis=None)
    assert table["anisotropy"].isna().all()


def test_readers_see_every_measure_there_is():
    shown = make_table("table9", "", records(units=1)).shown
    assert {*(f"{name}_to_original" for name in COMPARED), *DESCRIBED} <= set(shown)


def test_a_study_of_originals_alone_has_what_is_said_of_one_state():
    table = make_table("table9", "", records(units=2, seeds=0)).rows
    assert table["convexity"].notna().all()
    assert table[[OURS, "cka_to_original", "accuracy_change"]].isna().all(axis=None)


def test_each_layer_has_its_own_original():
    made = {kind: [*found] for kind, found in records(units=1).items()}
    for found in made.values():
        found += [replace(one, origin=replace(one.origin, layer=1)) for one in found]
    table = beside_rows(**made)
    assert table["layer"].tolist() == [1, 2, 1, 2]
    assert "layer" in make_table("table9", "", made).shown
    assert "layer" not in make_table("table9", "", records(units=1)).shown
    made["geometries"] = [
        one for one in made["geometries"] if (str(one.origin.state), one.origin.layer) != ("original", 1)
    ]
    with pytest.raises(InputError, match="layer 1"):
        beside_rows(**made)


def test_agreement_is_spearmans_over_all_states_but_the_originals():
    made = records(units=6)
    table = agreement_rows(**made).set_index(["measure", "against"])
    tuned = [one for one in made["measures"] if str(one.origin.state) != "original"]
    cka = [one.to_original["cka"] for one in tuned]
    before = {one.origin.encoder: one for one in made["measures"] if str(one.origin.state) == "original"}
    accuracy = {str(one.origin): one.probe.accuracy for one in made["probes"]}
    changes = [accuracy[str(one.origin)] - accuracy[str(before[one.origin.encoder].origin)] for one in tuned]
    found = table.loc[("cka_to_original", "accuracy_change")]
    assert found["correlation"] == pytest.approx(spearmanr(cka, changes).statistic, abs=1e-4)
    assert found["low"] < found["correlation"] < found["high"]
    assert found[["units", "states"]].tolist() == [6, 12]
    convexity = [
        one.of_state["convexity"] - before[one.origin.encoder].of_state["convexity"] for one in tuned
    ]
    found = table.loc[("convexity_change", "accuracy_change")]
    assert found["correlation"] == pytest.approx(spearmanr(convexity, changes).statistic, abs=1e-4)
    assert table.loc[("rsa_to_original", OURS)]["correlation"] == pytest.approx(
        -table.loc[("procrustes_to_original", OURS)]["correlation"]
    )
    assert set(table.index.get_level_values("against")) == {OURS, "accuracy_change", "drift"}
    assert (OURS, OURS) not in table.index


def test_what_is_undefined_leaves_its_cells_empty():
    table = agreement_rows(**records(units=6)).set_index(["measure", "against"])
    empty = table.loc[("anisotropy_change", OURS)]
    assert empty[["units", "states"]].tolist() == [0, 0]
    assert empty[["correlation", "low", "high"]].isna().all()


def test_a_perfect_correlation_has_no_interval():
    """Every draw of it is perfect too, which says nothing of other units."""
    made = records(units=6)
    likeness = [one.to_original["cka"] or 0.0 for one in made["measures"]]
    made["probes"] = [
        replace(one, probe=replace(one.probe, accuracy=value))
        for one, value in zip(made["probes"], likeness, strict=True)
    ]
    perfect = (
        agreement_rows(**made).set_index(["measure", "against"]).loc[("cka_to_original", "accuracy_change")]
    )
    assert perfect["correlation"] == 1
    assert perfect[["low", "high"]].isna().all()


def test_few_units_say_nothing_and_the_title_says_so():
    made = make_table("table10", "Agreement", records(units=4, seeds=5))
    assert made.rows[["correlation", "low", "high"]].isna().all(axis=None)
    assert made.title == "Agreement; empty, since it takes 5 encoders with a task"
    made = make_table("table10", "Agreement", records(units=5))
    assert made.title == "Agreement"
    said = set(made.rows["comparison"])
    assert {"CKA and accuracy change", "convexity change and label-level similarity to original"} <= said


def test_an_interval_is_over_units_and_not_over_their_seeds():
    """A second seed that says the same as the first leaves as much open; twice the units would leave less."""
    made = records(units=8, seeds=1)
    copies = {kind: [*found] for kind, found in made.items()}
    for kind, found in made.items():
        for one in found:
            if str(one.origin.state) != "original":
                state = replace(one.origin.state, seed=1)
                copies[kind].append(replace(one, origin=replace(one.origin, state=state)))
    values = ["correlation", "low", "high", "units"]
    once, twice = agreement_rows(**made), agreement_rows(**copies)
    pd.testing.assert_frame_equal(once[values], twice[values], atol=0.01)
    assert (twice["states"] == 2 * once["states"]).all()


@settings(max_examples=50, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 3)), min_size=4, max_size=9))
def test_weighted_ranks_are_those_of_repeated_values(rows):
    x, y, weights = np.array(rows, dtype=float).T
    found = rank_correlation(places_of(x), places_of(y), weights)
    if (weights > 0).sum() >= 3 and all(np.ptp(side[weights > 0]) for side in (x, y)):
        repeated = (np.repeat(side, weights.astype(int)) for side in (x, y))
        assert found == pytest.approx(spearmanr(*repeated).statistic)
    else:
        assert np.isnan(found)
