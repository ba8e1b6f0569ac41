"""Pictures: the same bytes each time, what stands in them, and names that keep apart."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from matplotlib import pyplot
from matplotlib.text import Text
from scipy.optimize import minimize

from fbert.figures import annotate, looks
from fbert.figures.by_layer import draw as by_layer
from fbert.figures.caption import Caption, caption
from fbert.figures.differences import draw as differences
from fbert.figures.memorisation import draw as memorisation
from fbert.figures.minimum_distance import draw as minimum_distance
from fbert.figures.movement import draw as movement
from fbert.figures.paths import draw as paths
from fbert.figures.plane import draw as plane
from fbert.figures.save import write_figure
from fbert.figures.similarity import draw as similarity
from fbert.figures.tidy import read_tidy
from fbert.words import SYNTHETIC_REMARK

LABELS_FILE = Path(looks.__file__).with_name("labels.yaml")
LABELS = ["NOUN", "VERB", "ADJ", "ADP", "PROPN", "DET", "PRON", "ADV"]


def rows(text="real", remark=None, **columns):
    """Every combination of the given columns, with the columns that all figures have."""
    grid = pd.MultiIndex.from_product(columns.values(), names=columns.keys()).to_frame(index=False)
    numbers = np.random.default_rng(0).uniform(0, 1, (len(grid), 4))
    extra = pd.DataFrame(numbers, columns=["distance", "x", "y", "length"])
    fixed = {"n": 1234, "d": 384, "explained_x": 0.6, "explained_y": 0.3, "text": text, "remark": remark}
    return pd.concat([grid, extra], axis=1).assign(**fixed)


def curves(**more):
    frame = rows(task=["POS"], layer=[2, 4], seed=[0, 1], update=[0, 10, 20], **more)
    return frame.assign(
        similarity=frame["x"], label_level_similarity=frame["x"], gained="most", linear=True, undecided=0
    )


FRAMES = {
    minimum_distance: curves(label=LABELS[:3]),
    similarity: curves(),
    paths: rows(task=["POS"], layer=[1, 6], label=LABELS[:3], update=[0, 10, 20]),
    differences: rows(task=["POS"], layer=[0, 1, 2], label=LABELS),
    movement: rows(task=["POS", "DEP"], layer=[0, 1, 2], seed=[0], label=LABELS),
    memorisation: rows(
        task=["POS"],
        layer=[6],
        representation=["original", "fine-tuned"],
        examples=["trained on", "held out", "test"],
        seed=[0],
        epoch=[1, 2],
    ).assign(accuracy=lambda frame: 100 * frame["x"]),
    by_layer: rows(
        task=["POS", "DEP"], layer=[0, 1, 2], representation=["original", "fine-tuned"], seed=[0, 1]
    ).assign(
        accuracy=lambda frame: 100 * frame["x"],
        labels=4,
        clusters=lambda frame: 4 + frame["layer"],
        train_test_similarity=lambda frame: frame["x"],
        label_level_similarity=lambda frame: frame["x"],
        similarity_to_original=lambda frame: frame["y"].where(frame["representation"] != "original"),
        label_level_similarity_to_original=lambda frame: frame["similarity_to_original"],
    ),
    plane: pd.DataFrame(
        [
            ("separable", kind, "A", 0, x, y, 3.0, 3.0, 2.0, "none", None)
            for kind in ("point", "hull", "gap")
            for x, y in [(0, 0), (1, 0), (0, 1)]
        ],
        columns=["task", "kind", "label", "cluster", "x", "y", "x_to", "y_to", "distance", "text", "remark"],
    ).assign(n=9, d=2),
}
KINDS = pytest.mark.parametrize("kind", FRAMES, ids=lambda kind: kind.__name__.rpartition(".")[2])


@pytest.fixture(autouse=True)
def closed():
    yield
    pyplot.close("all")


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def said(name, frame, what=""):
    return caption(name, "Title", what, frame, {"name": "s", "encoder": "e"}).markdown


def write(figure, folder, name):
    paths = {form: folder / f"{name}.{form}" for form in ("pdf", "png", "md", "json")}
    write_figure(figure, Caption("Figure 2", "Title", "Title (study s)."), **paths)


def test_the_report_has_caption_and_size(tmp_path):
    write(pyplot.figure(figsize=(3.3, 2.25)), tmp_path, "one")
    assert (tmp_path / "one.md").read_text() == "**Figure 2.** Title (study s).\n"
    shown = {"name": "Figure 2", "title": "Title", "text": "Title (study s)."}
    assert json.loads((tmp_path / "one.json").read_text()) == {
        "caption": shown,
        "width": 3.3,
        "height": 2.25,
    }


@KINDS
def test_equal_rows_make_equal_bytes(kind, tmp_path):
    for name in ("one", "two"):
        write(kind.draw(FRAMES[kind]), tmp_path, name)
    for form in ("pdf", "png", "json"):
        assert (tmp_path / f"one.{form}").read_bytes() == (tmp_path / f"two.{form}").read_bytes()
    assert b"Date" not in (tmp_path / "one.pdf").read_bytes()


@KINDS
def test_synthetic_text_is_named_in_the_picture_and_the_caption(kind):
    frame = FRAMES[kind]
    assert SYNTHETIC_REMARK not in texts(kind.draw(frame))
    assert SYNTHETIC_REMARK not in said("figure2", frame, kind.WHAT)
    synthetic = frame.assign(text="synthetic")
    assert SYNTHETIC_REMARK in [text.replace("\n", " ") for text in texts(kind.draw(synthetic))]
    assert SYNTHETIC_REMARK in said("figure2", synthetic, kind.WHAT)


@KINDS
def test_no_words_stick_out_of_the_picture(kind):
    figure = kind.draw(FRAMES[kind].assign(text="synthetic"))
    figure.draw_without_rendering()
    for text in [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]:
        box = text.get_window_extent()
        assert min(box.min) >= 0 and (box.max <= figure.bbox.max).all(), text.get_text()


@pytest.mark.parametrize("kind", [minimum_distance, similarity])
def test_updates_are_counted_in_whole_numbers(kind):
    frame = FRAMES[kind]
    figure = kind.draw(frame.assign(update=frame["update"].map({0: 0, 10: 2, 20: 3})))
    figure.draw_without_rendering()
    marks = [tick for axes in figure.axes for tick in axes.get_xticks()]
    assert marks and all(tick == round(tick) for tick in marks)


@pytest.mark.parametrize("kind", [minimum_distance, similarity, paths, differences, by_layer])
def test_a_panel_that_cannot_be_drawn_says_why(kind):
    frame = FRAMES[kind]
    empty = pd.DataFrame([{"task": "DEP", "layer": 9, "remark": "too few labels", "text": "real"}])
    found = " ".join(texts(kind.draw(pd.concat([frame, empty])))).replace("\n", " ")
    assert "Not drawn: too few labels." in found
    assert "(b)" in found
    assert "too few labels" in said("figure2", pd.concat([frame, empty]))


def test_lines_are_named_at_their_ends():
    assert {"▲ NOUN", "▲ VERB", "▲ ADJ"} <= set(texts(minimum_distance.draw(FRAMES[minimum_distance])))
    assert {"layer 2", "layer 4"} <= set(texts(similarity.draw(FRAMES[similarity])))


def test_a_caption_has_panels_n_layers_and_explained_variance():
    text = said("figure7", FRAMES[differences])
    assert text.startswith("**Figure 7.** Title (study s, encoder e).")
    assert "POS: layers 0, 1, 2; n = 1,234; d = 384; layer 0 explains 60% + 30% of the variance" in text


def test_a_caption_counts_snapshots_with_undecided_pairs():
    frame = FRAMES[similarity]
    assert "undecided" not in said("figure4", frame)
    one = frame.assign(
        undecided=(frame["update"].eq(10) & frame["seed"].eq(1) & frame["layer"].eq(2)).astype(int)
    )
    counted = "undecided pairs of labels, not counted as meeting, in 1 of the snapshots"
    assert counted in said("figure4", one)


def solid(axes):
    """The heights of the first solid line; it stands for what is linear."""
    return next(line.get_ydata() for line in axes.lines if line.get_linestyle() != ":")


def test_a_line_is_solid_only_where_every_seed_is_linear():
    frame = FRAMES[minimum_distance].query("label == 'NOUN' and layer == 4")
    one_is_not = frame["seed"].eq(1) & frame["update"].eq(10)
    heights = solid(minimum_distance.draw(frame.assign(linear=~one_is_not)).axes[0])
    assert np.isnan(heights).tolist() == [False, True, False]
    frame = FRAMES[similarity].query("layer == 4")
    one_is_not = frame["seed"].eq(1) & frame["update"].eq(10)
    heights = solid(similarity.draw(frame.assign(similarity=frame["similarity"].mask(one_is_not))).axes[0])
    assert np.isnan(heights).tolist() == [False, True, False]


def test_by_layer_has_three_panels_of_each_task_with_the_means_of_seeds():
    frame = FRAMES[by_layer]
    figure = by_layer.draw(frame)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    expected = [
        f"{task}, {what}" for task in ("POS", "DEP") for what in ("accuracy", "clusters", "similarity")
    ]
    assert titles == [f"({letter}) {title}" for letter, title in zip("abcdef", expected, strict=True)]
    assert {"original", "fine-tuned", "to original"} <= set(texts(figure))
    of_pos = frame.query("task == 'POS' and representation == 'original'")
    drawn = figure.axes[0].lines[0]
    np.testing.assert_allclose(drawn.get_ydata(), of_pos.groupby("layer")["accuracy"].mean())
    assert list(drawn.get_xdata()) == [0, 1, 2]
    np.testing.assert_allclose(figure.axes[1].lines[0].get_ydata(), [1.0, 1.25, 1.5])


def test_by_layer_shows_every_given_state_with_its_own_likeness():
    frame = FRAMES[by_layer].query("task == 'POS' and seed == 0")
    two = [frame.replace({"representation": {"fine-tuned": name}}) for name in ("sft", "dpo")]
    figure = by_layer.draw(pd.concat([two[0], two[1].query("representation == 'dpo'")]))
    assert {"original", "sft", "dpo", "sft to original", "dpo to original"} <= set(texts(figure))


def test_by_layer_is_solid_only_where_every_seed_is_linear_and_says_where_nothing_is_defined():
    frame = FRAMES[by_layer].query("task == 'POS'")
    one_is_not = frame["seed"].eq(1) & frame["layer"].eq(1)
    not_linear = frame.assign(train_test_similarity=frame["train_test_similarity"].mask(one_is_not))
    heights = solid(by_layer.draw(not_linear).axes[2])
    assert np.isnan(heights).tolist() == [False, True, False]
    measures = ["label_level_similarity", "label_level_similarity_to_original"]
    found = texts(by_layer.draw(frame.assign(**dict.fromkeys(measures, np.nan))))
    assert f"Not drawn: {by_layer.TOO_FEW}." in " ".join(found).replace("\n", " ")
    assert "accuracy (%)" in found


def test_labels_stay_text(tmp_path):
    labels = ["1", "True", "None", "NA", "nan", "01"]
    frame = pd.DataFrame({"label": [*labels, None], "x": [0.1, 1, 2, 3, 4, 5, np.nan], "remark": None})
    frame.to_csv(tmp_path / "figure.csv", index=False)
    again = read_tidy(tmp_path / "figure.csv")
    assert again["label"].tolist()[:-1] == labels
    assert again["label"].isna().sum() == again["x"].isna().sum() == 1
    assert again["remark"].isna().all()


def test_a_caption_names_the_seed_and_no_encoder_where_there_is_none():
    assert "; seed 3" in said("figure7", FRAMES[differences].assign(seed=3))
    assert "; 2 seeds" in said("figure4", FRAMES[similarity])
    assert said("figure1", FRAMES[plane]).startswith("**Figure 1.** Title (study s).")


def test_seeds_make_a_band():
    figure = minimum_distance.draw(FRAMES[minimum_distance])
    assert len(figure.axes[0].collections) == 3
    one_seed = FRAMES[minimum_distance].query("seed == 0 and layer == 4")
    assert not minimum_distance.draw(one_seed).axes[0].collections


def test_labels_of_one_inventory_all_look_different():
    inventories = yaml.safe_load(LABELS_FILE.read_text())
    for labels in inventories.values():
        found = [looks.look_of(label)[:2] for label in labels]
        assert len(set(found)) == len(labels)


@pytest.mark.parametrize("labels", [["PUNCT", "ADJ", "CCONJ", "ADP", "SYM", "ADV"], list("abcdefg")])
def test_the_few_labels_of_a_panel_have_a_colour_each(labels):
    found = looks.looks_apart(labels)
    assert len({look.color for look in found.values()}) == len(labels)
    assert found[labels[0]] == looks.look_of(labels[0])


def test_with_more_labels_than_colours_the_rest_keep_their_own():
    labels = [str(number) for number in range(20)]
    assert len({look.color for look in looks.looks_apart(labels).values()}) == 7


def test_an_unknown_label_has_a_look_that_stays():
    assert looks.look_of("x.Unheard-of") == looks.look_of("x.Unheard-of")


def nearest_apart(wanted, gap):
    """Least sum of squares by which heights can be moved until they keep apart, by a general solver."""
    ranked = np.sort(wanted)
    start = ranked[0] + 2 * gap * np.arange(len(ranked))
    apart = {"type": "ineq", "fun": lambda heights: np.diff(heights) - gap}
    return minimize(lambda heights: ((heights - ranked) ** 2).sum(), start, constraints=apart).fun


def test_spread_heights_are_the_nearest_that_keep_apart():
    random = np.random.default_rng(0)
    for _ in range(20):
        wanted = random.uniform(0, 10, 6)
        found = annotate.spread(wanted, 0.9, -100, 100)
        assert np.diff(np.sort(found)).min() > 0.9 - 1e-9
        np.testing.assert_array_equal(np.argsort(found), np.argsort(wanted))
        assert ((found - wanted) ** 2).sum() == pytest.approx(nearest_apart(wanted, 0.9), abs=1e-4)


def test_spread_heights_stay_inside():
    found = annotate.spread(np.array([9.9, 10.0, 0.0]), 1.0, 0, 10)
    np.testing.assert_allclose(found, [9, 10, 0])


def test_names_of_points_do_not_cover_each_other():
    figure, axes = pyplot.subplots(figsize=(2, 2))
    points = np.random.default_rng(0).normal(0, 0.2, (6, 2))
    axes.plot(*points.T, "o")
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    figure.canvas.draw()
    annotate.name_points(
        axes, [annotate.Name(name, x, y, "black") for name, (x, y) in zip(LABELS, points, strict=False)]
    )
    figure.canvas.draw()
    boxes = [Text.get_window_extent(text) for text in axes.texts]  # without the lines to the points
    assert len(boxes) == 6
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_the_labels_that_moved_furthest_are_marked():
    figure = differences.draw(FRAMES[differences])
    last = FRAMES[differences].query("layer == 2").nlargest(differences.NAMED, "length")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(last["label"])


@pytest.mark.parametrize("layers", [[2], [0, 1, 2]])
@pytest.mark.parametrize("prefix", ["", "p.Long"])
def test_a_key_fits_the_width_of_its_figure(layers, prefix):
    """With one panel, as the quickstart's Figure 5, the six labels below it need two rows."""
    names = [prefix + label for label in LABELS]
    figure = differences.draw(rows(task=["POS"], layer=layers, label=names))
    (key,) = figure.legends
    box = key.get_window_extent()
    assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
