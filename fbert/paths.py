"""Where everything lies: each path template once, for rules, scripts, report and tests.

A method's arguments may be values or wildcards (`"{encoder}"`), so that a rule's output and the file that
another rule asks for come from one line.
"""

from __future__ import annotations

from dataclasses import dataclass

from fbert.states import Run

DOWNLOADS = "results/downloads"
ONLY_CONFIG = "_"
"""What stands for the configuration of a dataset where a study names none."""


@dataclass(frozen=True)
class Results:
    """The files of one study.

    Attributes:
        root: its folder, `results/NAME`.
    """

    root: str

    def raw(self, file: str) -> str:
        """A file of the project's own synthetic corpus."""
        return f"{self.root}/corpora/{file}"

    def examples(self, task: str = "{task}") -> str:
        """The sentences of a corpus in two splits with the examples of one task."""
        return f"{self.root}/examples/{task}.json"

    def encoder(self, encoder: str = "{encoder}") -> str:
        """What an encoder is: layers, heads, width, parameters."""
        return f"{self.root}/encoders/{encoder}.json"

    def checkpoint(self, encoder: str = "{encoder}", state: object = "{tuned}") -> str:
        """The folder of a tuned encoder, its snapshots within."""
        return f"{self.root}/checkpoints/{encoder}/{state}"

    def store(
        self,
        encoder: str = "{encoder}",
        state: object = "{state}",
        task: str = "{task}",
        split: str = "{split}",
    ) -> str:
        """The vectors of one task's words in one state of an encoder."""
        return f"{self.root}/embeddings/{encoder}/{state}/{task}-{split}.h5"

    def reading(self, encoder: str = "{encoder}", state: object = "{state}", task: str = "{task}") -> str:
        """How a state of an encoder reads the words of one task."""
        return f"{self.root}/embeddings/{encoder}/{state}/{task}-reading.json"

    def probe(
        self,
        encoder: str = "{encoder}",
        state: object = "{state}",
        task: str = "{task}",
        layer: str = "last",
    ) -> str:
        """The record of a probe on a layer."""
        return self._record("probes", encoder, state, task, layer)

    def probe_of_layer(self, ending: str = ".json") -> str:
        """The files of a probe on any layer, as a template: its record, and two tables with other endings."""
        return f"{self.root}/probes/{{encoder}}/{{state}}/{{task}}-layer-{{layer}}{ending}"

    def geometry(
        self,
        encoder: str = "{encoder}",
        state: object = "{state}",
        task: str = "{task}",
        layer: str = "last",
    ) -> str:
        """The record of clusters and distances on a layer."""
        return self._record("directprobe", encoder, state, task, layer)

    def measures(
        self,
        encoder: str = "{encoder}",
        state: object = "{state}",
        task: str = "{task}",
        layer: str = "last",
    ) -> str:
        """The record of measures beside ours on a layer."""
        return self._record("measures", encoder, state, task, layer)

    def trajectory(self, encoder: str, run: Run) -> str:
        """The geometry of one task through a training run, or through given states."""
        return self.training(encoder, run.end) if run.end.is_tuned else self.passage(encoder, run.task)

    def training(self, encoder: str = "{encoder}", state: object = "{tuned}") -> str:
        """The geometry of a training run, snapshot after snapshot."""
        return f"{self.root}/dynamics/{encoder}/{state}.h5"

    def passage(self, encoder: str = "{encoder}", task: str = "{task}") -> str:
        """The geometry of a task through the given states of an encoder, step after step."""
        return f"{self.root}/dynamics/{encoder}/given/{task}.h5"

    def learning_curves(self, encoder: str = "{encoder}", state: object = "{tuned}") -> str:
        """The learning curves of probes before and after one training run."""
        return f"{self.root}/learning_curves/{encoder}/{state}.json"

    def movement(self, encoder: str = "{encoder}", task: str = "{task}") -> str:
        """The labels of one encoder and task in planes, for the report's slider."""
        return f"{self.root}/movement/{encoder}/{task}.json"

    def table(self, table: str = "{table}", form: str = "csv") -> str:
        """A table as csv, md or tex, or `json` for the report."""
        return f"{self.root}/tables/{table}.{form}"

    def figure(self, figure: str = "{figure}", form: str = "csv") -> str:
        """A figure's tidy table (csv), its picture (pdf, png), its caption (md), or `json` for the report."""
        return f"{self.root}/figures/{figure}.{form}"

    def findings(self, form: str = "json") -> str:
        """The findings as json or md."""
        return f"{self.root}/findings.{form}"

    @property
    def health(self) -> str:
        """What is to be known of the data."""
        return f"{self.root}/health.json"

    @property
    def provenance(self) -> str:
        """What made the results."""
        return f"{self.root}/provenance.json"

    @property
    def report(self) -> str:
        """The report."""
        return f"{self.root}/report.html"

    def _record(self, stage: str, encoder: str, state: object, task: str, layer: str) -> str:
        return f"{self.root}/{stage}/{encoder}/{state}/{task}-layer-{layer}.json"


def results_of(study: str) -> Results:
    """Return where the results of a study are."""
    return Results(f"results/{study}")


def downloaded(file: str) -> str:
    """Return where a public corpus file lies once it was fetched."""
    return f"{DOWNLOADS}/{file}"


def fetched_encoder(hub: str = "{hub}", revision: str = "{revision}") -> str:
    """Return the record of an encoder that was fetched from the hub."""
    return f"{DOWNLOADS}/encoders/{hub}/{revision}.json"


def fetched_dataset(
    hub: str = "{hub}", revision: str = "{revision}", config: str | None = "{config}", split: str = "{split}"
) -> str:
    """Return the record of one split of a dataset that was fetched from the hub."""
    return f"{DOWNLOADS}/datasets/{hub}/{revision}/{config or ONLY_CONFIG}/{split}.json"
