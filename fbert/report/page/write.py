"""Putting the page together: everything it shows is inside, and nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from fbert.files import read_json
from fbert.records.health import read_health
from fbert.report.page.data import data_of
from fbert.report.page.figures import figure
from fbert.report.page.findings import finding
from fbert.report.page.making import corpora, cost, versions
from fbert.report.page.pictures import overview
from fbert.report.page.tables import table

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Sources:
    """The files a report is made from.

    Attributes:
        provenance: what made the results; it has the study.
        results: the study's folder, with the records of what its jobs took.
        findings: `findings.json`, none if the study does not produce it.
        tables: CSV and JSON of each table.
        figures: PNG and JSON of each figure.
        health: what is to be known of the data, none if the study does not produce it.
        movement: the views of `fbert.report.movement`, in the order in which they are offered.
    """

    provenance: Path
    results: Path
    findings: Sequence[Path] = ()
    tables: Sequence[Path] = ()
    figures: Sequence[Path] = ()
    movement: Sequence[Path] = ()
    health: Sequence[Path] = ()


def page(sources: Sources) -> str:
    """Return the report as HTML; equal files make equal pages.

    Raises:
        CorruptFileError: a file is not what it should be; the message names it.
    """
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    return environment.get_template("report.html").render(_content(sources)) + "\n"


def _content(sources: Sources) -> dict[str, Any]:
    provenance = read_json(sources.provenance)
    study = provenance["study"]
    return {
        "study": study,
        "corpora": corpora(study),
        "synthetic": [name for name, entry in study["corpora"].items() if entry["synthetic"]],
        "findings": _findings(sources.findings),
        "overviews": [overview(path) for path in sources.tables if path.name == "table7.csv"],
        "tables": [table(path) for path in sources.tables if path.suffix == ".csv"],
        "figures": [figure(path) for path in sources.figures if path.suffix == ".png"],
        "health": [data_of(task) for path in sources.health for task in read_health(path)],
        "views": [read_json(path) for path in sources.movement],
        "versions": versions(provenance),
        "provenance": provenance,
        "cost": cost(sources.results),
        "style": Markup(_own("report.css")),
        "script": Markup(_own("report.js")),
    }


def _findings(paths: Sequence[Path]) -> Mapping[str, Any] | None:
    if not paths:
        return None
    content = read_json(paths[0])
    return dict(content) | {"findings": [finding(entry) for entry in content["findings"]]}


def _own(name: str) -> str:
    """Return a file of this package, which needs no escaping."""
    return (_HERE / name).read_text(encoding="utf-8")
