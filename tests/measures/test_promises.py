"""What measures promise: invariances, exactly those declared, and right answers where they are known.

DirectProbe's spatial similarity stands among the others, under the same tests (in the manner of ReSi,
Klabunde et al. 2025: a comparison must order states as is known of them).
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbert.analysis.geometry import describe_geometry
from fbert.analysis.similarity import spatial_similarity
from fbert.measures.known import COMPARISONS, DESCRIPTIONS
from fbert.measures.measure import ALL, Invariance

LABELS, OF_EACH, D = 5, 8, 6
Y, NAMES = np.repeat(np.arange(LABELS), OF_EACH), tuple("abcde")
EXAMPLES = settings(max_examples=6, derandomize=True, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def spatial(before, after):
    """Ours: distances of label pairs in both states, for rows that `Y` labels."""
    found = [describe_geometry(points, Y, NAMES, gap=1e-5).distance_vector for points in (before, after)]
    return spatial_similarity(*found).r


# By name: what it computes, what changes nothing, and whether more is more alike.
COMPARED = {measure.name: (measure.of, measure.invariances) for measure in COMPARISONS}
COMPARED["spatial similarity"] = spatial, ALL
DESCRIBED = {measure.name: (measure.of, measure.invariances) for measure in DESCRIPTIONS}
compared = pytest.mark.parametrize("name", COMPARED)
# Ours solves programs, which over many states takes long.
compared_over_many = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.hard] * (of is spatial)) for name, (of, _) in COMPARED.items()],
)


def labelled(random):
    """Five labels, well apart, as after fine-tuning."""
    return 6 * random.normal(size=(LABELS, D))[Y] + random.normal(size=(len(Y), D)) + random.normal(size=D)


def moved(points, how, random):
    if how == Invariance.ROTATION:
        return points @ np.linalg.qr(random.normal(size=(D, D)))[0]
    if how == Invariance.SCALE:
        return points * 10 ** random.uniform(-2, 2)
    return points + 10 * random.normal(size=D)


def two_states(seed):
    random = np.random.default_rng(seed)
    before = labelled(random)
    return random, before, before @ random.normal(size=(D, D)) + labelled(random) / 2


def alike(name, before, after):
    """The value, larger for states more alike."""
    found = COMPARED[name][0](before, after)
    return -found if name == "procrustes" else found


@compared
@pytest.mark.parametrize("how", [how for how in Invariance if how != Invariance.ORDER])
@EXAMPLES
@given(seed=seeds)
def test_comparisons_keep_their_invariances_on_either_side(name, how, seed):
    of, invariances = COMPARED[name]
    random, before, after = two_states(seed)
    value, sides = (
        of(before, after),
        [(moved(before, how, random), after), (before, moved(after, how, random))],
    )
    tolerance = 1e-4 if name == "spatial similarity" else 1e-7
    if how in invariances:
        assert [of(*side) for side in sides] == pytest.approx([value] * 2, abs=tolerance)
    else:
        assert all(abs(of(*side) - value) > 1e-4 for side in sides)


@pytest.mark.parametrize("name", DESCRIBED)
@pytest.mark.parametrize("how", [how for how in Invariance if how != Invariance.ORDER])
@EXAMPLES
@given(seed=seeds)
def test_descriptions_keep_their_invariances(name, how, seed):
    of, invariances = DESCRIBED[name]
    random, points, _ = two_states(seed)
    if how in invariances:
        assert of(moved(points, how, random), Y) == pytest.approx(of(points, Y), abs=1e-6)
    else:
        assert abs(of(moved(points, how, random), Y) - of(points, Y)) > 1e-4


@EXAMPLES
@given(seed=seeds)
def test_the_order_of_rows_counts_for_nothing(seed):
    random, before, after = two_states(seed)
    order = random.permutation(len(Y))
    for name in {measure.name for measure in COMPARISONS}:
        of, invariances = COMPARED[name]
        assert Invariance.ORDER in invariances
        assert of(before[order], after[order]) == pytest.approx(of(before, after), abs=1e-9)
    for of, invariances in DESCRIBED.values():
        assert Invariance.ORDER in invariances
        assert of(before[order], Y[order]) == pytest.approx(of(before, Y), abs=1e-9)


@compared
@EXAMPLES
@given(seed=seeds)
def test_comparisons_do_not_tell_before_from_after(name, seed):
    _, before, after = two_states(seed)
    of = COMPARED[name][0]
    assert of(before, after) == pytest.approx(of(after, before), abs=1e-9)


def by_layer(random, layers=6):
    """A small network's layers: each a bit of something new added to the last."""
    found = [labelled(random)]
    for _ in range(layers - 1):
        step = 6 * random.normal(size=(LABELS, D))[Y] + random.normal(size=(len(Y), D))
        found.append(found[-1] + 0.5 * step)
    return found


@compared_over_many
def test_nearby_layers_are_more_alike(name):
    """Over twenty small networks, likeness to the first layer falls with every layer on the way up."""
    networks = [by_layer(np.random.default_rng(seed)) for seed in range(20)]
    means = np.mean([[alike(name, net[0], layer) for layer in net] for net in networks], axis=0)
    assert (np.diff(means) < 0).all(), means


@compared_over_many
def test_a_state_tuned_on_noisier_labels_is_less_like_the_one_tuned_on_true_ones(name):
    """Tuning moves each point towards the centre of its label; a share of the labels was dealt out anew."""
    shares, means = (0, 0.25, 0.5, 1), []
    for seed in range(20):
        random = np.random.default_rng(seed)
        start, centres = random.normal(size=(len(Y), D)), 6 * random.normal(size=(LABELS, D))
        order, others = random.permutation(len(Y)), random.integers(LABELS, size=len(Y))
        tuned = [start + centres[np.where(order < share * len(Y), others, Y)] for share in shares]
        means.append([_or_nothing(alike(name, tuned[0], state)) for state in tuned])
    found = np.mean(means, axis=0)
    assert (np.diff(found) < 0).all(), found


def _or_nothing(value):
    """Where hulls of noisy labels leave fewer than three distances there is no likeness to speak of."""
    return 0.0 if value is None else value


def test_convexity_falls_to_chance_as_labels_are_shuffled():
    random = np.random.default_rng(0)
    points, y = labelled(random), Y.copy()
    of, order = DESCRIBED["convexity"][0], random.permutation(len(Y))
    found = []
    for share in (0, 0.3, 0.6, 1):
        rows = order[: int(share * len(Y))]
        noisy = y.copy()
        noisy[rows] = random.permutation(y[rows])
        found.append(of(points, noisy))
    assert (np.diff(found) < 0).all(), found
    assert found[0] == 1
    assert found[-1] < 0.6


@pytest.mark.parametrize("name", ["intrinsic_dimension", "anisotropy"])
def test_labels_count_for_nothing_where_only_points_are_described(name):
    points = labelled(np.random.default_rng(1))
    of = DESCRIBED[name][0]
    assert of(points, Y) == of(points, Y[::-1])


def test_shuffled_examples_are_like_nothing():
    """Rows that do not correspond: CKA and RSA have about 0, and Procrustes is further than for true rows."""
    random, before, after = two_states(3)
    shuffled = after[random.permutation(len(Y))]
    for name in ("cka", "rsa", "procrustes"):
        assert alike(name, before, shuffled) < alike(name, before, after) - 0.1
    for name in ("cka", "rsa"):
        assert abs(alike(name, before, shuffled)) < 0.2
