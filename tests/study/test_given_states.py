"""States that were not trained here: what a study may give, what is made of them, and what is refused."""

from pathlib import Path

import pytest
import yaml
from encoder.tiny import build

from fbert.encoder.source import check_alike
from fbert.errors import InputError
from fbert.plan import Plan, plan_of
from fbert.products import FIGURES, PRODUCTS
from fbert.states import ORIGINAL, Run, State
from fbert.study.study import study_from

ROOT = Path(__file__).parents[2]
ONE, TWO = "1" * 40, "2" * 40
TINY = yaml.safe_load((ROOT / "tests/workflow/tiny.yaml").read_text())
UNTRAINED = {key: value for key, value in TINY.items() if key not in ("finetuning", "produce")}


def study(encoder, **changes):
    return study_from(UNTRAINED | {"encoders": {"mine": encoder}} | changes, Path("tiny.yaml"))


def hub(**states):
    return {"hub": "org/model", "revision": ONE, "layers": 2, "states": states}


CROSS = [{"tuned_on": "POS", "probed_on": "PS-fxn"}]
STEPS = hub(late={"revision": "3" * 40, "step": 3000}, early={"revision": TWO, "step": 1000})


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ({"revision": TWO}, {"hub": "org/model", "revision": TWO}),
        ({"hub": "org/other", "revision": TWO}, {"hub": "org/other", "revision": TWO}),
        ({"folder": "sft"}, {"folder": "sft"}),
        ({"adapter": "lora"}, {"hub": "org/model", "revision": ONE, "adapter": "lora"}),
        ({"folder": "sft", "adapter": "lora"}, {"folder": "sft", "adapter": "lora"}),
    ],
)
def test_a_state_comes_from_its_own_place_or_from_its_encoders(given, source):
    shared = {"layers": 2, "model_type": "bert"}
    found = study(hub(sft=given) | shared).source("mine", State.given("sft"))
    assert found == shared | source


def test_nothing_is_trained_unless_it_is_asked_for():
    sft = {"folder": "sft"}
    assert study(hub(sft=sft)).seeds == ()
    assert study(hub(sft=sft), finetuning={"epochs": 1}).seeds == (0,)
    assert study(hub(sft=sft), seeds=[3]).seeds == (3,)
    assert study({"package": "fbert.demo"}).seeds == (0,)
    assert study({"package": "fbert.demo"}, seeds=[]).tuned == []


def test_tables_compare_every_state_and_of_a_trajectory_the_end():
    asked = study(STEPS | {"states": STEPS["states"] | {"chat": {"folder": "chat"}}})
    assert asked.states_of("mine", "POS") == [ORIGINAL, State.given("chat"), State.given("late")]
    assert asked.ends("mine", "POS") == [Run("POS", State.given("late"))]


def test_a_trajectory_is_in_the_order_of_its_steps_from_the_encoder_on():
    asked = study(STEPS | {"step": 5})
    assert asked.trajectory("mine") == {5: ORIGINAL, 1000: State.given("early"), 3000: State.given("late")}
    assert asked.courses("POS") == [Run("POS", State.given("late"))]
    settings = Plan(asked, ROOT / "scripts").job("follow_states", {"encoder": "mine", "task": "POS"}).settings
    assert settings["updates"] == [5, 1000, 3000]
    assert settings["states"] == ["original", "early", "late"]


def test_figures_of_a_course_need_steps_and_those_of_two_ends_a_state():
    two = study(hub(sft={"folder": "sft"}))
    assert {"figure2", "figure3", "figure4", "figure6", "memorisation", "table5"} <= two.lacking.keys()
    assert {"movement", "figure5", "figure7", "table2", "report"} <= set(two.produce)
    steps = study(STEPS)
    assert {"figure2", "figure3", "figure4", "figure6"} <= set(steps.produce)
    assert "memorisation" in steps.lacking
    alone = study({"package": "fbert.demo"}, seeds=[])
    assert {"movement", "figure2"} <= alone.lacking.keys()
    assert {"table3", "table7", "report"} <= set(alone.produce)


def test_titles_say_from_where_to_where():
    assert FIGURES["movement"].title_for(study(STEPS)).endswith("moved from original to late, by layer")
    trained = study({"package": "fbert.demo"})
    assert "during fine-tuning" in FIGURES["figure2"].title_for(trained)


def test_what_a_study_makes_of_given_states_some_job_makes():
    """Each input is a path that a rule of the study has as its output: templates agree."""
    for encoder in (STEPS, hub(sft={"folder": "sft"}), {"package": "fbert.demo"}):
        asked = study(encoder, seeds=[])
        plan = Plan(asked, ROOT / "scripts")
        results = plan.results
        made = {results.encoder("mine"), results.provenance}
        for task in asked.tasks:
            made |= {results.examples(task), results.movement("mine", task), results.passage("mine", task)}
            for state in [ORIGINAL, *map(State.given, asked.states["mine"])]:
                made |= {results.probe("mine", state, task), results.geometry("mine", state, task)}
                made |= {results.store("mine", state, task, "train"), results.reading("mine", state, task)}
                made.add(results.measures("mine", state, task))
        for name in asked.produce:
            made |= set(PRODUCTS[name].files(results))
        for name in asked.produce:
            wanted = {path for paths in PRODUCTS[name].inputs(asked, results).values() for path in paths}
            assert wanted <= made, name


def test_a_state_changes_nothing_of_the_encoder_itself():
    """Whoever brings one more state embeds that one alone."""
    states = [{"sft": {"folder": "sft"}}, {"sft": {"folder": "sft"}, "dpo": {"folder": "dpo"}}]
    plans = [Plan(study(hub(**given), seeds=[0]), ROOT / "scripts") for given in states]
    for rule, wildcards in [
        ("embed", {"encoder": "mine", "state": "original", "task": "POS"}),
        ("embed", {"encoder": "mine", "state": "sft", "task": "POS"}),
        ("finetune", {"encoder": "mine", "tuned": "POS-seed0"}),
        ("probe", {"encoder": "mine", "state": "sft", "task": "POS", "layer": "last"}),
    ]:
        before, after = (plan.job(rule, wildcards) for plan in plans)
        assert before == after is not None
    assert plans[0].job("embed", {"encoder": "mine", "state": "dpo", "task": "POS"}) is None


@pytest.mark.parametrize(
    ("encoder", "changes", "message"),
    [
        (hub(sft={"folder": "a", "package": "b"}), {}, r"states\.sft: give one of hub, folder and package"),
        (hub(sft={"revision": ONE}), {}, r"mine\.states\.sft: is the encoder itself"),
        (hub(sft={"step": 4}), {}, r"mine\.states\.sft: is the encoder itself"),
        (hub(sft={"hub": "org/other"}), {}, r"states\.sft: hub and revision belong together"),
        ({"folder": "a", "states": {"b": {"revision": TWO}}}, {}, r"b: hub and revision belong together"),
        (hub(original={"folder": "a"}), {}, r"states\.original: 'original' is how this workflow"),
        ({"folder": "a", "states": {"POS-seed0": {"folder": "b"}}}, {}, r"POS-seed0: .* take another name"),
        (hub(a_b={"folder": "a"}), {}, r"a_b"),
        (hub(sft={}), {}, r"states\.sft"),
        (hub(sft={"folder": "a", "layers": 1}), {}, r"unknown key 'layers'"),
        (STEPS | {"step": 1000}, {}, r"states\.early\.step: 1000, where the encoder itself is at 1000"),
        (STEPS | {"step": 2000}, {}, r"states\.early\.step: 1000, where the encoder itself is at 2000"),
        (
            hub(a={"folder": "a", "step": 7}, b={"folder": "b", "step": 7}),
            {},
            r"states\.b\.step: 7, where state a is at 7",
        ),
        (STEPS, {"seeds": [0]}, r"states\.late\.step: figures follow either training runs or given states"),
        (hub(sft={"folder": "a"}), {"cross_tasks": CROSS}, r"cross_tasks: needs training"),
        (hub(sft={"folder": "a"}), {"produce": ["figure4"]}, r"produce: figure4 needs .*`step`"),
        (hub(sft={"folder": "a"}), {"produce": ["memorisation"]}, r"memorisation needs training runs"),
    ],
)  # fmt: skip
def test_impossible_states_are_refused_by_key(encoder, changes, message):
    with pytest.raises(InputError, match=message):
        study(encoder, **changes)


def test_what_encoders_take_is_said_before_anything_is_fetched_or_computed():
    encoders = {"mine": {"package": "fbert.demo"}, "far": {"hub": "org/model", "revision": ONE}}
    asked = study_from(TINY | {"encoders": encoders, "main_encoder": "mine"}, Path("tiny.yaml"))
    mine, far = Plan(asked, ROOT / "scripts").space()
    # Three tunings, and of that on POS two snapshots besides.
    assert mine.startswith("mine: 0.1 MB of files")
    assert mine.endswith("checkpoints take up to 5 times as much on disk")
    assert far == "far: not fetched yet, so what it takes is not known"


@pytest.mark.parametrize(
    ("layers", "expected"), [("last", {}), ("all", {"mine": (0, 1)}), ([2, 0], {"mine": (0,)})]
)
def test_layers_beside_the_last_are_those_the_encoder_has(layers, expected):
    """The last layer has records of its own, whatever number it has."""
    asked = study({"package": "fbert.demo"}, seeds=[], layers=layers)
    plan = Plan(asked, ROOT / "scripts")
    assert plan.study.layers_of == expected
    assert ("table8" in asked.lacking) == (layers == "last")
    if layers != "last":
        probes = PRODUCTS["table8"].inputs(plan.study, plan.results)["probes"]
        assert len(probes) == len(asked.tasks) * (len(expected["mine"]) + 1)
        assert "results/tiny/probes/mine/original/POS-layer-0.json" in probes


def test_layers_that_are_not_there_are_refused():
    with pytest.raises(InputError, match=r"layers: 7, but mine has layers 0 to 2"):
        Plan(study({"package": "fbert.demo"}, seeds=[], layers=[7]), ROOT / "scripts")
    with pytest.raises(InputError, match=r"configuration of encoder mine is not here.*\n?.*org/model/1111"):
        Plan(study({"hub": "org/model", "revision": ONE}, seeds=[], layers="all"), ROOT / "scripts")
    with pytest.raises(InputError, match=r"layers"):
        study({"package": "fbert.demo"}, layers="first")


def test_a_state_of_another_size_is_refused_before_any_job(tmp_path):
    build("bert", tmp_path / "large", hidden_size=32)
    encoder = {"package": "fbert.demo", "states": {"big": {"folder": str(tmp_path / "large")}}}
    mine = tmp_path / "mine.yaml"
    mine.write_text(yaml.safe_dump(UNTRAINED | {"encoders": {"mine": encoder}}))
    with pytest.raises(
        InputError, match=r"mine, state big: has layers 3, the encoder itself layers 2; .* own"
    ):
        plan_of({"study": str(mine)}, ROOT)


def test_what_is_not_known_of_a_size_does_not_differ():
    check_alike("a, state b", {"hidden": 8}, {"hidden": 8, "layers": 3})
    with pytest.raises(InputError, match=r"has hidden 9, the encoder itself hidden 8"):
        check_alike("a, state b", {"hidden": 8}, {"hidden": 9, "layers": 3})
