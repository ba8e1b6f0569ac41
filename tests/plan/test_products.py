"""What products are made from and what a study lacks for them: questions about a plan, without Snakemake."""

from pathlib import Path

import pytest
import yaml

from fbert.errors import InputError
from fbert.paths import results_of
from fbert.plan import Plan
from fbert.products import FIGURES, PRODUCTS, targets
from fbert.states import ORIGINAL, Run, State
from fbert.study import load_study
from fbert.study.study import study_from

ROOT = Path(__file__).parents[2]
TINY = yaml.safe_load((ROOT / "tests/workflow/tiny.yaml").read_text())


@pytest.fixture(scope="module")
def paper():
    return load_study("paper", ROOT / "studies")


def study(**changes):
    return study_from(TINY | changes, Path("tiny.yaml"))


def inputs(name, asked):
    return PRODUCTS[name].inputs(asked, results_of(asked.name))


def test_the_whole_paper_is_planned(paper):
    assert len(paper.tuned) * len(paper.encoders) == 5 * 5 * 5
    assert len(inputs("table7", paper)["probes"]) == 5 * 5 * (1 + 5)
    assert paper.lacking.keys() == {"table8", "layers"}


def test_projections_need_the_first_seed_alone(paper):
    assert len(inputs("figure7", paper)["after"]) == 1
    assert len(inputs("figure4", paper)["trajectories"]) == 4 * 5


def test_table5_needs_one_task_probed_in_several_states():
    found = inputs("table5", study())
    states = ["original", "PS-fxn-seed0", "POS-seed0"]
    for kind, folder in (("probes", "probes"), ("geometries", "directprobe")):
        assert found[kind] == [
            f"results/tiny/{folder}/demo/{state}/PS-fxn-layer-last.json" for state in states
        ]


def test_table4_needs_no_probe():
    assert inputs("table4", study()).keys() == {"geometries"}


def test_figure1_is_made_from_nothing():
    assert inputs("figure1", study()) == {}


@pytest.mark.parametrize(
    ("name", "lack"),
    [("table4", "the task TREC-50"), ("figure8", "DEP under dynamics.tasks"), ("table5", "a pair of tasks")],
)
def test_what_a_study_lacks_is_said(name, lack):
    few = {"tasks": {"POS": {"corpus": "treebank"}}, "corpora": {"treebank": {"known": "generated-treebank"}}}
    asked = study(**few, produce=["table7"])
    assert lack in asked.lacking[name]
    assert f"(not in this study: it needs {asked.lacking[name]})" in targets(asked)
    with pytest.raises(InputError, match=f"produce: {name} needs {lack}"):
        study(**few, produce=[name])


def test_agreement_of_measures_needs_more_than_originals():
    asked = study(seeds=[], produce=["table9"])
    assert "training runs" in asked.lacking["table10"]
    assert "table9" not in asked.lacking


def test_every_target_has_a_line():
    lines = targets(study()).splitlines()
    assert {line.split()[0] for line in lines} == {"all", "provenance", *PRODUCTS}


def test_every_product_but_plane_and_report_is_made_of_what_some_job_makes():
    """Each input is a path that a rule of the study has as its output: templates agree."""
    asked, results = study(produce=[name for name in PRODUCTS if name not in study().lacking]), None
    plan = Plan(asked, ROOT / "scripts")
    results = plan.results
    made = {results.encoder(e) for e in asked.encoders} | {results.examples(t) for t in asked.tasks}
    for encoder in asked.encoders:
        for task in asked.tasks:
            for state in [ORIGINAL, *asked.tuned]:
                made |= {results.probe(encoder, state, task), results.geometry(encoder, state, task)}
                made.add(results.measures(encoder, state, task))
                made |= {results.store(encoder, state, task, split) for split in ("train", "test")}
                made.add(results.reading(encoder, state, task))
            made.add(results.movement(encoder, task))
        made |= {results.training(encoder, state) for state in asked.tuned}
        made |= {results.learning_curves(encoder, state) for state in asked.tuned}
    for name in asked.produce:
        made |= set(PRODUCTS[name].files(results))
    made.add(results.provenance)
    for name in asked.produce:
        wanted = {path for paths in inputs(name, asked).values() for path in paths}
        assert wanted <= made, name


def test_names_and_folders_of_states():
    assert (str(ORIGINAL), str(State("PS-role", 3))) == ("original", "PS-role-seed3")
    for state in (ORIGINAL, State("PS-role", 3), State("a-seed1", 2), State.given("step-1000")):
        assert State.parse(str(state)) == state
    assert FIGURES["figure3"].runs(study(seeds=[3, 4])) == [Run("POS", State("POS", 3))]
    with pytest.raises(InputError, match="'a/b' is no state of an encoder"):
        State.parse("a/b")


@pytest.mark.parametrize("name", ["original", "fine-tuned", "POS-seed0", "../up", "under_score", ""])
def test_given_states_have_names_that_mean_nothing_else(name):
    with pytest.raises(InputError, match=r"is no state|take another name"):
        State.given(name)


def test_a_study_has_no_jobs_of_another():
    plan = Plan(study(), ROOT / "scripts")
    assert plan.job("finetune", {"encoder": "demo", "tuned": "POS-seed0"}).settings["snapshots"] == 3
    assert plan.job("finetune", {"encoder": "demo", "tuned": "PS-fxn-seed0"}).settings["snapshots"] == 0
    for rule, wildcards in [
        ("finetune", {"encoder": "demo", "tuned": "POS-seed1"}),
        ("finetune", {"encoder": "demo", "tuned": "original"}),
        ("finetune", {"encoder": "other", "tuned": "POS-seed0"}),
        ("prepare_task", {"task": "DEP"}),
        ("no_such_rule", {}),
        ("make_table", {"figure": "table7"}),
    ]:
        assert plan.job(rule, wildcards) is None
    with pytest.raises(InputError, match="study tiny: has no job finetune"):
        plan.needed("finetune", {"encoder": "other", "tuned": "POS-seed0"})


def test_everything_that_a_job_computes_from_is_plain(paper):
    """Settings go into records as JSON, and the order of keys says nothing."""
    plan = Plan(paper, ROOT / "scripts")
    job = plan.job("finetune", {"encoder": "bert-tiny", "tuned": "POS-seed0"})
    reordered = {key: paper.encoders["bert-tiny"][key] for key in sorted(paper.encoders["bert-tiny"])}
    assert job.settings["source"] == reordered


def test_defaults_of_schema_and_settings_agree():
    from dataclasses import fields

    from fbert.analysis.memorisation import MemorisationSettings
    from fbert.finetune.settings import FinetuneSettings
    from fbert.probe.settings import ProbeSettings
    from fbert.study.schema import read_yaml

    schema = read_yaml(ROOT / "fbert/study/schema.yaml")["$defs"]
    for section, settings in [
        ("finetuning", FinetuneSettings()),
        ("probe", ProbeSettings()),
        ("memorisation", MemorisationSettings()),
    ]:
        own = {field.name: getattr(settings, field.name) for field in fields(settings)}
        for key, entry in schema[section]["properties"].items():
            if "default" in entry:
                value = own[key]
                assert (list(value) if isinstance(value, tuple) else value) == entry["default"], (
                    section,
                    key,
                )
