"""A study: what is computed. Read from one YAML file that stands alone, checked before any job starts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fbert.corpora.registry import CorpusSource
from fbert.errors import InputError, nearest
from fbert.files import write_text
from fbert.products import PRODUCTS
from fbert.states import ORIGINAL, Run, State
from fbert.study.corpora import check_task, corpus_source
from fbert.study.given import GivenState, first_step, given_states
from fbert.study.known_tasks import KNOWN_TASKS
from fbert.study.probes import check_probes, meant
from fbert.study.schema import read_yaml, validate
from fbert.task_definitions import TaskDefinition

_SECTIONS = ("finetuning", "probe", "directprobe", "dynamics", "memorisation", "store")
_CROSS_TASKS = (("PS-role", "PS-fxn"), ("POS", "PS-fxn"))
_HERE = Path(__file__).parent
OWNER = "made/study"


@dataclass(frozen=True)
class Study:
    """A checked study, all defaults filled in.

    Attributes:
        name: the folder of its results.
        description: what it asks.
        seeds: one training run for each, encoder and task; none if nothing is trained.
        encoders: for each name, where it comes from (hub and revision, folder, or package; layers).
        states: for each encoder, its states that were trained elsewhere.
        first_steps: for each encoder, the number of updates behind its own weights.
        corpora: for each name, its files and format.
        tasks: for each task, the name of its corpus.
        definitions: for each task, where its examples and labels are.
        finetuning: for each encoder, the settings of fine-tuning.
        probe: for each encoder, the settings of its probes.
        dynamics: `tasks` that are followed through fine-tuning, and the number of `snapshots`.
        cross_tasks: pairs of the task tuned on and the task probed on.
        layers: `last`, `all`, or numbers of the layers that are looked at beside the last.
        layers_of: for each encoder, the numbers of these, once it is known how many it has.
        produce: names of the tables, figures and so on that are made without being asked for by name.
        lacking: for those that cannot be made, what the study would need.
        main_encoder: the one that Tables 2, 3 and 5 and the figures show.
        given: what the study file says, before defaults were filled in.
    """

    name: str
    description: str
    seeds: tuple[int, ...]
    encoders: Mapping[str, Mapping[str, Any]]
    states: Mapping[str, Mapping[str, GivenState]]
    first_steps: Mapping[str, int]
    corpora: Mapping[str, CorpusSource]
    tasks: Mapping[str, str]
    definitions: Mapping[str, TaskDefinition]
    finetuning: Mapping[str, Mapping[str, Any]]
    probe: Mapping[str, Mapping[str, Any]]
    directprobe: Mapping[str, Any]
    dynamics: Mapping[str, Any]
    cross_tasks: tuple[tuple[str, str], ...]
    memorisation: Mapping[str, Any]
    store: Mapping[str, Any]
    layers: str | tuple[int, ...]
    produce: tuple[str, ...]
    lacking: Mapping[str, str]
    main_encoder: str
    layers_of: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)

    def tunings(self, task: str) -> list[State]:
        """Return the states of an encoder tuned on `task`, one for each seed."""
        return [State(task, seed) for seed in self.seeds]

    def states_of(self, encoder: str, task: str) -> list[State]:
        """Return the states that `task` compares: original, tuned on it with each seed, and given ones.

        Of a trajectory of given states that is its end.
        """
        return [ORIGINAL, *self.tunings(task), *self.compared(encoder)]

    def compared(self, encoder: str) -> list[State]:
        """Return the given states that tables compare with an encoder; of a trajectory that is its end."""
        states = self.states[encoder]
        *passed, _ = [name for name, state in states.items() if state.step is not None] or [""]
        return [State.given(name) for name in states if name not in passed]

    def trajectory(self, encoder: str) -> dict[int, State]:
        """Return the states of an encoder's trajectory by step, the original first; none without steps."""
        steps = {state.step: State.given(name) for name, state in self.states[encoder].items()}
        followed = {step: state for step, state in steps.items() if step is not None}
        return {self.first_steps[encoder]: ORIGINAL} | followed if followed else {}

    def source(self, encoder: str, state: State) -> Mapping[str, Any]:
        """Return where the weights of a state come from; of a tuned one, those it was tuned from."""
        return self.states[encoder][state.name].source if state.name else self.encoders[encoder]

    @property
    def sources(self) -> list[Mapping[str, Any]]:
        """Where all weights come from that are not trained here."""
        given = [state.source for states in self.states.values() for state in states.values()]
        return [*self.encoders.values(), *given]

    @property
    def tuned(self) -> list[State]:
        """All states that the study trains."""
        return [state for task in self.tasks for state in self.tunings(task)]

    @property
    def followed(self) -> list[State]:
        """The training runs of the main encoder that are followed, snapshot after snapshot."""
        return [state for task in self.dynamics["tasks"] for state in self.tunings(task)]

    def weights_kept(self, encoder: str) -> int:
        """Return how many times as much as an encoder's weights its checkpoints take on disk, at most.

        Each has them once, and one of a run that is followed once more for each snapshot but the first.
        """
        followed = self.followed if encoder == self.main_encoder else []
        return len(self.tuned) + len(followed) * (int(self.dynamics["snapshots"]) - 1)

    def ends(self, encoder: str, task: str) -> list[Run]:
        """Return what figures show of an encoder and task before and after.

        That is each training run, or where nothing is trained the last given state.
        """
        ends = self.tunings(task) if self.seeds else self.compared(encoder)[-1:]
        return [Run(task, end) for end in ends]

    def courses(self, task: str) -> list[Run]:
        """Return what is followed of the main encoder and a task: training runs, or the given trajectory."""
        if self.seeds:
            return [Run(task, state) for state in self.tunings(task)]
        return [Run(task, end) for end in list(self.trajectory(self.main_encoder).values())[-1:]]


def load_study(name: str, *folders: Path) -> Study:
    """Load and check the study called `name` in the first folder that has it, or the file at the path `name`.

    Raises:
        InputError: no such study, or one that cannot be carried out; the message has file and key.
    """
    path = locate(name, *folders)
    _check_name(path)
    return study_from(read_yaml(path), path)


def study_from(given: Mapping[str, Any], path: Path) -> Study:
    """Check the content of a study file, and fill in what it leaves open.

    Args:
        given: the content, as YAML reads it.
        path: of the file; its stem is the study's name, and messages begin with it.

    Raises:
        InputError: the study cannot be carried out; the message has file and key.
    """
    validate(given, read_yaml(_HERE / "schema.yaml"), str(path))
    check_probes(given, str(path))
    content = _with_defaults(given)
    content.setdefault("seeds", _default_seeds(given))
    _check_encoders(content, path)
    corpora = {
        key: corpus_source(value, f"{path}: corpora.{key}") for key, value in content["corpora"].items()
    }
    definitions = {
        task: _definition(task, entry, corpora, f"{path}: tasks.{task}")
        for task, entry in content["tasks"].items()
    }
    words = [task for task, definition in definitions.items() if definition.arity > 0]
    content["dynamics"].setdefault("tasks", words)
    return replace(_build(content, corpora, definitions, path), given=given)


def check_configuration(config: Mapping[str, Any]) -> None:
    """Refuse a configuration with unknown keys or impossible values.

    Raises:
        InputError: one line for each fault.
    """
    schema = read_yaml(_HERE / "machine.yaml")
    validate(dict(config), schema, "configuration (config.yaml, --configfile, --config)")


def _check_name(path: Path) -> None:
    """Refuse a file whose name cannot be that of a folder under `results/`."""
    if path.stem in ("", "downloads") or path.stem.startswith(".") or set(path.stem) & set("{}<>\\"):
        raise InputError(
            f"{path}: a study's results go into results/NAME, and '{path.stem}' cannot be that name: it must "
            "not be `downloads`, begin with a dot, or have one of {}<>\\; rename the file"
        )


def check_owner(path: Path, results: Path) -> None:
    """Refuse a study whose results would go over those of another study of the same name.

    A study that comes with fbert is the same in every checkout, be it of a later version.

    Args:
        path: of the study's file.
        results: its folder, in which `claim_results` left the path of the study it is of.

    Raises:
        InputError: a file with other content, which is still there, made them; the message has both.
    """
    claimed = results / OWNER
    owner = Path(claimed.read_text(encoding="utf-8").strip()) if claimed.is_file() else path
    same = owner.is_file() and owner.read_bytes() == path.read_bytes()
    if owner.is_file() and not same and not (_is_shipped(owner) and _is_shipped(path)):
        raise InputError(
            f"{path}: {results} has the results of another study of this name, {owner}; "
            "rename one of the two files"
        )


def claim_results(path: Path, results: Path) -> None:
    """Say in a folder of results which study file they are of."""
    write_text(results / OWNER, f"{path.resolve()}\n")


def locate(name: str, *folders: Path) -> Path:
    """Return the file of the study called `name` in the first folder that has it, or at the path `name`.

    Raises:
        InputError: there is no such study; the message has the folders and the nearest name.
    """
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    paths = [folder / f"{name}.yaml" for folder in folders]
    found = next((path for path in paths if path.is_file()), None)
    if found is None:
        there = sorted({file.stem for folder in folders for file in folder.glob("*.yaml")})
        places = " nor ".join(map(str, paths))
        raise InputError(f"configuration: study: there is no {places}; {nearest(name, there)}")
    return found


def study_folders(checkout: Path) -> list[Path]:
    """Return where studies are looked for by name: in the working folder, then among those of a checkout."""
    own, shipped = Path("studies"), checkout / "studies"
    return [shipped] if own.resolve() == shipped.resolve() else [own, shipped]


def configuration_file(checkout: Path) -> Path | None:
    """Return the configuration of the working folder; if it has none, that of a checkout, if it is one."""
    own = [Path("config.yaml"), Path("config", "config.yaml")]
    return next((path for path in [*own, checkout / "config.yaml"] if path.is_file()), None)


def _is_shipped(study: Path) -> bool:
    """Tell whether a study's file is one that comes with fbert, in whichever checkout."""
    folder = study.resolve().parent
    return folder.name == "studies" and (folder.parent / "fbert" / "study" / "schema.yaml").is_file()


def _with_defaults(content: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in the defaults that the schema states."""
    schema = read_yaml(_HERE / "schema.yaml")
    top = {key: entry["default"] for key, entry in schema["properties"].items() if "default" in entry}
    filled = top | dict(content)
    for section in _SECTIONS:
        properties = schema["$defs"][section]["properties"]
        defaults = {key: entry["default"] for key, entry in properties.items() if "default" in entry}
        filled[section] = defaults | filled[section]
    return filled


def _default_seeds(given: Mapping[str, Any]) -> list[int]:
    """Return the seeds of a study that names none; whoever brings states and no `finetuning` wants none."""
    brings_states = any("states" in encoder for encoder in given["encoders"].values())
    return [] if brings_states and "finetuning" not in given else [0]


def _check_encoders(content: Mapping[str, Any], path: Path) -> None:
    for name, encoder in content["encoders"].items():
        key = f"{path}: encoders.{name}"
        if sum(source in encoder for source in ("hub", "folder", "package")) != 1:
            raise InputError(f"{key}: give exactly one of hub, folder and package")
        if ("hub" in encoder) != ("revision" in encoder):
            raise InputError(f"{key}: hub and revision belong together; pin the commit hash")
        steps = [name for name, state in encoder.get("states", {}).items() if "step" in state]
        if steps and content["seeds"]:
            raise InputError(
                f"{key}.states.{steps[0]}.step: figures follow either training runs or given states; write "
                "`seeds: []` to train nothing, or leave the steps out"
            )
    main = content.get("main_encoder")
    if main is not None and main not in content["encoders"]:
        raise InputError(f"{path}: main_encoder: no encoder '{main}'; {nearest(main, content['encoders'])}")


def _definition(
    task: str, entry: Mapping[str, Any], corpora: Mapping[str, CorpusSource], key: str
) -> TaskDefinition:
    """Return where a task's examples are: one of the known tasks, or as its entry says."""
    corpus = entry["corpus"]
    own = {name: value for name, value in entry.items() if name not in ("corpus", "contradictions")}
    if corpus not in corpora:
        raise InputError(f"{key}.corpus: no corpus '{corpus}' in this study; {nearest(corpus, corpora)}")
    if task in KNOWN_TASKS and own:
        raise InputError(f"{key}: {task} is defined already; give a task of your own another name")
    if task not in KNOWN_TASKS and not {"level", "label"} <= set(own):
        known = nearest(task, KNOWN_TASKS)
        raise InputError(f"{key}: a task of your own needs level and label; for a known one: {known}")
    definition = KNOWN_TASKS[task] if task in KNOWN_TASKS else TaskDefinition(**own)
    definition = replace(definition, contradictions=entry.get("contradictions", definition.contradictions))
    for column, expression in definition.where.items():
        _check_expression(expression, f"{key}.where.{column}")
    check_task(definition, corpus, corpora[corpus], key)
    return definition


def _check_expression(expression: str, key: str) -> None:
    try:
        re.compile(expression)
    except re.error as error:
        raise InputError(f"{key}: '{expression}' is no regular expression ({error})") from error


def _cross_tasks(content: Mapping[str, Any], path: Path) -> tuple[tuple[str, str], ...]:
    """Return the pairs of tasks for Table 5: those asked for, or the paper's."""
    tasks = content["tasks"]
    if "cross_tasks" not in content:
        return tuple(pair for pair in _CROSS_TASKS if set(pair) <= set(tasks) and content["seeds"])
    if not content["seeds"]:
        raise InputError(f"{path}: cross_tasks: needs training runs, and this study has no seeds")
    for entry in content["cross_tasks"]:
        for key, task in entry.items():
            if task not in tasks:
                raise InputError(f"{path}: cross_tasks: {key}: no task '{task}' here; {nearest(task, tasks)}")
        if entry["tuned_on"] == entry["probed_on"]:
            raise InputError(f"{path}: cross_tasks: name two different tasks, not {entry['tuned_on']} twice")
    return tuple((entry["tuned_on"], entry["probed_on"]) for entry in content["cross_tasks"])


def _check_followed(content: Mapping[str, Any], path: Path) -> None:
    for task in content["dynamics"]["tasks"]:
        if task not in content["tasks"]:
            valid = nearest(task, content["tasks"])
            raise InputError(f"{path}: dynamics.tasks: no task '{task}' in this study; {valid}")


def _with_products(study: Study, asked_for: list[str] | None, path: Path) -> Study:
    """Say what is made, which is what was asked for or all that is possible, and what the rest lacks."""
    lacking = {name: lack for name, product in PRODUCTS.items() if (lack := product.lack(study)) is not None}
    for name in asked_for or []:
        if name in lacking:
            raise InputError(f"{path}: produce: {name} needs {lacking[name]}")
    possible = [name for name in PRODUCTS if name not in lacking]
    return replace(study, produce=tuple(asked_for or possible), lacking=lacking)


def _by_encoder(section: str, content: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the settings of a section for each encoder, its own keys before the study's."""
    return {name: content[section] | entry.get(section, {}) for name, entry in content["encoders"].items()}


def _build(
    content: Mapping[str, Any],
    corpora: Mapping[str, CorpusSource],
    definitions: Mapping[str, TaskDefinition],
    path: Path,
) -> Study:
    entries = {
        name: {key: value for key, value in encoder.items() if key not in ("finetuning", "probe")}
        for name, encoder in content["encoders"].items()
    }
    encoders = {
        name: {key: value for key, value in entry.items() if key not in ("states", "step")}
        for name, entry in entries.items()
    }
    _check_followed(content, path)
    study = Study(
        name=path.stem,
        description=content["description"].strip(),
        seeds=tuple(content["seeds"]),
        encoders=encoders,
        states={name: given_states(entry, f"{path}: encoders.{name}") for name, entry in entries.items()},
        first_steps={name: first_step(entry) for name, entry in entries.items()},
        corpora=corpora,
        tasks={task: entry["corpus"] for task, entry in content["tasks"].items()},
        definitions=definitions,
        finetuning=_by_encoder("finetuning", content),
        probe={name: meant(probe) for name, probe in _by_encoder("probe", content).items()},
        directprobe=content["directprobe"],
        dynamics=content["dynamics"],
        cross_tasks=_cross_tasks(content, path),
        memorisation=content["memorisation"],
        store=content["store"],
        layers=content["layers"] if isinstance(content["layers"], str) else tuple(content["layers"]),
        produce=(),
        lacking={},
        main_encoder=content.get("main_encoder", list(encoders)[-1]),
    )
    return _with_products(study, content.get("produce"), path)
