"""The division of training examples, and curves that tell memorised examples from new ones."""

import numpy as np

from fbert.analysis.memorisation import (
    HELD_OUT,
    PROBED,
    TEST,
    MemorisationSettings,
    held_out_rows,
    memorisation_curves,
)

SETTINGS = MemorisationSettings(share=0.8, widths=(16, 16), l2=1e-4, epochs=40, runs=2)


def test_the_division_is_seeded_and_whole():
    kept, held_out = held_out_rows(50, 0.8, seed=3)
    assert len(kept) == 40
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, held_out])), np.arange(50))
    np.testing.assert_array_equal(kept, held_out_rows(50, 0.8, seed=3)[0])
    assert not np.array_equal(kept, held_out_rows(50, 0.8, seed=4)[0])


def test_examples_known_by_heart_set_the_held_out_part_apart_from_the_test_set():
    random = np.random.default_rng(0)
    y, y_test = random.integers(0, 2, 1000), random.integers(0, 2, 300)
    X = random.normal(size=(1000, 4)) + 4 * y[:, None]  # training examples give their labels away
    X_test = random.normal(size=(300, 4))
    curves = memorisation_curves((X, y), (X_test, y_test), ["a", "b"], SETTINGS, seed=0)
    assert {name: np.shape(curve) for name, curve in curves.items()} == dict.fromkeys(
        [PROBED, HELD_OUT, TEST], (2, 40)
    )
    ends = {name: np.mean(curve, axis=0)[-1] for name, curve in curves.items()}
    assert ends[PROBED] > 95
    assert ends[HELD_OUT] > 95
    assert ends[TEST] < 70
