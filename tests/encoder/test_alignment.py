"""A word has the subwords it has inside the running sentence, whatever kind of tokenizer there is."""

import pytest
from tokenizers import processors
from transformers import PreTrainedTokenizerFast

from encoder.shapes import (
    LLAMA3,
    QWEN,
    WORDS,
    byte_level,
    gemma,
    llama2,
    sentence_piece_bpe,
    unigram,
    word_piece,
)
from fbert.encoder.tokens import NO_WORD, WordTokenizer
from fbert.prepared import SECOND

KINDS = {
    "GPT-2": lambda: byte_level(None),
    "Llama 3": lambda: byte_level(LLAMA3),
    "Qwen": lambda: byte_level(QWEN),
    "StarCoder": lambda: byte_level("digits"),
    "Gemma": gemma,
    "Llama 2": llama2,
    "XLM-R": unigram,
    "SentencePiece BPE": sentence_piece_bpe,
    "BERT": word_piece,
}


@pytest.fixture(scope="module", params=KINDS)
def tokenizer(request) -> WordTokenizer:
    made = KINDS[request.param]()
    made.add_special_tokens(["<s>", "</s>"])
    ids = [(name, made.token_to_id(name)) for name in ("<s>", "</s>")]
    made.post_processor = processors.TemplateProcessing("<s> $A </s>", "<s> $A </s> $B </s>", ids)
    named = {"unk_token": "<unk>", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "</s>"}
    return WordTokenizer(PreTrainedTokenizerFast(tokenizer_object=made, **named), 200, request.param)


def by_word(tokenizer: WordTokenizer, words: list[str]) -> list[list[int]]:
    (tokens,) = tokenizer.tokenize([words])
    pairs = [pair for piece in tokens.pieces for pair in zip(piece.ids, piece.words, strict=True)]
    return [[subword for subword, word in pairs if word == number] for number in range(len(words))]


def test_the_words_put_together_are_the_running_sentence(tokenizer):
    """As the tokenizer itself reads it, where the first word follows another."""
    running = tokenizer.huggingface("x " + " ".join(WORDS), add_special_tokens=False).input_ids
    found = [subword for word in by_word(tokenizer, WORDS) for subword in word]
    assert running[len(running) - len(found) :] == found


def test_every_word_alone_says_where_it_ends(tokenizer):
    """Word by word: what a sentence has more than the one without its last word is that word."""
    for count in range(2, len(WORDS) + 1):
        whole, before = (
            tokenizer.huggingface("x " + " ".join(WORDS[:n]), add_special_tokens=False).input_ids
            for n in (count, count - 1)
        )
        assert by_word(tokenizer, WORDS[:count])[-1] == whole[len(before) :], WORDS[count - 1]


def test_a_word_has_the_same_subwords_wherever_it_stands(tokenizer):
    assert by_word(tokenizer, WORDS)[0] == by_word(tokenizer, WORDS)[-1]
    for number, word in enumerate(WORDS):
        assert by_word(tokenizer, [word])[0] == by_word(tokenizer, WORDS)[number], word


def test_no_inner_piece_of_a_word_has_a_space_before_it(tokenizer):
    for word in by_word(tokenizer, WORDS):
        inner = tokenizer.huggingface.convert_ids_to_tokens(word)[1:]
        assert not [piece for piece in inner if "\u0120" in piece or "\u2581" in piece]


def test_of_two_texts_each_is_read_by_itself(tokenizer):
    (tokens,) = tokenizer.tokenize([[*WORDS[:4], SECOND, *WORDS[4:]]])
    assert tokens.second == 4
    pairs = [pair for piece in tokens.pieces for pair in zip(piece.ids, piece.words, strict=True)]
    for text, first in ((WORDS[:4], 0), (WORDS[4:], 5)):
        for number, expected in enumerate(by_word(tokenizer, text)):
            assert [subword for subword, word in pairs if word == first + number] == expected
    assert [subword for subword, word in pairs if word == 4] == list(tokenizer.between)
    assert [word for _, word in pairs if word != NO_WORD] == sorted(w for _, w in pairs if w != NO_WORD)
