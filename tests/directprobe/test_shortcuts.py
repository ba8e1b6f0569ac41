"""What spares DirectProbe most of its measuring must change nothing that it finds."""

import numpy as np
import pytest
from directprobe_oracle import clusters, same_partition

from fbert.directprobe import DirectProbe
from fbert.directprobe.clusters import conflicts, linkage, merging
from fbert.directprobe.clusters.glance import Glance, balls_reached, nearest_among
from fbert.directprobe.clusters.linkage import Linkage
from fbert.directprobe.clusters.planes import Planes
from fbert.directprobe.solver.points import PointSet

NOTHING = np.empty(0)


def clouds(seed, n, d, spread=1.0):
    """Points around a few places, of the kind of which most are far from most."""
    random = np.random.default_rng(seed)
    return random.normal(size=(8, d))[random.integers(0, 8, n)] * spread + 0.2 * random.normal(size=(n, d))


def squares(points, centre):
    return ((points - centre) ** 2).sum(axis=1)


@pytest.fixture
def at_once(monkeypatch):
    """Every cluster counts as large, so that small inputs take all shortcuts."""
    for module, name in ((conflicts, "REMEMBERED"), (merging, "REMEMBERED"), (linkage, "LARGE")):
        monkeypatch.setattr(module, name, 2)


@pytest.mark.parametrize("d", [1, 2, 40, 200])
def test_projections_are_no_further_apart_than_points(d):
    points = clouds(0, 300, d)
    glance = Glance.over(PointSet.whole(points))
    near = np.hstack(glance.of(points)).astype(np.float64)
    shown = np.sqrt(squares(near, near[0]))
    assert (shown <= np.sqrt(squares(points, points[0])) + glance.slack).all()
    if d <= 40:  # all directions are there: nothing is lost
        np.testing.assert_allclose(shown, np.sqrt(squares(points, points[0])), atol=2 * glance.slack)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("d", [1, 3, 150])
def test_the_nearest_is_that_of_measuring_all(seed, d):
    points = clouds(seed, 200, d).round(1 if d < 4 else 9)  # rounded, many are equally near
    glance = Glance.over(PointSet.whole(points))
    near, barred = glance.of(points), np.random.default_rng(seed).random(200) < 0.3
    for i in range(1, 200, 7):
        known, earlier = np.zeros(200), np.arange(i)
        free = earlier[~barred[:i]]
        for bounds in (NOTHING, known, known):  # the third time with what the second has learnt
            found, distance = nearest_among(
                points, near, earlier, points[i], near, i, barred, glance.slack, bounds
            )
            if not len(free):
                assert (found, distance) == (-1, np.inf)
                continue
            all_of_them = squares(points[free], points[i])
            assert found == free[np.flatnonzero(all_of_them <= all_of_them.min() * (1 + 1e-12))[0]]
            assert distance == pytest.approx(all_of_them.min(), rel=1e-12, abs=1e-28)
        assert (known <= np.sqrt(squares(points, points[i])) + 1e-12).all()


@pytest.mark.parametrize("d", [1, 3, 150])
def test_balls_that_touch_are_never_passed_over(d):
    points = clouds(1, 300, d)
    radii = np.abs(np.random.default_rng(2).normal(size=300))
    glance = Glance.over(PointSet.whole(points))
    near = glance.of(points)
    for i in range(0, 300, 23):
        apart = np.sqrt(squares(points, points[i]))
        reached = balls_reached(
            points, near, radii, np.arange(300), points[i], near, i, radii[i], glance.slack
        )
        assert reached[apart <= radii + radii[i]].all()
        assert not reached[apart > (radii + radii[i]) * 1.001 + 1e-9].any()


def merged(points, steps):
    """The linkage of points of one label, after some merges, and the rows of each place."""
    whole = PointSet.whole(points)
    found = Linkage(whole, np.arange(len(points)), np.zeros(len(points), bool), Glance.over(whole))
    rows = [[i] for i in range(len(points))]
    for step in range(steps):
        merge = found.closest()
        found.merge(merge, len(points) + step)
        rows.append(rows[merge.a] + rows[merge.b])
    return found, rows


def test_balls_hold_their_clusters():
    points = clouds(3, 120, 5)
    found, rows = merged(points, 110)
    for place, members in enumerate(rows):
        away = np.sqrt(squares(points[members], found.centres[place]))
        assert away.max() <= found.radii[place] * (1 + 1e-9) + 1e-12


def test_planes_know_merges_made_before_and_after():
    upper, rows_upper = merged(clouds(4, 60, 6), 20)
    lower, rows_lower = merged(clouds(5, 50, 6) + 0.4, 20)
    planes, normals = Planes(upper, lower, 1e-9, 3), np.random.default_rng(6).normal(size=(3, 6))
    for normal in normals:
        planes.add(normal)
    for step in range(20):  # merges after the planes are known
        merge = upper.closest()
        upper.merge(merge, 200 + step)
        rows_upper.append(rows_upper[merge.a] + rows_upper[merge.b])
    everyone = np.arange(lower.count)
    for place, members in enumerate(rows_upper):
        left = planes.unparted(True, place, everyone)
        least = (upper.centres[members] @ normals.T).min(axis=0)
        most = np.array([(lower.centres[rows] @ normals.T).max(axis=0) for rows in rows_lower])
        assert left.tolist() == np.flatnonzero(~(most < least - 1e-9).any(axis=1)).tolist()
        for other in left:  # and the other way round
            assert place in planes.unparted(False, int(other), np.arange(upper.count))


def test_the_plane_used_least_lately_makes_room():
    upper, _ = merged(np.array([[0.0], [9.0]]), 0)
    lower, _ = merged(np.array([[5.0]]), 0)
    planes = Planes(upper, lower, 1e-9, 2)
    planes.add(np.array([1.0]))  # parts 9 from 5
    planes.add(np.array([-1.0]))  # parts 0 from 5
    assert planes.unparted(True, 1, np.array([0])).size == 0
    planes.add(np.array([0.0]))  # parts nothing, and takes the place of the second
    assert planes.unparted(True, 1, np.array([0])).size == 0
    assert planes.unparted(True, 0, np.array([0])).tolist() == [0]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("d", [1, 2, 5])
def test_with_every_shortcut_the_partition_is_the_oracles(seed, d):
    random = np.random.default_rng(seed)
    X, y = random.normal(size=(30, d)), random.integers(0, 3, 30)
    assert same_partition(DirectProbe().fit(X, y).labels_, clusters(X, y))


@pytest.mark.parametrize("seed", range(3))
def test_without_shortcuts_for_large_clusters_the_partition_is_the_same(seed, monkeypatch):
    X, random = clouds(seed, 400, 8), np.random.default_rng(seed)
    y = (X[:, 0] > 0).astype(int)  # large clusters, with some of the other label among them
    y[random.random(400) < 0.05] = 1
    with_them = DirectProbe().fit(X, y)
    assert with_them.cluster_sizes_.max() >= conflicts.REMEMBERED
    for module, name in ((conflicts, "REMEMBERED"), (merging, "REMEMBERED"), (linkage, "LARGE")):
        monkeypatch.setattr(module, name, 10**9)
    np.testing.assert_array_equal(with_them.labels_, DirectProbe().fit(X, y).labels_)
