"""What a study can be asked for by name: tables, figures, findings, the report.

One entry in `PRODUCTS` makes a product: its name, what it shows, what a study must have for it, and the files
that it is made from. Rules, the study's own checks, the list of targets and the report all go through it.

Only the standard library is imported here, since the workflow reads this while it plans. No job does: what a
job needs of a product (a title, a kind) is handed to it, so that rewording a title redraws one figure and
trains nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fbert.paths import Results
from fbert.states import ORIGINAL, Run, State

if TYPE_CHECKING:
    from fbert.study.study import Study

Inputs = dict[str, list[str]]
"""Files by kind."""


@dataclass(frozen=True)
class Product:
    """Something to be asked for by name.

    Attributes:
        name: the target.
        title: what it shows; heads its caption.
        forms: endings of its files, which `files` returns.
        inputs: the files it is made from.
        lack: what a study would need for it and does not have; None if nothing.
    """

    name: str
    title: str
    forms: tuple[str, ...]
    inputs: Callable[[Study, Results], Inputs]
    lack: Callable[[Study], str | None] = lambda study: None

    def files(self, results: Results) -> list[str]:
        """Return the files that asking for it makes."""
        return [f"{results.root}/{self.name}.{form}" for form in self.forms]

    def title_for(self, study: Study) -> str:
        """Return the title; if nothing is trained, what changes does so between given states."""
        return self.title if study.seeds else _IN_TUNING.sub(_between_states(study), self.title)


@dataclass(frozen=True)
class TableProduct(Product):
    """A table."""

    def files(self, results: Results) -> list[str]:
        """Return the table in its forms."""
        return [results.table(self.name, form) for form in self.forms]


@dataclass(frozen=True)
class FigureProduct(Product):
    """A figure.

    Attributes:
        kind: the folder of `fbert.figures` with the modules that make its CSV (`rows`) and draw it (`draw`).
        tasks: the tasks it shows; None for all tasks of the study's dynamics.
        every_layer: whether it shows all layers or every second one, where it shows several.
        every_seed: whether it shows all seeds; projections cannot be averaged and show the first.
    """

    kind: str = ""
    tasks: tuple[str, ...] | None = None
    every_layer: bool = False
    every_seed: bool = True

    def files(self, results: Results) -> list[str]:
        """Return the figure's table, its picture and its caption in their forms."""
        return [results.figure(self.name, form) for form in self.forms]

    def runs(self, study: Study) -> list[Run]:
        """Return what it shows of the main encoder: training runs or given states, or tasks by layer."""
        if self.kind == "by_layer":
            return [Run(task, ORIGINAL) for task in study.tasks]
        tasks = study.dynamics["tasks"] if self.tasks is None else self.tasks
        found = {task: self._runs_of(study, task) for task in tasks}
        return [run for runs in found.values() for run in (runs if self.every_seed else runs[:1])]

    def _runs_of(self, study: Study, task: str) -> list[Run]:
        if self.kind in _OF_ENDS:
            return study.ends(study.main_encoder, task)
        return study.courses(task)


_OF_ENDS = ("differences", "movement")
"""Kinds of figures that need the first and the last state alone."""
_IN_TUNING = re.compile("(in|during|through) fine-tuning")


def _between_states(study: Study) -> str:
    """Return between which states things change where nothing is trained."""
    states = [str(run.end) for run in study.ends(study.main_encoder, "")]
    return f"from original to {states[0]}" if states else "in the original"


# --- what tables are made from --------------------------------------------------------------------


def _encoders(study: Study, results: Results) -> Inputs:
    return {"encoders": [results.encoder(encoder) for encoder in study.encoders]}


def _examples(study: Study, results: Results) -> Inputs:
    return {"examples": [results.examples(task) for task in study.tasks]}


def _health_inputs(study: Study, results: Results) -> Inputs:
    """What the original encoders read; tuning changes no word."""
    places = [(encoder, ORIGINAL, task) for encoder in study.encoders for task in study.tasks]
    return _examples(study, results) | {"readings": [results.reading(*place) for place in places]}


def _tasks(study: Study, results: Results) -> Inputs:
    return _examples(study, results) | {"health": [results.health]}


def _records(study: Study, results: Results) -> Inputs:
    """All encoders and tasks, original and tuned."""
    return _pairs_of_records(study, results, list(study.encoders), list(study.tasks))


def _records_and_readings(study: Study, results: Results) -> Inputs:
    """The same, and how each encoder, and each of its given states, reads the words."""
    places = [
        (encoder, state, task)
        for encoder in study.encoders
        for task in study.tasks
        for state in [ORIGINAL, *study.compared(encoder)]
    ]
    return _records(study, results) | {"readings": [results.reading(*place) for place in places]}


def _records_of_main_encoder(study: Study, results: Results) -> Inputs:
    return _pairs_of_records(study, results, [study.main_encoder], list(study.tasks))


def _clusters_of_questions(study: Study, results: Results) -> Inputs:
    found = _pairs_of_records(study, results, list(study.encoders), ["TREC-50"])
    return {"geometries": found["geometries"]}


def _cross_records(study: Study, results: Results) -> Inputs:
    """The main encoder on each task of Table 5: original, tuned on the task itself, tuned on others."""
    places = [
        (study.main_encoder, state, probed_on)
        for probed_on in dict.fromkeys(probed_on for _, probed_on in study.cross_tasks)
        for state in [
            ORIGINAL,
            *study.tunings(probed_on),
            *(
                state
                for tuned_on, other in study.cross_tasks
                if other == probed_on
                for state in study.tunings(tuned_on)
            ),
        ]
    ]
    return _records_at(results, places)


def _pairs_of_records(study: Study, results: Results, encoders: list[str], tasks: list[str]) -> Inputs:
    places = [
        (encoder, state, task)
        for encoder in encoders
        for task in tasks
        for state in study.states_of(encoder, task)
    ]
    return _records_at(results, places)


def _records_at(
    results: Results, places: list[tuple[str, State, str]] | list[tuple[str, State, str, str]]
) -> Inputs:
    """Return the two records of each encoder, state and task, and of each layer if it is not the last."""
    return {
        "probes": [results.probe(*place) for place in places],
        "geometries": [results.geometry(*place) for place in places],
    }


def _records_by_layer(study: Study, results: Results, encoders: list[str]) -> Inputs:
    return _records_at(results, _places_by_layer(study, encoders))


def _places_by_layer(study: Study, encoders: list[str]) -> list[tuple[str, State, str, str]]:
    return [
        (encoder, state, task, layer)
        for encoder in encoders
        for task in study.tasks
        for state in study.states_of(encoder, task)
        for layer in [*map(str, study.layers_of.get(encoder, ())), "last"]
    ]


def _records_of_layers(study: Study, results: Results) -> Inputs:
    return _records_by_layer(study, results, list(study.encoders))


def _records_with_measures(study: Study, results: Results) -> Inputs:
    """All encoders, tasks and layers: the two records of each, and that of measures beside ours."""
    found = _records_by_layer(study, results, list(study.encoders))
    places = _places_by_layer(study, list(study.encoders))
    return found | {"measures": [results.measures(*place) for place in places]}


def _nothing_but_originals(study: Study) -> str | None:
    return None if study.seeds or any(study.given.values()) else "training runs (`seeds`), or given states"


def _last_layer_alone(study: Study) -> str | None:
    return "`layers: all`, or a list of layers" if study.layers == "last" else None


def _no_questions(study: Study) -> str | None:
    return None if "TREC-50" in study.tasks else "the task TREC-50"


def _no_cross_tasks(study: Study) -> str | None:
    return None if study.cross_tasks else "a pair of tasks under cross_tasks"


# --- what figures are made from -------------------------------------------------------------------


def _figure_inputs(figure: FigureProduct, study: Study, results: Results) -> Inputs:
    """One file, or one of each kind, for each training run that the figure shows."""
    if figure.kind == "by_layer":
        return _records_by_layer(study, results, [study.main_encoder])
    encoder, runs = study.main_encoder, figure.runs(study)
    if figure.kind == "memorisation":
        return {"learning_curves": [results.learning_curves(encoder, run.end) for run in runs]}
    if figure.kind in _OF_ENDS:
        return {
            "before": [results.store(encoder, ORIGINAL, run.task, "train") for run in runs],
            "after": [results.store(encoder, run.end, run.task, "train") for run in runs],
        }
    return {"trajectories": [results.trajectory(encoder, run) for run in runs]}


def _not_followed(figure: FigureProduct, study: Study) -> str | None:
    if figure.kind == "by_layer":
        return _last_layer_alone(study)
    followed = study.dynamics["tasks"]
    if figure.tasks is None and not followed:
        return "a task under dynamics.tasks"
    missing = [task for task in figure.tasks or () if task not in followed]
    if missing:
        return f"{missing[0]} under dynamics.tasks"
    return None if figure.kind == "plane" else _no_second_state(figure, study)


def _no_second_state(figure: FigureProduct, study: Study) -> str | None:
    if study.seeds:
        return None
    if figure.kind == "memorisation":
        return "training runs (`seeds`)"
    if figure.kind in _OF_ENDS:
        return None if study.states[study.main_encoder] else "training runs, or `states` of the main encoder"
    with_steps = study.trajectory(study.main_encoder)
    return None if with_steps else "training runs, or `states` of the main encoder with a `step`"


def _figure(
    name: str,
    kind: str,
    title: str,
    tasks: tuple[str, ...] | None = None,
    every_layer: bool = False,
    every_seed: bool = True,
) -> FigureProduct:
    def inputs(study: Study, results: Results) -> Inputs:
        return {} if kind == "plane" else _figure_inputs(made, study, results)

    def lack(study: Study) -> str | None:
        return _not_followed(made, study)

    forms = ("csv", "pdf", "png", "md", "json")
    made = FigureProduct(name, title, forms, inputs, lack, kind, tasks, every_layer, every_seed)
    return made


def _differences(name: str, task: str, every_layer: bool = True) -> FigureProduct:
    layers = "all layers" if every_layer else "every second layer"
    title = f"How the centroids of {task} labels move in fine-tuning, {layers}"
    return _figure(name, "differences", title, (task,), every_layer, every_seed=False)


# --- findings and report --------------------------------------------------------------------------


def _findings_inputs(study: Study, results: Results) -> Inputs:
    cross = {f"cross_{kind}": files for kind, files in _cross_records(study, results).items()}
    courses = [run for task in study.dynamics["tasks"] for run in study.courses(task)]
    followed = [results.trajectory(study.main_encoder, run) for run in courses]
    return _records(study, results) | cross | {"trajectories": followed, "health": [results.health]}


def _report_inputs(study: Study, results: Results) -> Inputs:
    """All that the study produces, and the movement of labels, main encoder first."""
    shown = [PRODUCTS[name] for name in study.produce]
    tables = [product for product in shown if isinstance(product, TableProduct)]
    figures = [product for product in shown if isinstance(product, FigureProduct)]
    encoders = sorted(study.encoders, key=lambda encoder: encoder != study.main_encoder)
    return {
        "tables": [results.table(table.name, form) for table in tables for form in ("csv", "json")],
        "figures": [results.figure(figure.name, form) for figure in figures for form in ("png", "json")],
        "findings": [results.findings()] if FINDINGS in study.produce else [],
        "health": [results.health] if HEALTH in study.produce else [],
        "movement": [
            results.movement(encoder, task)
            for encoder in encoders
            for task in study.tasks
            if study.ends(encoder, task)
        ],
        "provenance": [results.provenance],
    }


HEALTH, FINDINGS, REPORT = "health", "findings", "report"
_TABLE = ("csv", "md", "tex", "json")
_DISTANCES = "Distance of a label to the nearest other label during fine-tuning"

PRODUCTS: Mapping[str, Product] = {
    product.name: product
    for product in [
        TableProduct("table1", "Encoders", _TABLE, _encoders),
        TableProduct(
            "table2",
            "Accuracy and train/test similarity, before and after, last layer of the main encoder",
            _TABLE,
            _records_of_main_encoder,
        ),
        TableProduct(
            "table3",
            "Clusters, linearity and accuracy, last layer of the main encoder",
            _TABLE,
            _records_of_main_encoder,
        ),
        TableProduct("table4", "TREC-50: number of clusters", _TABLE, _clusters_of_questions, _no_questions),
        TableProduct(
            "table5",
            "Minimum distances of labels and accuracy across tasks, last layer of the main encoder",
            _TABLE,
            _cross_records,
            _no_cross_tasks,
        ),
        TableProduct(
            "table6", "Tasks: labels and examples; sentences and words of their corpora", _TABLE, _tasks
        ),
        TableProduct(
            "table7",
            "Accuracy, clusters and similarity of training and test set, for every encoder and task",
            _TABLE,
            _records_and_readings,
        ),
        TableProduct(
            "table8",
            "Accuracy, clusters and similarities by layer, for every encoder and task",
            _TABLE,
            _records_of_layers,
            _last_layer_alone,
        ),
        TableProduct(
            "table9",
            "Measures of others beside ours: likeness to the original, and what a state is in itself",
            _TABLE,
            _records_with_measures,
        ),
        TableProduct(
            "table10",
            "Rank correlations of measures with ours, with the change of accuracy and with drift",
            _TABLE,
            _records_with_measures,
            _nothing_but_originals,
        ),
        _figure("figure1", "plane", "What DirectProbe does, on points in the plane", ()),
        # The paper shows one task in its text and the rest in its appendix.
        _figure("figure2", "minimum_distance", _DISTANCES, ("POS",)),
        _figure(
            "figure3",
            "paths",
            "Paths of three label centroids through fine-tuning",
            ("POS",),
            every_seed=False,
        ),
        _figure("figure4", "similarity", "Similarity of layers to their original during fine-tuning"),
        _differences("figure5", "POS", every_layer=False),
        _figure("figure6", "minimum_distance", _DISTANCES),
        _differences("figure7", "POS"),
        _differences("figure8", "DEP"),
        _differences("figure9", "PS-fxn"),
        _differences("figure10", "PS-role"),
        _figure("movement", "movement", "Distance that label centroids moved in fine-tuning, by layer"),
        _figure("memorisation", "memorisation", "Learning curves on seen and unseen examples"),
        _figure("layers", "by_layer", "Accuracy, clusters and similarities by layer"),
        Product(
            HEALTH,
            "What is to be known of the data before numbers are believed",
            ("json",),
            _health_inputs,
        ),
        Product(
            FINDINGS,
            "F1 to F5: what the study says of each published finding",
            ("json", "md"),
            _findings_inputs,
        ),
        Product(REPORT, "All of it on one page, and how labels move", ("html",), _report_inputs),
    ]
}
TABLES = {name: product for name, product in PRODUCTS.items() if isinstance(product, TableProduct)}
FIGURES = {name: product for name, product in PRODUCTS.items() if isinstance(product, FigureProduct)}


def targets(study: Study) -> str:
    """Return the targets with a line each, for `snakemake --cores 1 help`."""
    lines = {"all": f"everything the study {study.name} asks for (without a target, the same)"}
    lines |= {name: product.title for name, product in PRODUCTS.items()}
    lines |= {"provenance": "what made the results: versions, seeds, checksums"}
    width = max(map(len, lines))
    lacking = {name: f" (not in this study: it needs {lack})" for name, lack in study.lacking.items()}
    return "\n".join(f"  {name:{width}}  {line}{lacking.get(name, '')}" for name, line in lines.items())
