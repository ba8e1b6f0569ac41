"""The files of a made-up study, small and hostile, for the report."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from made_up_records import HEALTHY

from fbert.figures import looks
from fbert.health.counts import Reading
from fbert.made import Job, Made
from fbert.records.health import TaskHealth, write_health
from fbert.records.origin import Origin
from fbert.records.trajectory import Trajectory
from fbert.report.movement import view_of_run
from fbert.report.page.write import Sources
from fbert.states import State
from fbert.tables.make import Table
from fbert.tables.render import write_table

HOSTILE = "</script><b>"
LABELS = ("NOUN", "VERB", HOSTILE, "ADJ")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8cfc0f01f00050001ff56c72f0d0000000049454e44ae426082"
)
STUDY = {
    "name": "made-up",
    "description": f"A study of {HOSTILE} & more.",
    "seeds": [0, 1],
    "encoders": {"small": {}, "large": {}},
    "states": {"small": {"later": {"source": {"folder": HOSTILE}, "step": 7}}, "large": {}},
    "corpora": {
        "pud": {
            "files": {"all": "UD_English-PUD/en_pud-ud-test.conllu"},
            "known": True,
            "generated": False,
            "synthetic": False,
        },
        "toy": {"files": {"all": "t.conllu"}, "known": True, "generated": True, "synthetic": True},
        "own": {
            "files": {"train": "a.csv", "test": "b.csv"},
            "known": False,
            "generated": False,
            "synthetic": False,
        },
    },
    "tasks": {"POS": "pud", "DEP": "toy"},
    "main_encoder": "small",
}
PROVENANCE = {
    "study": STUDY,
    "fbert": "0.1.0",
    "commit": None,
    "python": "3.11.9",
    "packages": {"torch": "2.13.0", "transformers": "5.23.0", "snakemake": "9.27.1", "numpy": "2.4.6"},
    "machine": {"system": "Linux", "processor": "x86_64", "cores": 2, "gpus": []},
}
CASE = {
    "name": "small, POS",
    "effect": -0.12,
    "low": -0.2,
    "high": 0.05,
    "before": 0.95,
    "after": 0.83,
    "outcome": "open",
    "units": 17,
    "unit": "labels",
    "seeds": 2,
    "exceptions": [HOSTILE, "SYM"],
    "remark": "",
}
UNKNOWN = CASE | {
    "name": "large, POS",
    "effect": None,
    "low": None,
    "high": None,
    "before": None,
    "after": None,
    "outcome": "not testable",
    "exceptions": [],
    "remark": "too few labels",
}


def finding(name: str, verdict: str, cases: list[dict]) -> dict:
    claim = {"title": "similarity falls", "measure": "fall of r", "verdict": verdict, "supported": 1}
    claim |= {"contradicted": 0, "open": 1, "untestable": 1, "by_chance": "", "cases": cases}
    head = {"name": name, "title": f"Title of {name}", "verdict": verdict, "said": verdict}
    return head | {"summary": f"Summary of {name}.", "published": "0.97 to 0.71.", "claims": [claim]}


FINDINGS = {
    "study": "made-up",
    "description": "",
    "synthetic": True,
    "seeds": [0, 1],
    "rule": "How verdicts come about.",
    "findings": [
        finding("F1", "supported", [CASE, UNKNOWN]),
        finding("F2", "mixed", [CASE | {"outcome": "supported"}]),
        finding("F3", "not supported", [CASE | {"outcome": "contradicted"}]),
        finding("Foresight", "not testable", [UNKNOWN]),
    ],
}


def run(d: int = 5) -> Trajectory:
    """Four labels of which the last has no examples, on layers 1 and 2 at three updates."""
    random = np.random.default_rng(0)
    u, layers, k, s = 3, 2, len(LABELS), 9
    centroids = random.normal(size=(u, layers, k, d)).astype(np.float32)
    centroids[:, :, 3] = np.nan
    square = random.uniform(1, 9, (u, layers, k, k))
    distances = square + square.swapaxes(-1, -2)
    distances[..., np.arange(k), np.arange(k)] = np.nan
    distances[..., 3, :] = distances[..., :, 3] = np.nan
    distances[0, :, 0, 1] = distances[0, :, 1, 0] = 0
    return Trajectory(
        origin=Origin("small", State("POS", 0), "pud", False, "POS", 2),
        labels=LABELS,
        n=70,
        updates=np.array([0, 10, 20]),
        layers=np.array([1, 2]),
        point_labels=np.arange(s) % 3,
        linear=np.array([[False, False], [True, True], [True, True]]),
        undecided=np.array([[0, 0], [1, 1], [0, 0]]),
        distances=distances,
        lower=0.99 * distances,
        upper=1.01 * distances,
        centroids=centroids,
        points=random.normal(size=(u, layers, s, d)).astype(np.float32),
    )


def ends(task: str, remark: bool = False) -> dict:
    """The view of a task with two stops, or of one that cannot be drawn."""
    shown = [{"name": label, "color": looks.look_of(label).color, "marker": "s"} for label in LABELS[:3]]
    layer = {"layer": 1, "n": 9, "d": 4}
    layer |= (
        {"remark": "fewer than three labels have examples"}
        if remark
        else {
            "explained": [0.6, 0.3],
            "labels": [0, 1, 2],
            "centroids": [[[0, 0], [1, 0], [0, 1]], [[2, 2], [1, -1], [0, 3]]],
            "point_labels": [0, 1, 2],
            "points": [[[0, 0.1], [1, 0.1], [0, 1.1]], [[2, 2.1], [1, -1.1], [0, 3.1]]],
        }
    )
    return {"encoder": "large", "seed": 0, "task": task, "labels": shown} | {
        "stops": ["original", "tuned"],
        "layers": [layer],
    }


def table7() -> Table:
    rows = pd.DataFrame(
        {
            "model": ["small", "small", "large", "large"],
            "task": ["POS", "DEP", "POS", "DEP"],
            "accuracy": [9.5, 88.25, 100.0, None],
            "note": ["50% & more", 'a "quoted", one', "x_1", ""],
            "text": ["real", "synthetic", "real", "synthetic"],
            "representation": ["original"] * 4,
            "clusters": [20, 40, 17, 38],
            "labels": [17, 38, 17, 38],
            "label_level_similarity": [0.9, 0.8, None, 0.7],
        }
    )
    shown = {"model": "Encoder", "task": "Task", "accuracy": "Accuracy", "note": "Note"}
    return Table("table7", "Accuracy, for every encoder", rows, shown)


def health() -> list[TaskHealth]:
    """A task with about everything that can be wrong with one, and one that is well."""
    well = replace(HEALTHY, train=800, test=200, labels=3, least_clusters=3, longest=40)
    ill = replace(
        well,
        seen=10,
        seen_alike=8,
        contradictions=((f"a [{HOSTILE}] b", ("NOUN", "VERB")),),
        least_clusters=5,
        once=("ADJ",),
        look_alikes=(("pos", "Pos"),),
        documents=20,
        divided=7,
    )
    unknown, known = Reading(1000, 3, 9000, 900, 2), Reading(1000, 0, 9000, 0, 0)
    return [
        TaskHealth("POS", "pud", ill, {"small": unknown, "large": known}),
        TaskHealth("DEP", "toy", well, {"small": known, "large": known}),
    ]


def sources(folder: Path) -> Sources:
    """Write the files of the study into a folder."""
    for name in ("tables", "figures", "movement/large"):
        (folder / name).mkdir(parents=True)
    (folder / "provenance.json").write_text(json.dumps(PROVENANCE))
    (folder / "findings.json").write_text(json.dumps(FINDINGS))
    write_health(folder / "health.json", health())
    for name, seconds, memory_mb in (("a", 3600.4, 2048), ("b", 60, 100)):
        todo = Job(str(folder), "probe", {"name": name}, {}, code="", versions={})
        took = {"seconds": seconds, "processor_seconds": seconds, "memory_mb": memory_mb}
        made = Made(todo.rule, todo.wildcards, {}, todo.code, {}, inputs={}, outputs={}, took=took)
        made.write(todo.record)
    forms = {form: folder / f"tables/table7.{form}" for form in ("csv", "md", "tex", "json")}
    write_table(table7(), {"name": "made-up", "description": ""}, **forms)
    for name in ("figure2", "movement"):
        (folder / f"figures/{name}.png").write_bytes(PIXEL)
        title = f"Distance of {HOSTILE} labels"
        text = f"{title} (study made-up, encoder small). Dotted: not linear."
        about = {"caption": {"name": name, "title": title, "text": text}, "width": 3.3, "height": 2.25}
        (folder / f"figures/{name}.json").write_text(json.dumps(about))
    views = [{"encoder": "small", "seed": 0} | view_of_run(run()), ends("POS"), ends("DEP", remark=True)]
    paths = [folder / f"movement/{number}.json" for number in range(len(views))]
    for path, view in zip(paths, views, strict=True):
        path.write_text(json.dumps(view))
    return Sources(
        provenance=folder / "provenance.json",
        results=folder,
        findings=[folder / "findings.json"],
        tables=[forms["csv"], forms["json"]],
        figures=sorted((folder / "figures").iterdir()),
        movement=paths,
        health=[folder / "health.json"],
    )
