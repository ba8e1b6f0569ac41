"""The reference has every key, column, dataset and command that there is."""

import argparse
import dataclasses
import importlib
import re
import tomllib

import h5py
import pytest
import yaml
from encoder.tiny import build, corpus
from made_up_records import HEALTHY, geometry, origin, probe
from packaging.requirements import Requirement

import fbert.__main__ as of_fbert
import fbert.directprobe.__main__ as of_directprobe
from documentation.pages import BY_NAME, ROOT, SCHEMA
from fbert.encoder.model import Encoder
from fbert.figures.request import Request
from fbert.health.counts import Reading
from fbert.measures.known import COMPARISONS, DESCRIPTIONS
from fbert.products import FIGURES, PRODUCTS, TABLES
from fbert.records.health import TaskHealth
from fbert.records.measures import MeasuresRecord
from fbert.records.probe import ProbeResult
from fbert.records.trajectory import Trajectory
from fbert.store.embed import embed
from fbert.tables.make import make_table

SCHEMAS = {"docs/reference/study.md": "schema.yaml", "docs/reference/configuration.md": "machine.yaml"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def words(name):
    """What a page sets as code, word by word."""
    return {word for code in BY_NAME[f"docs/reference/{name}.md"].code for word in re.split(r"[ ,]+", code)}


def keys(node):
    """Every key in a schema that a study can have, with the schema of its value."""
    for name, value in node.get("properties", {}).items():
        yield name, value
    for value in node.values():
        if isinstance(value, dict):
            yield from keys(value)


@pytest.mark.parametrize(("page", "name"), SCHEMAS.items())
def test_every_key_is_there_with_its_description(page, name):
    text, schema = BY_NAME[page].text, yaml.safe_load((ROOT / "fbert/study" / name).read_text())
    found = list(keys(schema))
    assert len(found) >= 4
    for key, value in found:
        described = " ".join(value["description"].split())
        beginning = re.sub(r" \(docs/method\.md.*", "", described).replace("|", "\\|")
        assert re.search(rf"^\| `{key}` \| .+ \| {re.escape(beginning)}", text, flags=re.MULTILINE), key


def test_defaults_and_bounds_are_rendered():
    text = BY_NAME["docs/reference/study.md"].text
    assert "| `epochs` | integer ≥ 1 | Passes over the training set. Default: `10`. |" in text
    assert "| `held_out` | number > 0 and < 1 |" in text
    assert "| `alpha` | integer ≥ 1 | An update counts alpha / rank times. *Required.* |" in text


def test_a_reference_to_the_method_is_a_link():
    rendered = SCHEMA["rendered"](ROOT / "fbert/study/schema.yaml")
    assert "([method, Classifier probe](../method.md#classifier-probe))" in rendered


@pytest.fixture(scope="module")
def inputs():
    """Records of one encoder with two tasks and a given state, as tables are made from."""
    places = [(task, state) for task in ("POS", "PS-fxn") for state in ("original", "POS-seed0", "given")]
    measures = [
        MeasuresRecord(
            origin("tiny", task, state),
            30,
            dict.fromkeys([measure.name for measure in COMPARISONS]),
            dict.fromkeys([measure.name for measure in DESCRIPTIONS]),
        )
        for task, state in places
    ]
    encoder = {"name": "tiny", "folder": "tiny", "layers": 2, "heads": 2, "hidden": 8, "parameters": 10}
    made = corpus()
    reading = {"tiny": Reading(1, 0, 9, 0, 0)}
    return {
        "encoders": [encoder | {"states": {}}],
        "examples": [made],
        "health": [[TaskHealth(task, made.name, HEALTHY, reading) for task in made.labels]],
        "probes": [probe("tiny", task, state, [90.0]) for task, state in places],
        "geometries": [geometry("tiny", task, state) for task, state in places],
        "measures": measures,
        "readings": [],
    }


@pytest.mark.parametrize("table", TABLES)
def test_every_column_of_a_table_is_there(table, inputs):
    documented = words("tables")
    if table == "table2":
        states = ("original", "fine_tuned", "given")
        documented |= {f"{name}_{state}" for name in documented for state in states}
    assert table in documented
    assert set(make_table(table, "", inputs).rows.columns) <= documented


@pytest.mark.parametrize("kind", sorted({figure.kind for figure in FIGURES.values()}))
def test_every_column_of_a_figure_is_there(kind):
    columns = importlib.import_module(f"fbert.figures.{kind}.rows").COLUMNS
    assert set(Request([], {}, {}).table([], columns).columns) <= words("figures")


def test_every_figure_and_target_is_there():
    listed = BY_NAME["docs/reference/figures.md"].code
    ranges = {f"figure{number}" for number in range(7, 11)}
    assert set(FIGURES) <= listed | ranges
    assert set(PRODUCTS) <= BY_NAME["docs/reference/products.md"].code | ranges


def test_every_dataset_of_a_store_is_there(tmp_path):
    encoder = Encoder.load(build("bert", tmp_path / "bert", num_hidden_layers=1), "cpu")
    embed(encoder, corpus(), "test", tmp_path / "store.h5", ["POS"])
    found = []
    with h5py.File(tmp_path / "store.h5") as file:
        file.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
    assert len(found) > 8
    assert {name.replace("/POS/", "/TASK/") for name in found} <= words("records")


def test_every_array_of_a_trajectory_is_there():
    names = {field.name for field in dataclasses.fields(Trajectory)} - {"origin", "labels"}
    assert names | {"labels/bytes", "labels/ends"} <= words("records")


def test_fields_of_records_are_shown_with_their_meaning():
    """The page of the API has them from docstrings, so each must be there."""
    for kind in (ProbeResult, MeasuresRecord, Trajectory):
        for field in dataclasses.fields(kind):
            assert re.search(rf"^ +[\w, ]*\b{field.name}\b[\w, ]*:", kind.__doc__, flags=re.MULTILINE), field


def options(parser):
    """Every option and argument of a command and of the commands below it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield name
                yield from options(below)
        elif action.dest != "help":
            yield from action.option_strings or [action.dest]


@pytest.mark.parametrize("parser", [of_fbert._parser, of_directprobe._parser, of_directprobe._audit_parser])
def test_every_command_and_option_is_there(parser):
    documented = {word.lower() for word in words("commands")}
    assert set(options(parser())) <= documented


def test_every_target_of_make_is_there_and_no_other_is_named():
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    documented = set(re.findall(r"`make ([a-z-]+)`", BY_NAME["docs/reference/commands.md"].text))
    assert targets - {"help"} <= documented
    texts = [page.text for page in BY_NAME.values()]
    named = {one for text in texts for one in re.findall(r"(?:`|^ {4}|^)make ([a-z-]+)", text, re.MULTILINE)}
    assert named - targets <= set()


def test_every_script_that_is_installed_is_there():
    assert set(PROJECT.get("scripts", {})) <= words("commands")


def test_every_dependency_is_explained():
    text = BY_NAME["docs/reference/dependencies.md"].text.lower()
    extras = [pin for pins in PROJECT["optional-dependencies"].values() for pin in pins]
    for pin in [*PROJECT["dependencies"], *extras]:
        name = Requirement(pin).name.lower()
        short = name.replace("snakemake-executor-plugin-slurm-", "-")
        assert re.search(rf"(?<![\w-]){re.escape(short)}(?![\w-])", text), name
