"""The report in a real browser: it loads by itself, sorts, chooses, slides, copies, and works by keyboard."""

import csv
import io
import re
import shutil
from itertools import pairwise

import pytest

from fbert.report.page.write import page as html
from report.made_up import sources

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 740}


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; `make test-browser` installs Debian's")
    with pytest.importorskip("playwright.sync_api").sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    (folder / "report.html").write_text(html(sources(folder)), encoding="utf-8")
    return folder / "report.html"


@pytest.fixture
def opened(browser, file):
    """Open the report in a fresh window; at the end there must have been no error and no request."""
    contexts, wrong = [], []

    def opened(viewport=WIDE, **options):
        context = browser.new_context(viewport=viewport, **options)
        context.set_default_timeout(5000)
        contexts.append(context)
        context.on("request", lambda request: wrong.append(request.url))
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [what for what in wrong if not what.startswith(("file:", "data:"))] == []


def test_it_is_dark_where_the_reader_wants_it_and_its_contents_stay_in_view(opened):
    page = opened(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 25, 29)"
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(1000)
    bar = page.locator("nav").bounding_box()
    assert bar["y"] == pytest.approx(0, abs=1)


def column(page, number):
    rows = page.locator("#table7 tbody tr:visible")
    return [rows.nth(row).locator("td").nth(number).inner_text() for row in range(rows.count())]


def choice(page, name):
    return page.locator("#table7 label", has_text=name).locator("select")


def positions(page):
    """Where the marks of the plot are."""
    marks = page.locator("#mover-plot path").evaluate_all("all => all.map(m => m.getAttribute('transform'))")
    return [tuple(map(float, re.match(r"translate\(([-\d.]+) ([-\d.]+)\)", mark).groups())) for mark in marks]


def names(page):
    return page.locator("#mover-plot text").all_text_contents()


def slide_to(page, stop):
    page.locator("#mover-update").evaluate(
        "(slider, stop) => { slider.value = stop; slider.dispatchEvent(new Event('input')); }",
        stop,
    )


def copied(page, form):
    page.locator(f"#table7 [data-copy={form}]").click()
    page.locator("#table7 .said", has_text="Copied").wait_for()
    return page.evaluate("navigator.clipboard.readText()")


def test_it_loads_by_itself_and_shows_hostile_names_as_they_are(opened):
    page = opened(offline=True)
    assert page.title().startswith("made-up")
    assert "</script><b>" in page.locator("header .lead").inner_text()
    assert page.locator("b").count() == 0
    assert page.locator("#figure2 img").evaluate("image => image.complete && image.naturalWidth > 0")


def test_headings_go_down_one_step_at_a_time(opened):
    levels = [
        int(name[1])
        for name in opened().locator("h1, h2, h3, h4").evaluate_all("all => all.map(h => h.tagName)")
    ]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_control_has_a_name(opened):
    page = opened()
    nameless = page.locator("button, select, input").evaluate_all(
        "all => all.filter(c => !(c.textContent.trim() && c.tagName === 'BUTTON') && !c.ariaLabel"
        " && !c.labels?.length).length"
    )
    assert nameless == 0


def test_headings_sort_by_click_and_by_keyboard(opened):
    page = opened()
    accuracy = page.locator("#table7 th", has_text="Accuracy")
    accuracy.locator("button").click()
    assert accuracy.get_attribute("aria-sort") == "ascending"
    assert column(page, 2) == ["9.50", "88.25", "100.00", ""]
    accuracy.locator("button").press("Enter")
    assert accuracy.get_attribute("aria-sort") == "descending"
    assert column(page, 2) == ["100.00", "88.25", "9.50", ""]
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert accuracy.get_attribute("aria-sort") is None
    assert column(page, 3) == ["50% & more", 'a "quoted", one', "x_1", ""]


def test_rows_are_chosen_by_encoder_task_and_text(opened):
    page = opened()
    choice(page, "Encoder").select_option("small")
    assert column(page, 0) == ["small", "small"]
    assert page.locator("#table7 .said").inner_text() == "2 of 4 rows"
    choice(page, "Task").select_option("DEP")
    assert column(page, 1) == ["DEP"]
    page.get_by_label("Contains").fill("50%")
    assert column(page, 1) == []


def test_what_is_shown_is_copied(opened):
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    choice(page, "Encoder").select_option("small")
    page.locator("#table7 th button", has_text="Accuracy").dblclick()
    assert [row[:5] for row in csv.reader(io.StringIO(copied(page, "csv")))] == [
        ["model", "task", "accuracy", "note", "text"],
        ["small", "DEP", "88.25", 'a "quoted", one', "synthetic"],
        ["small", "POS", "9.5", "50% & more", "real"],
    ]
    latex = copied(page, "latex").splitlines()
    assert "\\begin{tabular}{llrl}" in latex
    assert "small & POS & 9.50 & 50\\% \\& more \\\\" in latex
    assert (latex.index("\\toprule"), latex.index("\\midrule")) == (5, 7)
    assert page.locator("#table7 .said").inner_text() == "Copied 2 rows as LaTeX"


def test_without_a_clipboard_the_text_is_copied_by_selection(opened):
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
    assert copied(page, "csv").startswith("model,task")


def test_the_slider_moves_the_marks_and_says_where(opened):
    page = opened()
    first = positions(page)
    assert len(first) == 3
    text = page.locator("#mover-text")
    assert "Update 0 (stop 1 of 3)" in text.inner_text()
    assert "overlap, among them NOUN and VERB" in text.inner_text()
    slide_to(page, 2)
    assert all(a != b for a, b in zip(first, positions(page), strict=True))
    assert "All labels are separable. The closest pair is" in text.inner_text()
    assert page.locator("#mover-update").get_attribute("aria-valuetext") == "update 20"
    page.locator("#mover-update").focus()
    page.keyboard.press("ArrowLeft")
    assert "Update 10" in text.inner_text()
    assert "1 pair of labels could not be decided" in text.inner_text()


def test_marks_keep_their_distances_whatever_the_stop(opened):
    page = opened()
    before = positions(page)
    slide_to(page, 2)
    slide_to(page, 0)
    assert positions(page) == before


def test_examples_stand_where_centroids_stood(opened):
    page = opened()
    page.get_by_role("radio", name="examples").check()
    assert len(positions(page)) == 9
    assert {"NOUN", "VERB", "</script><b>"} == set(names(page))
    page.get_by_role("radio", name="centroids").check()
    assert len(positions(page)) == 3


def test_encoder_task_and_layer_can_be_chosen(opened):
    page = opened()
    assert page.locator("#mover-layer").input_value() == "2"
    page.locator("#mover-layer").select_option("1")
    assert "layer 1" in page.locator("#mover-caption").inner_text()
    page.locator("#mover-encoder").select_option("large")
    assert "Original (stop 1 of 2). This run was not followed" in page.locator("#mover-text").inner_text()
    page.locator("#mover-task").select_option("DEP")
    assert "Not drawn: fewer than three labels" in page.locator("#mover-caption").inner_text()
    assert not page.locator("#mover-plot").is_visible()
    assert page.locator("#mover-play").is_disabled()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_it_plays_to_the_end_and_stops(opened, motion):
    page = opened(reduced_motion=motion)
    page.locator("#mover-play").click()
    assert page.locator("#mover-play").inner_text() == "Pause"
    page.locator("#mover-play", has_text="Play").wait_for(timeout=10_000)
    assert page.locator("#mover-update").input_value() == "2"


def test_nothing_is_wider_than_a_phone(opened):
    page = opened(PHONE)
    page.locator("details").evaluate_all("all => all.forEach(details => details.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("#mover-plot").bounding_box()["width"] <= PHONE["width"]
    assert all(0 <= x <= PHONE["width"] for x, _ in positions(page))


def test_print_has_what_was_folded_up_and_no_controls(opened):
    page = opened()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".finding table").first.is_visible()
    assert not page.locator("#mover-play").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
