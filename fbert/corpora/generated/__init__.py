"""The generated corpus: a small English treebank and a set of questions, made by a grammar from a seed.

It lets the first run need no download. Its text is synthetic: what is measured on it says something about
the tool and nothing about English. Three corpora come of it, in the formats of the real ones: a treebank in
CoNLL-U, the same sentences with the roles and functions of prepositions in conllulex, and questions with
TREC's labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from fbert.corpora.generated.questions import make_questions
from fbert.corpora.generated.render import to_conllu, to_conllulex
from fbert.corpora.generated.sentences import make_sentences
from fbert.files import write_text

SENTENCES = 800
QUESTIONS = 800
_TEST_EVERY = 5  # items come in random order; every fifth is for testing

T = TypeVar("T")


def write_generated(folder: Path | str, seed: int = 0) -> None:
    """Write the files of all generated corpora into a folder; the same seed gives the same bytes."""
    for name, text in generated_texts(seed).items():
        write_text(Path(folder) / name, text)


def generated_texts(seed: int = 0) -> Mapping[str, str]:
    """Return the content of the files of all generated corpora by name."""
    sentences = make_sentences(SENTENCES, seed)
    named = [(f"generated-{number:04d}", sentence) for number, sentence in enumerate(sentences, start=1)]
    questions = [question + "\n" for question in make_questions(QUESTIONS, seed)]
    return {
        "treebank.conllu": to_conllu(named),
        "prepositions-train.conllulex": to_conllulex(_train(named)),
        "prepositions-test.conllulex": to_conllulex(_test(named)),
        "questions-train.label": "".join(_train(questions)),
        "questions-test.label": "".join(_test(questions)),
    }


def _train(items: Sequence[T]) -> list[T]:
    return [item for number, item in enumerate(items) if number % _TEST_EVERY]


def _test(items: Sequence[T]) -> list[T]:
    return list(items[::_TEST_EVERY])
