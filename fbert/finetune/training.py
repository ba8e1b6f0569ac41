"""Fine-tuning from start to checkpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fbert.encoder.model import Encoder
from fbert.encoder.source import EncoderSource
from fbert.files import writing
from fbert.finetune.partial import partial_folder, publish
from fbert.finetune.run import TrainingRun
from fbert.finetune.settings import FinetuneSettings
from fbert.prepared import PreparedCorpus


def finetune(
    source: EncoderSource,
    corpus: PreparedCorpus,
    task: str,
    settings: FinetuneSettings,
    seed: int,
    folder: Path | str,
    device: str = "auto",
    provenance: Mapping[str, Any] | None = None,
) -> None:
    """Tune an encoder and a head on a task; leave a checkpoint.

    The checkpoint is a Hugging Face folder with `head.safetensors`, `training.json` (what made it),
    `log.jsonl`: a line for each update, and one for each epoch with the head's accuracy on the test split, by
    which nothing is chosen; and, if asked for, `snapshots/`: the weights on the way. Until all is done it
    lies in `FOLDER.partial`, and a run that was killed goes on from there.

    Args:
        source: the original encoder.
        corpus: the data; its `train` split is trained on.
        task: one of the corpus's tasks.
        settings: of the study.
        seed: of the head, the batches and the dropout.
        folder: the checkpoint to be.
        device: `auto`, `cpu`, `cuda` or `cuda:N`.
        provenance: what else makes the result, the same in every run; a state of another is not taken up.

    Raises:
        InputError: impossible settings or data, or the loss is no longer a number.
        CorruptFileError: the state of an earlier start is truncated or altered.
        SystemExit: with code `fbert.attempts.STOPPED` after SIGTERM, once the state is saved.
    """
    folder = Path(folder)
    # Updates of a low rate would be lost in a format of three digits.
    encoder = Encoder.load(replace(source, dtype=None), device)
    record = _record(source, encoder, corpus, task, settings, seed) | {"provenance": dict(provenance or {})}
    record = json.loads(json.dumps(record))  # as it is when read back
    with writing(folder), partial_folder(folder, record) as partial:
        run = TrainingRun.prepare(encoder, corpus, task, settings, seed, partial, record)
        run.train()
        publish(run.checkpoint(), folder)


def _record(
    source: EncoderSource,
    encoder: Encoder,
    corpus: PreparedCorpus,
    task: str,
    settings: FinetuneSettings,
    seed: int,
) -> dict[str, Any]:
    """Return what makes a run; equal records make equal weights on one machine."""
    packages = ["torch", "transformers", *(["peft"] if settings.lora else [])]
    return {
        "task": task,
        "labels": corpus.labels.get(task, ()),
        "settings": asdict(settings),
        "seed": seed,
        "source": source.as_dict(),
        "weights": encoder.checksum(),
        "pooling": asdict(encoder.pooling),
        "corpus": corpus.name,
        "corpus_checksum": corpus.checksum([task]),
        "versions": {name: version(name) for name in packages},
    }
