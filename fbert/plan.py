"""The jobs of a study: for each rule what its jobs compute from, and which of them must be done again.

A rule asks here for what determines a job; whatever a script computes from is in its `settings`, so nothing
that matters can be left out of what is compared. Only the standard library is imported, since the workflow
reads this while it plans.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from fbert.corpora.registry import known_files
from fbert.depths import absence, known_shape, with_layers
from fbert.encoder.source import EncoderSource, check_alike
from fbert.errors import InputError
from fbert.files import read_json, write_text
from fbert.fingerprint import PACKAGE, fingerprint, third_party
from fbert.made import COUNTED, Job, Ledger, files_in, installed, newest, oldest, read_from, set_times
from fbert.paths import DOWNLOADS, ONLY_CONFIG, Results, fetched_encoder, results_of
from fbert.products import FIGURES, PRODUCTS, REPORT, TABLES, Inputs
from fbert.states import ORIGINAL, Run, State
from fbert.study.study import (
    Study,
    check_configuration,
    check_owner,
    claim_results,
    load_study,
    locate,
    study_folders,
)

Settings = dict[str, Any]
# Rules whose code does not count: what they bring has a checksum of its own.
_CHECKED_OTHERWISE = ("fetch_corpus_file", "fetch_dataset", "fetch_encoder")


def plan_of(
    config: Mapping[str, Any],
    checkout: Path,
    placed: Callable[[str], str] = str,
    versions_count: bool = True,
) -> Plan:
    """Return the plan of the study that a configuration names.

    Args:
        config: as Snakemake has it.
        checkout: folder of `studies/`, where one is looked for after the working folder, and `scripts/`.
        placed: from the usual folder of a study's results the one that they go to.
        versions_count: whether versions that are installed here are those that jobs have.

    Raises:
        InputError: the configuration or the study is impossible, an encoder is not there, or the folder of
            results is another study's; the message has file and key.
    """
    check_configuration(config)
    file = locate(config["study"], *study_folders(checkout))
    study = load_study(str(file))
    for name, entry in study.encoders.items():
        encoder = EncoderSource.from_study(name, entry)
        _check(encoder, study.finetuning[name].get("freeze", 0))
        for given, state in study.states[name].items():
            found = EncoderSource.from_study(f"{name}, state {given}", state.source)
            _check(found, 0)
            original, shape = known_shape(encoder), known_shape(found)
            if original is not None and shape is not None:
                check_alike(f"encoder {found.name}", original, shape)
    root = placed(results_of(study.name).root)
    check_owner(file, Path(root))
    versions_count = versions_count and config.get("versions_count", True)
    return Plan(study, checkout / "scripts", config.get("checksums"), versions_count, file, root)


class Plan:
    """What a study's jobs are."""

    def __init__(
        self,
        study: Study,
        scripts: Path,
        checksums: Mapping[str, str] | None = None,
        versions_count: bool = True,
        file: Path | None = None,
        root: str | None = None,
    ) -> None:
        """Take a study.

        Args:
            study: whose jobs they are.
            scripts: the folder of the rules' scripts; code is not compared where there is none.
            checksums: of public files, instead of the pinned ones.
            versions_count: whether another version of a package makes results out of date.
            file: of the study, which `claim_results` notes.
            root: folder of its results; None for the usual one.
        """
        self._file = file
        self.study, self.results = with_layers(study), Results(root or results_of(study.name).root)
        self._scripts, self._checksums, self._versions_count = scripts, checksums or {}, versions_count

    def job(self, rule: str, wildcards: Mapping[str, str]) -> Job | None:
        """Return what determines a job; None if the study has no such job."""
        try:
            settings = getattr(self, f"_settings_of_{rule}")(**wildcards)
        except (KeyError, TypeError, AttributeError, InputError):  # of another study, or another version
            return None
        root, sources = self.results.root, self._sources(rule, settings)
        if rule in _CHECKED_OTHERWISE:
            root, sources = DOWNLOADS, []
        code = "-".join(map(fingerprint, sources))
        return Job(root, rule, dict(wildcards), settings, code, versions_behind(sources))

    def needed(self, rule: str, wildcards: Mapping[str, str]) -> Job:
        """Return what determines a job that the study has.

        Raises:
            InputError: it has no such job.
        """
        job = self.job(rule, wildcards)
        if job is None:
            raise InputError(f"study {self.study.name}: has no job {rule} {dict(wildcards)}")
        return job

    def claim_results(self) -> None:
        """Say in the folder of results which study file they are of, so that no namesake takes it."""
        if self._file is not None:
            claim_results(self._file, Path(self.results.root))

    def absent(self) -> list[str]:
        """Return what is to be said of packaged encoders that are not installed here.

        Where jobs have an environment of their own, that is no matter; they look there.
        """
        sources = [EncoderSource.from_study(name, source) for name, source in self.study.encoders.items()]
        given = [
            (name, state.source) for states in self.study.states.values() for name, state in states.items()
        ]
        sources += [EncoderSource.from_study(name, source) for name, source in given]
        said = [absence(source) for source in sources]
        return [text for text in dict.fromkeys(said) if text is not None]

    def space(self) -> Iterator[str]:
        """Yield what each encoder takes, as far as files tell before any job; `fbert check` counts all."""
        for name in self.study.encoders:
            size, kept = self._encoder_bytes(name) / 1e6, self.study.weights_kept(name)
            trained = f"; checkpoints take up to {kept} times as much on disk" if kept else ""
            holds = f"{size:,.1f} MB of files, which its jobs hold in memory{trained}"
            yield f"{name}: {holds if size else 'not fetched yet, so what it takes is not known'}"

    def settle_times(self, mark: Path) -> None:
        """Make time stamps agree with content, since Snakemake goes by them, and write the mark of changes.

        What a touch or a copy made newer than what was made of it would be made again. So if some input of a
        job that is current is newer than its output, all current results get one time. The mark gets a
        later one than any result has, be it of a machine whose clock is ahead.
        """
        files = {key: self.ledger.files(key) for key in self.ledger.records}
        current = [files[key] for key in files if not self.ledger.changes_of(key)]
        if any(newest(read) > oldest(written) for read, written in current):
            latest = max(time.time_ns(), *(newest(read) for read, _ in current))
            set_times([file for _, written in current for file in written], latest)
        everything = [file for _, written in files.values() for file in written]
        write_text(mark, f"{time.time_ns()}\n")
        set_times([mark], max(time.time_ns(), newest(everything) + 10**6))

    @cached_property
    def ledger(self) -> Ledger:
        """The records of what was done, as they were when first asked for."""
        return self.open_ledger(self.results)

    def current_files(self) -> set[str]:
        """Return what the study's jobs have made and would make again just so."""
        ledger = self.open_ledger(self.results)
        current = [key for key in ledger.records if not ledger.changes_of(key)]
        return {str(file) for key in current for file in ledger.files(key)[1]}

    def open_ledger(self, results: Results) -> Ledger:
        """Read the records of what was done in a folder, which need not be this study's usual one."""

        def expected(root: str, rule: str, wildcards: Mapping[str, str]) -> Job | None:
            job = self.job(rule, wildcards)
            return None if job is None else replace(job, root=root)

        return Ledger([results.root, DOWNLOADS], expected, self._versions_count)

    def _sources(self, rule: str, settings: Settings) -> list[Path]:
        """Return the files that a rule's code begins with: its script, and a module that it loads by name."""
        script = self._scripts / f"{rule}.py"
        if not script.is_file():
            return []
        module = {"figure_data": "rows", "draw_figure": "draw"}.get(rule)
        kinds = PACKAGE / "figures"
        return [script, kinds / settings["kind"] / f"{module}.py"] if module else [script]

    # --- what each rule computes from beside its input files

    def _settings_of_fetch_corpus_file(self, file: str) -> Settings:
        return {"checksum": self._checksums.get(file, known_files()[file].checksum)}

    def _settings_of_fetch_dataset(self, hub: str, revision: str, config: str, split: str) -> Settings:
        named = None if config == ONLY_CONFIG else config
        return {"hub": hub, "revision": revision, "config": named, "split": split}

    def _settings_of_fetch_encoder(self, hub: str, revision: str) -> Settings:
        return {"hub": hub, "revision": revision}

    def _settings_of_write_generated_corpus(self) -> Settings:
        return {}

    def _settings_of_prepare_task(self, task: str) -> Settings:
        corpus = self.study.tasks[task]
        source = self.study.corpora[corpus]
        return {
            "corpus": corpus,
            "files": self.raw_files(corpus),
            "reading": source.reading(),
            "definition": asdict(self.study.definitions[task]),
        }

    def _settings_of_describe_encoder(self, encoder: str) -> Settings:
        states = {name: dict(state.source) for name, state in self.study.states[encoder].items()}
        return {"source": dict(self.study.encoders[encoder]), "states": states}

    def _settings_of_finetune(self, encoder: str, tuned: str) -> Settings:
        state = self._tuned(tuned)
        return {
            "source": dict(self.study.encoders[encoder]),
            "task": state.task,
            "seed": state.seed,
            "finetuning": self.study.finetuning[encoder],
            "snapshots": self._snapshots(encoder, state),
        }

    def _settings_of_embed(self, encoder: str, state: str, task: str) -> Settings:
        self._check(state=state, task=task)
        found = State.parse(state)
        given = {"given": dict(self.study.source(encoder, found))} if found.name else {}
        return {"source": dict(self.study.encoders[encoder]), "dtype": self.study.store["dtype"]} | given

    def _settings_of_probe(self, encoder: str, state: str, task: str, layer: str) -> Settings:
        self._check(task=task)
        return {"probe": self.study.probe[encoder], "seed": self._seed(state), "layer": layer}

    def _settings_of_directprobe(self, encoder: str, state: str, task: str, layer: str) -> Settings:
        self._check(encoder=encoder, task=task)
        return {"directprobe": self.study.directprobe, "seed": self._seed(state), "layer": layer}

    def _settings_of_measures(self, encoder: str, state: str, task: str, layer: str) -> Settings:
        self._check(encoder, state, task)
        return {"layer": layer}

    def _settings_of_dynamics(self, encoder: str, tuned: str) -> Settings:
        state = self._tuned(tuned)
        return {
            "source": dict(self.study.encoders[encoder]),
            "task": state.task,
            "directprobe": self.study.directprobe,
        }

    def _settings_of_follow_states(self, encoder: str, task: str) -> Settings:
        self._check(task=task)
        states = self.study.trajectory(encoder)
        if not states:
            raise InputError(f"study {self.study.name}: encoder {encoder} has no states with steps")
        return {
            "updates": list(states),
            "states": [str(state) for state in states.values()],
            "directprobe": self.study.directprobe,
        }

    def _settings_of_learning_curves(self, encoder: str, tuned: str) -> Settings:
        self._check(encoder=encoder)
        state = self._tuned(tuned)
        return {"memorisation": self.study.memorisation, "task": state.task, "seed": state.seed}

    def _settings_of_make_table(self, table: str) -> Settings:
        product = TABLES[table]
        return {
            "title": product.title,
            "study": {"name": self.study.name, "description": self.study.description},
            "files": product.inputs(self.study, self.results),
        }

    def _settings_of_figure_data(self, figure: str) -> Settings:
        product = FIGURES[figure]
        runs = product.runs(self.study)
        return {
            "kind": product.kind,
            "every_layer": product.every_layer,
            "runs": [[run.task, run.end.seed if run.end.is_tuned else None] for run in runs],
            "synthetic": {run.task: self._is_synthetic(run.task) for run in runs},
        }

    def _settings_of_draw_figure(self, figure: str) -> Settings:
        product = FIGURES[figure]
        study = {"name": self.study.name, "encoder": self.study.main_encoder}
        return {"kind": product.kind, "title": product.title_for(self.study), "study": study}

    def _settings_of_health(self) -> Settings:
        return {"files": PRODUCTS["health"].inputs(self.study, self.results)}

    def _settings_of_findings(self) -> Settings:
        return {
            "study": self.study.name,
            "description": self.study.description,
            "seeds": list(self.study.seeds),
            "main_encoder": self.study.main_encoder,
            "files": PRODUCTS["findings"].inputs(self.study, self.results),
        }

    def _settings_of_movement_view(self, encoder: str, task: str) -> Settings:
        self._check(encoder=encoder, task=task)
        end = self._end(encoder, task)
        return {"encoder": encoder, "task": task, "state": end.representation, "seed": end.seed}

    def _settings_of_report(self) -> Settings:
        files = PRODUCTS["report"].inputs(self.study, self.results)
        return {"files": files, "study": self.study.name}

    def _settings_of_provenance(self) -> Settings:
        return {"study": asdict(self.study)}

    # --- input functions of the rules: from wildcards to files

    def encoder_files(self, wildcards: Any) -> list[str]:
        """Return what an encoder is read from: its record if it is of the hub, else its folder's files.

        Those of a package are none of them: it may be in the environment of jobs alone, and their records say
        what they read of it (`fbert.job`).
        """
        return self._files_of_source(wildcards.encoder, self.study.encoders[wildcards.encoder])

    def model_type(self, wildcards: Any) -> str | None:
        """Return what a study says of a model of the hub whose configuration does not name its type.

        It is needed to try whether the model opens; no file that is fetched depends on it.
        """
        place = (wildcards.hub, wildcards.revision)
        said = [of for of in self.study.sources if (of.get("hub"), of.get("revision")) == place]
        return next((source["model_type"] for source in said if "model_type" in source), None)

    def described_files(self, wildcards: Any) -> list[str]:
        """Return what an encoder and its given states are read from."""
        given = self.study.states[wildcards.encoder].values()
        sources = [self.study.encoders[wildcards.encoder], *(state.source for state in given)]
        files = [file for source in sources for file in self._files_of_source(wildcards.encoder, source)]
        return list(dict.fromkeys(files))

    def raw_files_of_task(self, wildcards: Any) -> list[str]:
        """Return the raw files of a task's corpus."""
        return list(self.raw_files(self.study.tasks[wildcards.task]).values())

    def examples_tuned_on(self, wildcards: Any) -> str:
        """Return the examples that a state was tuned on."""
        return self.results.examples(State.parse(wildcards.tuned).task)

    def encoder_megabytes(self, wildcards: Any) -> int:
        """Return the size of all files of an encoder; 0 while it has not been fetched."""
        return self._encoder_bytes(wildcards.encoder) // 10**6

    def embedding_inputs(self, wildcards: Any) -> Inputs:
        """Return a task's examples, the original encoder, and what a tuned or given state is read from."""
        state = State.parse(wildcards.state)
        tuned = [self.results.checkpoint(wildcards.encoder, state)] if state.is_tuned else []
        examples = [self.results.examples(wildcards.task)]
        source = self.study.source(wildcards.encoder, state) if state.name else None
        given = [] if source is None else self._files_of_source(wildcards.encoder, source)
        encoder = list(dict.fromkeys([*self.encoder_files(wildcards), *given]))
        return {"examples": examples, "encoder": encoder, "checkpoint": tuned}

    def stores_of_states(self, wildcards: Any) -> Inputs:
        """Return the training stores of a task in each state of an encoder's trajectory."""
        states = self.study.trajectory(wildcards.encoder).values()
        stores = [self.results.store(wildcards.encoder, state, wildcards.task, "train") for state in states]
        return {"stores": stores}

    def trajectory_inputs(self, wildcards: Any) -> Inputs:
        """Return the examples trained on, the original encoder, and the checkpoint with its snapshots."""
        checkpoint = [self.results.checkpoint(wildcards.encoder, wildcards.tuned)]
        examples = [self.examples_tuned_on(wildcards)]
        return {"examples": examples, "encoder": self.encoder_files(wildcards), "checkpoint": checkpoint}

    def stores(self, wildcards: Any) -> Inputs:
        """Return the stores of a task in one state of an encoder."""
        return self._stores("", wildcards.encoder, State.parse(wildcards.state), wildcards.task)

    def stores_of_state_and_original(self, wildcards: Any) -> Inputs:
        """Return the training stores of a task in one state and in the original one."""
        states = {"train": wildcards.state, "original": ORIGINAL}
        return {
            name: [self.results.store(wildcards.encoder, state, wildcards.task, "train")]
            for name, state in states.items()
        }

    def stores_before_and_after(self, wildcards: Any) -> Inputs:
        """Return the stores of the task that `tuned` was tuned on, before and after."""
        encoder, state = wildcards.encoder, State.parse(wildcards.tuned)
        before = self._stores("original_", encoder, ORIGINAL, state.task)
        return before | self._stores("tuned_", encoder, state, state.task)

    def movement_inputs(self, wildcards: Any) -> Inputs:
        """Return the record of what was followed, else the stores of its two ends."""
        encoder, task = wildcards.encoder, wildcards.task
        run = Run(task, self._end(encoder, task))
        of_figures = encoder == self.study.main_encoder and task in self.study.dynamics["tasks"]
        if of_figures and run in self.study.courses(task):
            return {"trajectory": [self.results.trajectory(encoder, run)]}
        ends = {"before": ORIGINAL, "after": run.end}
        return {name: [self.results.store(encoder, end, task, "train")] for name, end in ends.items()}

    def products_but_the_report(self, wildcards: Any) -> list[str]:
        """Return what provenance is about; the report names what it found, so it comes after."""
        shown = [PRODUCTS[name] for name in self.study.produce if name != REPORT]
        return [file for product in shown for file in product.files(self.results)]

    # --- pieces

    def _stores(self, prefix: str, encoder: str, state: State, task: str) -> Inputs:
        return {
            f"{prefix}{split}": [self.results.store(encoder, state, task, split)]
            for split in ("train", "test")
        }

    def raw_files(self, corpus: str) -> dict[str, str]:
        """Return the raw files of a corpus, by part."""
        source = self.study.corpora[corpus]
        if source.generated:
            return {part: self.results.raw(f"generated/{file}") for part, file in source.files.items()}
        return source.paths()

    def _files_of_source(self, encoder: str, source: Mapping[str, Any]) -> list[str]:
        found = EncoderSource.from_study(encoder, source)
        adapter = [] if found.adapter is None else files_in([found.adapter])
        if found.hub is not None:
            return [fetched_encoder(found.hub, str(found.revision)), *adapter]
        if found.package is not None:
            return adapter
        found.location()  # says what is wrong with it, if anything is
        return read_from(map(str, found.folders()))

    def _encoder_bytes(self, encoder: str) -> int:
        """Return the size of an encoder's files, and its adapter's; 0 while it is not here."""
        source = EncoderSource.from_study(encoder, self.study.encoders[encoder])
        if source.hub is None:
            files = [] if absence(source) else files_in(map(str, source.folders()))
            return sum(Path(file).stat().st_size for file in files)
        first, *more = [Path(file) for file in self._files_of_source(encoder, self.study.encoders[encoder])]
        fetched = sum(read_json(first)["bytes"].values()) if first.is_file() else 0
        return fetched + sum(file.stat().st_size for file in more) if fetched else 0

    def _end(self, encoder: str, task: str) -> State:
        """Return the first of the states that show what became of an encoder on a task.

        Raises:
            InputError: there is none beside the original.
        """
        runs = self.study.ends(encoder, task)
        if not runs:
            raise InputError(f"study {self.study.name}: has no second state of {encoder} for {task}")
        return runs[0].end

    def _check(self, encoder: str | None = None, state: str | None = None, task: str | None = None) -> None:
        """Refuse what the study does not have, so that what another study left is not taken for its own.

        Raises:
            InputError: no such encoder, state or task.
        """
        for name, valid in ((encoder, self.study.encoders), (task, self.study.tasks)):
            if name is not None and name not in valid:
                raise InputError(f"study {self.study.name}: has no '{name}'")
        if state is not None:
            self._state(state)

    def _is_synthetic(self, task: str) -> bool:
        return self.study.corpora[self.study.tasks[task]].synthetic

    def _state(self, text: str) -> State:
        state = State.parse(text)
        given = any(text in states for states in self.study.states.values())
        if state != ORIGINAL and state not in self.study.tuned and not given:
            raise InputError(f"study {self.study.name}: has no state '{text}'")
        return state

    def _tuned(self, text: str) -> State:
        state = self._state(text)
        if not state.is_tuned:
            raise InputError(f"'{text}' was not trained")
        return state

    def _seed(self, state: str) -> int:
        """Return the seed of a tuned state; for others the study's first, or 0."""
        found = self._state(state)
        return found.seed if found.is_tuned else [*self.study.seeds, 0][0]

    def _snapshots(self, encoder: str, state: State) -> int:
        """Return how many snapshots a training run keeps: those of followed runs, none elsewhere."""
        return int(self.study.dynamics["snapshots"]) if self._is_followed(encoder, state) else 0

    def _is_followed(self, encoder: str, state: State) -> bool:
        return encoder == self.study.main_encoder and state in self.study.followed


def versions_behind(sources: Iterable[Path]) -> dict[str, str | None]:
    """Return the versions of the packages that count for these files; None of one that is not installed."""
    names = {name for file in sources for name in third_party(file)}
    return {COUNTED[name]: installed(COUNTED[name]) for name in sorted(names & COUNTED.keys())}


def _check(source: EncoderSource, frozen: int) -> None:
    """Refuse what an encoder cannot be asked for, as far as it is here."""
    if absence(source) is None:
        source.check(frozen)
