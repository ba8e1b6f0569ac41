"""The table and the rows of a figure by layer, from constructed records of several layers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_up_records import geometry, probe

from fbert.errors import InputError
from fbert.figures.by_layer.rows import rows
from fbert.figures.request import Request
from fbert.tables.by_layer import layer_rows

TUNED = {0: (1.0, 2.0, 4.0), 1: (4.0, 1.0, 2.0)}


def on_layer(record, layer):
    return replace(record, origin=replace(record.origin, layer=layer))


def r(left, right):
    return np.corrcoef(left, right)[0, 1]


@pytest.fixture
def records():
    """Layers 2 and 1 of an encoder before and after it is tuned from two seeds; one of them is not linear."""
    probes, geometries = [], []
    for layer in (2, 1):
        for state, seed in (("original", 0), ("POS-seed0", 0), ("POS-seed1", 1)):
            tuned = state != "original"
            distances = TUNED[seed] if tuned else (1.0, 2.0, 3.0)
            clusters = 4 if (layer, state) == (1, "POS-seed1") else 3
            made = geometry("tiny", "POS", state, distances, clusters)
            accuracies = [90.0 + layer + seed] if tuned else [80.0 + layer]
            geometries.append(on_layer(made, layer))
            probes.append(on_layer(probe("tiny", "POS", state, accuracies), layer))
    return probes, geometries


def test_a_row_for_each_layer_of_each_representation(records):
    table = layer_rows(*records)
    assert table[["representation", "layer"]].to_numpy().tolist() == [
        ["original", 1],
        ["original", 2],
        ["fine-tuned", 1],
        ["fine-tuned", 2],
    ]
    assert table["accuracy"].tolist() == [81.0, 82.0, 91.5, 92.5]
    assert table["seeds"].tolist() == [1, 1, 2, 2]
    assert table["clusters"].tolist() == [3, 3, 3.5, 3]
    assert table["linearly_separable"].tolist() == ["Y", "Y", "1/2", "Y"]
    assert table["separable_pairs"].tolist() == [100, 100, 83.3333, 100]


def test_similarity_to_the_original_is_over_seeds_and_on_the_same_layer(records):
    first, second, third, fourth = layer_rows(*records).to_dict("records")
    expected = (r(TUNED[0], (1, 2, 3)) + r(TUNED[1], (1, 2, 3))) / 2
    assert fourth["similarity_to_original"] == pytest.approx(expected, abs=1e-4)
    assert np.isnan(third["similarity_to_original"]), "one seed is not linear there"
    assert third["label_level_similarity_to_original"] == pytest.approx(expected, abs=1e-4)
    assert np.isnan([first["similarity_to_original"], second["label_level_similarity_to_original"]]).all()


def test_a_layer_whose_original_is_missing_is_named(records):
    probes, geometries = (
        [record for record in kind if str(record.origin.state) != "original" or record.origin.layer != 1]
        for kind in records
    )
    with pytest.raises(InputError, match="original: encoder tiny, task POS, layer 1"):
        layer_rows(probes, geometries)
    with pytest.raises(InputError, match=r"ProbeRecord of encoder tiny, task POS.* has no counterpart"):
        layer_rows(records[0], records[1][:-1])


def test_rows_of_the_figure_are_those_of_each_seed(records, tmp_path):
    files = {"probes": [], "geometries": []}
    for kind, found in zip(files, records, strict=True):
        for number, record in enumerate(found):
            files[kind].append(str(tmp_path / f"{kind}{number}.json"))
            record.write(files[kind][-1])
    table = rows(Request([("POS", 0), ("POS", 1)], files, {"POS": True}))
    assert len(table) == 6
    assert set(table["text"]) == {"synthetic"}
    tuned = table[table["representation"] == "fine-tuned"].set_index(["layer", "seed"])
    assert tuned.loc[(2, 1), ["accuracy", "clusters", "linear"]].tolist() == [93.0, 3, True]
    expected = r(TUNED[1], (1, 2, 3))
    assert tuned.loc[(2, 1), "similarity_to_original"] == pytest.approx(expected)
    assert pd.isna(tuned.loc[(1, 1), "similarity_to_original"])
    assert tuned.loc[(1, 1), "label_level_similarity_to_original"] == pytest.approx(expected)
    assert tuned.loc[(1, 1), "separable_pairs"] == pytest.approx(200 / 3)
    original = table[table["representation"] == "original"]
    assert (
        original[["seed", "similarity_to_original", "label_level_similarity_to_original"]]
        .isna()
        .all(axis=None)
    )
    assert original["train_test_similarity"].tolist() == pytest.approx([1.0, 1.0])
