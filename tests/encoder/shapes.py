"""Tokenizers in the shapes that families give them, trained on a few words."""

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

WORDS = ["I", "don't", "know", "3.14", "U.S.", "e-mail", "co-op", "2024", "they're", "a1b2"]
WORDS += ["na\u00efve", "\U0001f600", "\u4f60\u597d", "x", "I"]
OTHERS = "light run dog unbelievable see running lights the in ."
TEXTS = [OTHERS, " ".join(WORDS), "they don't know 2024 , e-mail or co-op", "na\u00efve U.S. 3.14 a1b2 x"] * 8
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
QWEN = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")


def byte_level(split: str | None) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    stages = {
        None: [pre_tokenizers.ByteLevel(add_prefix_space=False)],
        "digits": [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(False)],
    }
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        stages.get(split)
        or [
            pre_tokenizers.Split(Regex(split), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet))
    return tokenizer


def sentence_piece_bpe() -> Tokenizer:
    """BPE over words that begin with U+2581: no merge goes over a space, as SentencePiece trains it."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=400, special_tokens=["<unk>"]))
    return tokenizer


def gemma() -> Tokenizer:
    tokenizer = sentence_piece_bpe()
    tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    return tokenizer


def llama2() -> Tokenizer:
    tokenizer = sentence_piece_bpe()
    parts = [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]
    tokenizer.normalizer = normalizers.Sequence(parts)
    tokenizer.pre_tokenizer = pre_tokenizers.Split("\n", "isolated")  # nothing to split at
    return tokenizer


def unigram() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=120, special_tokens=["<unk>"], unk_token="<unk>")
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer


def word_piece() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(TEXTS, trainers.WordPieceTrainer(vocab_size=300, special_tokens=["<unk>"]))
    return tokenizer
