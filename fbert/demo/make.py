"""Train the encoder of the quickstart: `make demo-encoder`.

A demonstration has to show what the tool is for: labels whose points lie in several clusters before
fine-tuning and in one after it. In hundreds of dimensions a few thousand points of a grammar are linear
whatever one does. So the encoder is narrow and its training short: it has learnt what words are like, and not
yet to tell their uses apart.

BERT's architecture, WordPiece, and BERT's two tasks, masked words and whether two halves belong together, on
text of the same grammar from another seed than the study's. The same machine makes the same bytes.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForPreTraining, PreTrainedTokenizerFast

from fbert.corpora.generated.questions import make_questions
from fbert.corpora.generated.sentences import make_sentences
from fbert.files import write_text

HERE = Path(__file__).parent / "model"
SEED = 1  # not 0, which is that of the generated corpora
SENTENCES, QUESTIONS = 8000, 2000
WIDTH, LAYERS, HEADS, LONGEST = 32, 2, 2, 128
FREQUENT = 20  # times that a word of the vocabulary occurs at least
ENDINGS = ("ed", "en", "er", "est", "ies", "ing", "ly", "ness", "or", "ous", "tion")
UPDATES, BATCH, RATE = 600, 64, 3e-3
MASKED, KEPT, REPLACED = 0.2, 0.1, 0.1  # of the masked, so many stay as they are, or become any subword
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
CLS, SEP, MASK = 2, 3, 4
IGNORED = -100  # what the loss passes over
CARD = """\
---
license: apache-2.0
---
# The encoder of fbert's quickstart

**Synthetic, and of no other use.** A BERT of {layers} layers and {width} units ({parameters:,} weights,
in float16), trained as BERT was on {sentences:,} sentences and {questions:,} questions of fbert's own
grammar, for {updates} updates alone, to a loss of {loss:.2f}. It has never seen a sentence that a person
wrote. It is there so that the quickstart needs no download and shows, within minutes, what
fine-tuning can do to the space of an encoder: a demonstration, not evidence.

Made by `python -m fbert.demo.make`.
"""


def main() -> None:
    """Train the encoder and write it beside this file, or into the folder that is named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    texts = [" ".join(token.form for token in sentence) for sentence in make_sentences(SENTENCES, SEED)]
    texts += [question.partition(" ")[2] for question in make_questions(QUESTIONS, SEED)]
    tokenizer = _tokenizer(texts)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=4 * WIDTH,
        max_position_embeddings=LONGEST,
    )
    model = BertForPreTraining(config).train()
    loss = _train(model, tokenizer(texts, add_special_tokens=False)["input_ids"])
    encoder = model.bert.half()
    encoder.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    card = CARD.format(
        layers=LAYERS,
        width=WIDTH,
        parameters=sum(weight.numel() for weight in encoder.parameters()),
        sentences=SENTENCES,
        questions=QUESTIONS,
        updates=UPDATES,
        loss=loss,
    )
    write_text(folder / "README.md", card)


def _tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    """Return BERT's tokenizer with the words that are frequent here, endings, and letters for all others.

    Counted rather than learnt: the trainer of `tokenizers` breaks ties by chance.
    """
    normalizer, splitter = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    counts = Counter(
        word for text in texts for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text))
    )
    letters = sorted({letter for word in counts for letter in word})
    words = sorted(word for word, count in counts.items() if count >= FREQUENT and len(word) > 1)
    pieces = [*SPECIAL, *letters, *words, *(f"##{end}" for end in [*letters, *ENDINGS])]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    found = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    found.normalizer, found.pre_tokenizer = normalizer, splitter
    found.post_processor = processors.BertProcessing(("[SEP]", SEP), ("[CLS]", CLS))
    names = ("pad", "unk", "cls", "sep", "mask")
    special = {f"{name}_token": token for name, token in zip(names, SPECIAL, strict=True)}
    return PreTrainedTokenizerFast(tokenizer_object=found, model_max_length=LONGEST, **special)


def _train(model: BertForPreTraining, texts: list[list[int]]) -> float:
    """Train as BERT was, by masked words and by whether two halves belong together; return the last loss."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=UPDATES)
    losses = []
    for batch in _batches(texts, model.config.vocab_size):
        loss = model(**batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return float(np.mean(losses[-UPDATES // 10 :]))


def _batches(texts: list[list[int]], vocabulary: int) -> Iterator[dict[str, torch.Tensor]]:
    """Yield what the model takes: halves of texts, the second from another text in half of the cases."""
    random = np.random.default_rng(SEED)
    for _ in range(UPDATES):
        first, other = random.choice(len(texts), (2, BATCH))
        foreign = random.random(BATCH) < 0.5
        second = np.where(foreign, other, first)
        rows = [_halves(texts[a], texts[b]) for a, b in zip(first, second, strict=True)]
        longest = max(len(subwords) for subwords, _ in rows)
        subwords, types = (
            np.array([row[kind] + [0] * (longest - len(row[kind])) for row in rows]) for kind in (0, 1)
        )
        chosen = (random.random(subwords.shape) < MASKED) & (subwords >= len(SPECIAL))
        chance = random.random(subwords.shape)
        seen = np.where(chosen & (chance >= KEPT + REPLACED), MASK, subwords)
        anything = random.integers(len(SPECIAL), vocabulary, subwords.shape)
        arrays = {
            "input_ids": np.where(chosen & (chance < REPLACED), anything, seen),
            "attention_mask": (subwords > 0).astype(int),
            "token_type_ids": types,
            "labels": np.where(chosen, subwords, IGNORED),
            "next_sentence_label": foreign.astype(int),
        }
        yield {name: torch.from_numpy(array) for name, array in arrays.items()}


def _halves(text: list[int], other: list[int]) -> tuple[list[int], list[int]]:
    """Return the first half of a text with the second half of another, and which is which."""
    first, second = text[: len(text) // 2], other[len(other) // 2 :]
    subwords = [CLS, *first, SEP, *second, SEP]
    return subwords, [0] * (len(first) + 2) + [1] * (len(second) + 1)


if __name__ == "__main__":
    main()
