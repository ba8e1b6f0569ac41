"""What would be read wrongly without a word is refused, or read as it was meant."""

import shutil

import pytest
from transformers import (
    AutoTokenizer,
    GPT2Config,
    GPT2Model,
    LlamaConfig,
    LlamaModel,
    XLNetConfig,
    XLNetModel,
)

from encoder.tiny import build, corpus, minilm
from fbert.encoder.model import Encoder
from fbert.encoder.source import EncoderSource
from fbert.errors import InputError
from fbert.store.embed import embed

TOKENIZER_FILES = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"]


@pytest.mark.parametrize("family", ["bert", "distilbert", "electra"])
def test_a_folder_without_its_tokenizer_is_refused(family, tmp_path):
    source = build(family, tmp_path)
    for name in TOKENIZER_FILES:
        (tmp_path / name).unlink(missing_ok=True)
    with pytest.raises(InputError, match=f"no tokenizer files in {tmp_path}|cannot be loaded"):
        Encoder.load(source, "cpu")


def test_more_tokens_than_embeddings_are_refused_with_both_numbers(tmp_path):
    source = build("bert", tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    size = len(tokenizer)
    tokenizer.add_tokens(["covfefe"])
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(InputError, match=f"has {size + 1} tokens but the model has embeddings for {size}"):
        Encoder.load(source, "cpu")


def test_an_adapter_beside_a_model_is_refused(tmp_path):
    source = build("bert", tmp_path)
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(InputError, match=r"has an adapter .* beside a model; which of the two is meant"):
        Encoder.load(source, "cpu")


@pytest.mark.timeout(60)
def test_a_model_without_a_limit_of_positions_ends(tmp_path):
    """XLNet's configuration says -1, from which an endless loop came."""
    build("bert", tmp_path / "bert")
    model = XLNetModel(XLNetConfig(vocab_size=200, d_model=16, n_layer=2, n_head=2, d_inner=16))
    model.save_pretrained(tmp_path / "xlnet")
    for name in TOKENIZER_FILES:
        if (tmp_path / "bert" / name).is_file():
            shutil.copy(tmp_path / "bert" / name, tmp_path / "xlnet" / name)
    encoder = Encoder.load(EncoderSource("xlnet", folder=str(tmp_path / "xlnet")), "cpu")
    (tokens,) = encoder.tokenize([["light"] * 700])
    assert tokens.n_words == 700
    assert len(tokens.pieces) >= 1


@pytest.mark.parametrize("word", ["[SEP]", "[CLS]", "[PAD]", "[MASK]"])
def test_a_word_that_looks_like_a_special_token_is_text(word):
    encoder = Encoder.load(minilm(1), "cpu")
    (tokens,) = encoder.tokenize([["the", word, "light"]])
    special = set(encoder.tokenizer.huggingface.all_special_ids)
    (piece,) = tokens.pieces
    assert not set(piece.ids[1:-1]) & special
    brackets = encoder.tokenizer.huggingface.convert_ids_to_tokens(list(piece.ids[1:-1]))
    assert brackets[1] == "["
    assert set(piece.ids[:1]) | set(piece.ids[-1:]) <= special


CAUSAL = {
    "gpt2": (GPT2Model, GPT2Config, {"n_embd": 16, "n_layer": 2, "n_head": 2}),
    "llama": (
        LlamaModel,
        LlamaConfig,
        {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32},
    ),
}


@pytest.mark.parametrize("kind", CAUSAL)
def test_a_sentence_of_a_model_that_reads_from_left_to_right_is_refused(kind, tmp_path):
    """Its first token has seen nothing: every sentence would have one vector. Words have theirs."""
    build("roberta", tmp_path / "roberta")
    model, config, shape = CAUSAL[kind]
    size = len(AutoTokenizer.from_pretrained(tmp_path / "roberta"))
    model(config(vocab_size=size, **shape)).save_pretrained(tmp_path / kind)
    for file in (tmp_path / "roberta").iterdir():
        if file.name not in ("config.json", "model.safetensors"):
            shutil.copy(file, tmp_path / kind)
    encoder = Encoder.load(EncoderSource(kind, folder=str(tmp_path / kind)), "cpu")
    embed(encoder, corpus(), "test", tmp_path / "words.h5", ["POS"])
    with pytest.raises(InputError, match="reads from left to right, so the token that stands for a sentence"):
        embed(encoder, corpus(), "test", tmp_path / "sentences.h5", ["TREC-50"])


BOTH_WAYS = ["bert", "roberta", "distilbert", "electra", "albert", "deberta", "modernbert"]


@pytest.mark.parametrize("family", BOTH_WAYS)
def test_encoders_that_read_both_ways_are_let_through(family, tmp_path):
    Encoder.load(build(family, tmp_path), "cpu").check_sentences()
