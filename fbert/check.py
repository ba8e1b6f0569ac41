"""Before anything is trained: what is to be known of a study's data and encoders, in seconds.

    python -m fbert check STUDY

reads the raw corpora that are at hand, finds the examples of every task, splits their words into subwords,
and says what a colleague would: counts, and what to mend or to keep in mind, each with its reason. Nothing is
written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fbert.advice import advice, advice_on_reading, said_of_pooling, said_of_reading, summary
from fbert.corpora.generated import write_generated
from fbert.corpora.registry import CorpusSource
from fbert.errors import InputError
from fbert.health.examples import health_of
from fbert.prepare import prepare
from fbert.prepared import PreparedCorpus
from fbert.study.study import Study

_PROCESS = 600e6
"""Bytes that Python, torch and transformers take before a weight is loaded."""


def check(study: Study, mirror: str | None = None) -> Iterator[str]:
    """Yield the lines of the page: corpora and tasks first, then encoders.

    Args:
        study: what is asked.
        mirror: a folder with public corpora.

    Raises:
        InputError: a corpus is malformed, as the workflow would say; or an encoder cannot be loaded.
    """
    yield f"{study.name}: {study.description}"
    with tempfile.TemporaryDirectory() as scratch:
        write_generated(scratch)
        prepared: dict[str, PreparedCorpus] = {}
        for task in study.tasks:
            yield from _task(study, task, mirror, Path(scratch), prepared)
        for encoder in study.encoders:
            yield ""
            yield from _encoder(study, encoder, prepared)


def _task(
    study: Study, task: str, mirror: str | None, scratch: Path, prepared: dict[str, PreparedCorpus]
) -> Iterator[str]:
    name = study.tasks[task]
    source = study.corpora[name]
    files = _files(source, mirror, scratch)
    yield ""
    missing = [path for path in files.values() if not path.exists()]
    if missing:
        yield f"{task} ({name}): {missing[0]} is not here yet; the workflow will fetch it, then ask again"
        return
    definition = {task: study.definitions[task]}
    prepared[task] = prepare(name, files, tasks=definition, **source.reading())
    found = health_of(prepared[task], task)
    yield summary(task, name, found)
    yield from (f"  ! {line}" for line in advice(found))


def _files(source: CorpusSource, mirror: str | None, scratch: Path) -> Mapping[str, Path]:
    """Return where the raw files of a corpus are: written just now, mirrored or downloaded, or one's own."""
    if source.generated:
        return {part: scratch / file for part, file in source.files.items()}
    mirrored = {part: Path(mirror or "", file) for part, file in source.files.items()}
    if source.known and mirror and all(path.is_file() for path in mirrored.values()):
        return mirrored
    return {part: Path(file) for part, file in source.paths().items()}


def _encoder(study: Study, name: str, prepared: Mapping[str, PreparedCorpus]) -> Iterator[str]:
    from fbert.encoder.loading import describe  # takes seconds to import
    from fbert.encoder.model import Encoder
    from fbert.encoder.source import EncoderSource
    from fbert.encoder.tokens import reading_of
    from fbert.hub import network

    entry: Mapping[str, Any] = study.encoders[name]
    source = EncoderSource.from_study(name, entry)
    try:
        with network(False):  # the workflow will fetch it
            facts, encoder = describe(source), Encoder.load(source)
    except InputError as error:
        yield f"{name}: not here yet, or not usable: {error}" if source.hub else f"{name}: ! {error}"
        return
    yield (
        f"{name}: {facts['layers']} layers, {facts['hidden']} wide, {facts['parameters'] / 1e6:.1f} million "
        f"parameters; reads {encoder.tokenizer.max_length:,} subwords at once"
    )
    yield f"  {said_of_pooling(encoder.pooling.words, encoder.pooling.sentences)}"
    said: dict[str, list[str]] = {}
    for task, corpus in prepared.items():
        sentences = [words for part in corpus.splits.values() for words in part.sentences]
        reading = reading_of(encoder.tokenize(sentences))
        for line in (
            f"  {{}}: {said_of_reading(reading)}",
            *(f"  ! {{}}: {it}" for it in advice_on_reading(reading)),
        ):
            said.setdefault(line, []).append(task)
    yield from (line.format(", ".join(tasks)) for line, tasks in said.items())
    yield f"  {_space(study, name, facts, prepared)}"


def _space(study: Study, name: str, facts: Mapping[str, int], prepared: Mapping[str, PreparedCorpus]) -> str:
    """Say what an encoder's stores, checkpoints and training will take, by its shape.

    A store has a float for each layer, row and unit. Of snapshots, compression leaves two fifths or more.
    Training holds weights, gradients and Adam's two moments beside what Python and torch take.
    """
    from fbert.store.embed import needed_rows

    others = [pair for pair in study.cross_tasks if name == study.main_encoder]
    stores = 0
    for task, corpus in prepared.items():
        rows = sum(len(needed_rows(split, [task])) for split in corpus.splits.values())
        states = 1 + len(study.seeds) * (1 + sum(probed_on == task for _, probed_on in others))
        states += len(study.states[name])
        stores += rows * states
    size = {"float16": 2, "float32": 4}[study.store["dtype"]]
    stores *= (facts["layers"] + 1) * facts["hidden"] * size
    checkpoints = 4 * facts["parameters"] * study.weights_kept(name)
    memory = 16 * facts["parameters"] + _PROCESS
    return (
        f"to expect: {_size(stores)} of stores, up to {_size(checkpoints)} of checkpoints, and about "
        f"{_size(memory)} of memory in fine-tuning"
    )


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
