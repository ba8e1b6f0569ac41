"""The page as text: what is in it, what is escaped, and that it loads nothing."""

import dataclasses
import json
import re

import pandas as pd
import pytest

from fbert.corpora.registry import CorpusSource
from fbert.errors import CorruptFileError
from fbert.made import Job, Made
from fbert.report.page.findings import MINUS, finding, number, numbers
from fbert.report.page.making import corpora, cost
from fbert.report.page.pictures import overview
from fbert.report.page.write import page
from report.made_up import CASE, FINDINGS, HOSTILE, sources


@pytest.fixture
def made_up(tmp_path):
    return sources(tmp_path)


def test_equal_files_make_equal_pages(made_up):
    assert page(made_up) == page(made_up)


def test_every_finding_stands_there_with_its_verdict(made_up):
    text = page(made_up)
    for entry in FINDINGS["findings"]:
        assert f"<h3>{entry['title']}</h3>" in text
        assert entry["summary"] in text
        assert f"</svg>\n{entry['verdict']}</span>" in text


def test_a_study_without_findings_says_so(made_up):
    assert "does not produce findings" in page(dataclasses.replace(made_up, findings=[]))


def test_a_study_without_anything_says_so(made_up):
    bare = dataclasses.replace(made_up, findings=[], tables=[], figures=[], movement=[], health=[])
    text = page(bare)
    for what in (
        "does not produce tables",
        "does not produce figures",
        "no view of movement",
        "does not produce its data's health",
    ):
        assert what in text


def test_pictures_lead_and_every_effect_links_to_its_finding(made_up):
    text = page(made_up)
    assert text.index('id="overview"') < text.index('id="findings"')
    for name in ("F1", "F2", "F3", "Foresight"):
        assert f'<a href="#finding-{name}">' in text
        assert f'id="finding-{name}"' in text
    assert text.count('class="interval wide-plot"') >= 4


def test_an_overview_has_before_and_after_of_every_encoder_and_task(tmp_path):
    rows = [
        ("a", "POS", "original", 80.0, 40, 10, 0.5),
        ("a", "POS", "fine-tuned", 90.0, 10, 10, None),
        ("a", "DEP", "original", 70.0, 10, 10, 0.9),
    ]
    names = ["model", "task", "representation", "accuracy", "clusters", "labels", "label_level_similarity"]
    pd.DataFrame(rows, columns=names).to_csv(tmp_path / "table7.csv", index=False)
    found = overview(tmp_path / "table7.csv")
    (row,) = found["rows"]
    accuracy, clusters, similarity = row["cells"]
    assert (row["task"], accuracy["at"], accuracy["text"]) == ("POS", [77.0, 86.0], "80.0 to 90.0")
    assert (clusters["at"], clusters["text"]) == ([95.0, 5.0], "40 to 10")
    assert (similarity["at"], similarity["text"]) == ([50.0, None], "0.50 to –")


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([5.0, 12.25, None], ["5.0", "12.2", "–"]),
        ([-0.25, 0.5, 0.0], [f"{MINUS}0.250", "0.500", "0.000"]),
        ([1234.5, -0.2], ["1,234", "0"]),
        ([None], ["–"]),
        ([0.0], ["0.00"]),
    ],
)
def test_numbers_of_a_column_have_the_same_decimals(values, texts):
    assert numbers(values) == texts


def test_what_the_paper_prints_stands_beside_its_tasks():
    case = CASE | {"name": "tiny, POS", "low": -1.0, "high": 5.0, "effect": 1.0}
    claims = finding_of_case(case)["claims"]
    assert len(claims[1]["cases"][0]["paper"]) == 5
    assert finding_of_case(case | {"name": "tiny, mine"})["claims"][1]["cases"][0]["paper"] == []


def finding_of_case(case):
    claim = FINDINGS["findings"][0]["claims"][0]
    return finding(FINDINGS["findings"][0] | {"claims": [claim, claim | {"cases": [case]}]})


def test_what_is_to_be_known_of_the_data_stands_there_with_its_reason(made_up):
    text = page(made_up)
    for what in (
        "800 training and 200 test examples of 20 documents",
        "no encoder reaches fewer than 5 clusters for 3 labels",
        "7 of 20 documents have sentences in training and in test",
        "small: 10.0% of the words (900 of 9,000) are read as unknown",
        "Inputs that stand in training with different labels (1)",
    ):
        assert what in text
    assert "large: 10.0%" not in text


def test_everything_in_the_page_has_a_name_of_its_own(made_up):
    names = re.findall(r'\bid="([^"]+)"', page(made_up))
    assert {"findings", "table7", "movement"} <= set(names)
    assert len(names) == len(set(names))


def test_nothing_is_loaded_from_outside(made_up):
    text = page(made_up)
    loads = re.findall(r"<(?:img|script|link|iframe|source|object)\b[^>]*?(?:src|href)=\"([^\"]*)", text)
    assert loads
    assert all(load.startswith("data:") for load in loads)
    assert not re.search(r"url\(|@import", text)


def test_text_of_others_cannot_become_markup(made_up):
    text = page(made_up)
    assert HOSTILE not in text
    assert "&lt;/script&gt;&lt;b&gt;" in text
    assert text.count("</script>") == text.count("<script")


def test_data_inside_the_page_is_what_went_in(made_up):
    found = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page(made_up))
    table, views = (json.loads(text) for text in found)
    assert table["header"][:5] == ["model", "task", "accuracy", "note", "text"]
    assert table["rows"][1][:5] == ["small", "DEP", "88.25", 'a "quoted", one', "synthetic"]
    assert views == [json.loads(path.read_text()) for path in made_up.movement]


def test_licences_warnings_and_costs_are_named(made_up):
    text = page(made_up)
    for what in ("licence CC BY-SA 3.0", "Synthetic text.", "2 jobs, 1 h 1 min", "2.0 GB", "commit unknown"):
        assert what in text


def test_a_corpus_of_the_hub_is_named_with_its_revision():
    splits = {"train": "train", "test": "validation"}
    entry = dataclasses.asdict(CorpusSource("hub", splits, hub="me/mine", revision="0" * 40))
    (found,) = corpora({"corpora": {"moods": entry}})
    assert found["sources"] == [f"https://huggingface.co/datasets/me/mine/tree/{'0' * 40}"]
    assert (found["name"], found["licence"]) == ("moods", "as its page says")


def test_what_jobs_took_is_read_from_their_records(made_up):
    assert cost(made_up.results) == (2, 3660.4, 2048)
    assert cost(made_up.results / "nowhere").memory == "not measured"


def test_a_record_from_before_jobs_were_measured_is_left_out(made_up):
    old = Job(str(made_up.results), "probe", {"name": "old"}, {}, code="", versions={})
    Made(old.rule, old.wildcards, {}, old.code, {}, inputs={}, outputs={}).write(old.record)
    assert cost(made_up.results) == (2, 3660.4, 2048)


def test_rows_that_do_not_fit_are_refused(made_up):
    csv = made_up.tables[0]
    csv.write_text("".join(csv.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(CorruptFileError, match=r"3 rows but 4 in its \.json"):
        page(made_up)


def test_a_picture_is_shown_at_its_size_and_named_by_its_title(made_up):
    text = page(made_up)
    assert text.count('width="422" height="288"') == 2
    assert 'alt="figure2: Distance of &lt;/script&gt;&lt;b&gt; labels"' in text


def test_intervals_of_a_claim_share_a_line_with_zero():
    known, unknown = finding(FINDINGS["findings"][0])["claims"][0]["cases"]
    claim = finding(FINDINGS["findings"][0])["claims"][0]
    assert known["at"]["low"] == 4
    assert known["at"]["high"] == 96
    assert known["at"]["low"] < known["at"]["effect"] < claim["zero"] < known["at"]["high"]
    assert set(unknown["at"].values()) == {None}
    assert set(unknown["text"].values()) == {"–"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "0"),
        (-0.1234, "−0.123"),
        (12345.6, "12,346"),
        (-0.0, "0"),
        (0.00012345, "0.000123"),
    ],
)
def test_numbers_have_three_digits(value, text):
    assert number(value) == text
