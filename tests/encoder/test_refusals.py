"""What would be read wrongly without a word is refused, or read as it was meant."""

import shutil

import pytest
from transformers import AutoTokenizer, XLNetConfig, XLNetModel

from encoder.tiny import build, minilm
from fbert.encoder.model import Encoder
from fbert.encoder.source import EncoderSource
from fbert.errors import InputError

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
