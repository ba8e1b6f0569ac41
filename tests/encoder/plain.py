"""Vectors from plain transformers, in a few lines: one sentence at a time, no padding, nothing of fbert's."""

from pathlib import Path

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer, T5EncoderModel

# Tokenizers that read a word after a space otherwise than one at the beginning; all others put it there.
SPACE_COUNTS = ("roberta", "bart", "modernbert", "gpt2", "llama", "qwen", "qwen-moe", "pythia", "gemma")


class Plain:
    """The model and tokenizer of a tiny family."""

    def __init__(self, family: str, folder: Path):
        self.lead = " " if family in SPACE_COUNTS else ""
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        model = (T5EncoderModel if family == "t5" else AutoModel).from_pretrained(folder).eval()
        self.model = model.get_encoder() if family == "bart" else model

    def read(self, words: list[str]) -> tuple[np.ndarray, list[list[int]], int | None]:
        """Return (layers, t, dim) of a text, the positions of each word's subwords, and that of `[CLS]`."""
        text = self.lead + " ".join(words)
        encoded = self.tokenizer(text, return_tensors="pt", return_offsets_mapping=True)
        with torch.no_grad():
            output = self.model(input_ids=encoded.input_ids, output_hidden_states=True)
        states = torch.stack([*output.hidden_states[:-1], output.last_hidden_state])[:, 0].numpy()
        return states, self._words(words, encoded), self._of_class(encoded)

    def _words(self, words: list[str], encoded) -> list[list[int]]:
        # for each character of the text its word; a space is of the word after it
        owner = [number for number, word in enumerate(words) for _ in " " + word][0 if self.lead else 1 :]
        found = [[] for _ in words]
        for position, (begin, end) in enumerate(encoded.offset_mapping[0].tolist()):
            if encoded.token_to_sequence(position) is not None:
                found[owner[max(end - 1, begin)]].append(position)
        return found

    def _of_class(self, encoded) -> int:
        ids = encoded.input_ids[0].tolist()
        special = [i for i in range(len(ids)) if encoded.token_to_sequence(i) is None]
        return [*[i for i in special if ids[i] == self.tokenizer.cls_token_id], *special, 0][0]


def word_vectors(states: np.ndarray, positions: list[list[int]], pooling: str) -> np.ndarray:
    """(layers, words, dim)"""
    chosen = {"first": lambda of: of[:1], "last": lambda of: of[-1:], "mean": lambda of: of}[pooling]
    return np.stack([states[:, chosen(of)].mean(1) for of in positions], axis=1)


def sentence_vector(states: np.ndarray, of_class: int, pooling: str) -> np.ndarray:
    """(layers, dim)"""
    if pooling == "mean":
        return states.mean(1)
    return states[:, {"cls": of_class, "first": 0, "last": -1}[pooling]]
