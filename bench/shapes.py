"""What models of known sizes take here: `python bench/shapes.py` writes it into docs/method.md.

Weights are random, since only their number counts; the text is UD English PUD, in the folder that
FBERT_CORPORA names or from where the study `paper` downloads it. Both go through the workflow, as they would
go for a user, and what they took is in the records of their jobs.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import torch
import yaml
from document import ROOT, write_table
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import AutoModel, BertConfig, LlamaConfig, PretrainedConfig, PreTrainedTokenizerFast

from fbert.corpora.registry import known_files
from fbert.made import FOLDER, Made

sys.path.insert(0, str(ROOT / "tests"))
CORPORA = Path(os.environ.get("FBERT_CORPORA", ROOT / "results" / "downloads"))
# As Llama 3.2 1B, which has 1.24 billion parameters, 16 layers and 2,048 units.
LLAMA = LlamaConfig(
    vocab_size=128_256,
    hidden_size=2048,
    intermediate_size=8192,
    num_hidden_layers=16,
    num_attention_heads=32,
    num_key_value_heads=8,
    head_dim=64,
    tie_word_embeddings=True,
)
ENCODERS = {"llama-1b": {"dtype": "bfloat16"}, "bert-base": {}}
STUDY = {
    "description": "What models of known sizes take.",
    "seeds": [0],
    "corpora": {"pud": {"known": "pud"}},
    "tasks": {"POS": {"corpus": "pud"}},
    "finetuning": {"epochs": 3, "batch_size": 32},
    "main_encoder": "llama-1b",
    "store": {"dtype": "float16"},
}


def save(folder: Path, config: PretrainedConfig, tokenizer: PreTrainedTokenizerFast, dtype: str) -> None:
    """Save a model of this shape with random weights."""
    torch.manual_seed(0)
    AutoModel.from_config(config, dtype=getattr(torch, dtype)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def byte_level(texts: list[str]) -> PreTrainedTokenizerFast:
    """Return a tokenizer as decoders have them, trained on these texts, which it cuts as finely as theirs."""
    built = Tokenizer(models.BPE())
    built.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=8000, initial_alphabet=alphabet, show_progress=False)
    built.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=built, eos_token="<|end|>")


def word_pieces(texts: list[str]) -> PreTrainedTokenizerFast:
    """Return a tokenizer as BERT has it, trained on these texts."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    built = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    built.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=8000, special_tokens=special, show_progress=False)
    built.train_from_iterator(texts, trainer)
    built.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = zip(("pad_token", "unk_token", "cls_token", "sep_token"), special, strict=True)
    return PreTrainedTokenizerFast(tokenizer_object=built, model_max_length=512, **dict(names))


def texts_of(corpus: Path) -> list[str]:
    """Return the sentences of a treebank, as its comments have them."""
    lines = corpus.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("# text = ") for line in lines if line.startswith("# text = ")]


def main() -> None:
    """Make the models, run the two jobs, and write what they took."""
    from checkout import Checkout

    pud = next(file for file in known_files() if "PUD" in file)
    texts = texts_of(CORPORA / pud)
    with tempfile.TemporaryDirectory() as folder:
        checkout = Checkout.fresh(Path(folder))
        save(Path(folder) / "llama-1b", LLAMA, byte_level(texts), "bfloat16")
        save(Path(folder) / "bert-base", BertConfig(), word_pieces(texts), "float32")
        encoders = {name: {"folder": name, **more} for name, more in ENCODERS.items()}
        study = Path(folder) / "shapes.yaml"
        study.write_text(yaml.safe_dump(STUDY | {"encoders": encoders}))
        (Path(folder) / "mirror.yaml").write_text(yaml.safe_dump({"mirror": str(CORPORA.resolve())}))
        results = Path(folder) / "results/shapes"
        store = f"{results.relative_to(folder)}/embeddings/llama-1b/original/POS-train.h5"
        tuned = f"{results.relative_to(folder)}/checkpoints/bert-base/POS-seed0"
        checkout.run(store, tuned, "--configfile", "mirror.yaml", study=study.name)
        disk = sum(file.stat().st_size for file in (Path(folder) / store).parent.glob("*.h5"))
        write_table("shapes.py", table(results, disk))


def table(results: Path, disk: int) -> str:
    """Return the rows as Markdown.

    Args:
        results: of the study.
        disk: bytes of the decoder's stores.
    """
    embedding = Made.read(results / FOLDER / "embed/llama-1b/original/POS.json").took
    tuning = Made.read(results / FOLDER / "finetune/bert-base/POS-seed0.json").took
    rows = {
        "1.24 billion parameters (the shape of Llama 3.2 1B) in bfloat16: PUD's words embedded, every layer, "
        f"{disk / 1e9:.1f} GB on disk": embedding,
        "110 million parameters (the shape of bert-base): fine-tuned on POS of PUD, three epochs": tuning,
    }
    lines = ["| what | minutes | processor minutes | memory |", "|---|---:|---:|---:|"]
    for what, took in rows.items():
        minutes = " | ".join(f"{took[key] / 60:.1f}" for key in ("seconds", "processor_seconds"))
        lines.append(f"| {what} | {minutes} | {took['memory_mb'] / 1000:.1f} GB |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
