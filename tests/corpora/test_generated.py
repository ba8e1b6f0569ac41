"""The generated corpus: right by construction, varied enough to be a study in small."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from fbert.corpora import read_sentences, split_sentences
from fbert.corpora.generated import generated_texts, write_generated
from fbert.corpora.generated.decks import Decks
from fbert.corpora.generated.grammar import Item, expand, load
from fbert.corpora.readers import parse_sentences
from fbert.corpora.registry import generated_files, known_corpora

from .labels import functions, prepositions, questions, relations, roles, upos


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Training and test sentences of every generated corpus, read as the workflow reads them."""
    folder = tmp_path_factory.mktemp("generated")
    write_generated(folder)
    return {name: _read(corpus, folder) for name, corpus in known_corpora().items() if corpus.generated}


def _read(corpus, folder):
    sentences = {part: read_sentences(folder / file, corpus.format) for part, file in corpus.files.items()}
    if "all" in sentences:
        return split_sentences(sentences["all"], corpus.test_share, corpus.split_seed)
    return sentences["train"], sentences["test"]


@pytest.fixture(scope="module")
def treebank(parts):
    train, test = parts["generated-treebank"]
    return train + test


def test_the_files_are_those_of_the_registry(tmp_path):
    write_generated(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(generated_files())


def test_a_seed_decides_every_byte():
    code = "from fbert.corpora.generated import generated_texts; print(generated_texts(5), end='')"
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout == str(generated_texts(5))
    assert generated_texts(5) != generated_texts(6)


@pytest.mark.parametrize("seed", range(5))
def test_every_seed_gives_trees_that_the_readers_accept(seed):
    for name, text in generated_texts(seed).items():
        corpus = next(corpus for corpus in known_corpora().values() if name in corpus.files.values())
        assert parse_sentences(text.encode(), corpus.format, name)


def test_the_amounts(parts, treebank):
    train, test = parts["generated-prepositions"]
    assert (len(treebank), len(train), len(test)) == (800, 640, 160)
    assert len(set(upos(treebank))) == 17
    assert len(set(relations(treebank))) >= 25
    assert len(set(roles(train))) >= 14
    assert len(set(functions(train))) >= 10
    train, test = parts["generated-questions"]
    assert (len(train), len(test)) == (640, 160)
    assert len(set(questions(train))) >= 12


def test_role_and_function_differ_often(parts):
    pairs = prepositions(parts["generated-prepositions"][0])
    assert 0.2 < sum(role != function for role, function in pairs) / len(pairs) < 0.5


@pytest.mark.parametrize(
    ("corpus", "labels"),
    [
        ("generated-treebank", upos),
        ("generated-treebank", relations),
        ("generated-prepositions", roles),
        ("generated-prepositions", functions),
        ("generated-questions", questions),
    ],
)
def test_every_label_has_more_examples_than_a_small_cluster(parts, corpus, labels):
    train, test = parts[corpus]
    known = Counter(labels(train))
    assert set(labels(test)) <= set(known)
    assert min(known.values()) > 5


@pytest.mark.parametrize("corpus", ["generated-treebank", "generated-prepositions", "generated-questions"])
def test_no_sentence_is_in_both_parts(parts, corpus):
    train, test = ({sentence.words for sentence in part} for part in parts[corpus])
    assert not train & test


@pytest.mark.parametrize(
    ("form", "tags"),
    [
        ("to", {"PART", "ADP"}),
        ("that", {"SCONJ", "PRON", "DET"}),
        ("light", {"NOUN", "VERB", "ADJ"}),
        ("run", {"NOUN", "VERB"}),
        ("for", {"ADP", "SCONJ"}),
        ("like", {"ADP", "VERB"}),
        ("will", {"AUX", "PROPN"}),
        ("before", {"ADP", "SCONJ"}),
    ],
)
def test_words_are_ambiguous(treebank, form, tags):
    found = {
        tag
        for s in treebank
        for word, tag in zip(s.words, s.columns["upos"], strict=True)
        if word.lower() == form
    }
    assert tags <= found


def test_prepositions_are_ambiguous(parts):
    by_form = Counter()
    for s in parts["generated-prepositions"][0]:
        for form, role in {(w.lower(), r) for w, r in zip(s.words, s.columns["ss"], strict=True) if r != "_"}:
            by_form[form, role] += 1
    assert all(
        len([role for f, role in by_form if f == form]) >= 5 for form in ("for", "with", "to", "in", "by")
    )


def test_trees_are_projective(treebank):
    for sentence in treebank:
        arcs = [
            (int(head), word) for word, head in enumerate(sentence.columns["head"], start=1) if head != "0"
        ]
        spans = [(min(arc), max(arc)) for arc in arcs]
        crossing = [(a, b) for a in spans for b in spans if a[0] < b[0] < a[1] < b[1]]
        assert not crossing, sentence.id


def test_the_text_comment_is_the_words_with_their_spaces():
    for block in generated_texts()["treebank.conllu"].strip().split("\n\n"):
        lines = block.splitlines()
        (text,) = (line.removeprefix("# text = ") for line in lines if line.startswith("# text = "))
        rows = [line.split("\t") for line in lines if not line.startswith("#")]
        spelled = "".join(row[1] + ("" if row[9] == "SpaceAfter=No" else " ") for row in rows)
        assert spelled.rstrip() == text
        assert text[0] == '"' or text[0].isupper()


def test_the_files_say_that_they_are_synthetic():
    assert all(
        text.startswith("# note = synthetic") for name, text in generated_texts().items() if "conllu" in name
    )


def symbols_in(items):
    for item in items:
        if not isinstance(item.what, str):
            yield from symbols_in(item.what)
        elif "/" not in item.what:
            yield item.what


def test_every_symbol_is_defined_and_used():
    used = {symbol for productions in load().values() for p in productions for symbol in symbols_in(p.items)}
    assert used | {"Sentence"} == set(load())


def test_a_phrase_hangs_its_parts_on_its_head():
    inner = (Item("case", False, "of/ADP/p.Whole>p.Gestalt"), Item("*", False, "house/NOUN"))
    items = (Item("det", False, "the/DET"), Item("*", False, "roof/NOUN"), Item("nmod", False, inner))
    phrase = expand(items, Decks(0))
    assert [token.form for token in phrase] == ["the", "roof", "of", "house"]
    assert [token.head for token in phrase] == [1, 1, 3, 1]
    assert [token.relation for token in phrase] == ["det", "*", "case", "nmod"]
    assert (phrase[2].role, phrase[2].function, phrase[0].role) == ("p.Whole", "p.Gestalt", "_")


def test_decks_deal_every_option_as_often_as_its_weight_says():
    decks = Decks(1)
    dealt = [decks.deal("deck", "abc", [1, 0, 3]) for _ in range(40)]
    assert Counter(dealt) == {"a": 10, "c": 30}
    assert all(Counter(dealt[i : i + 4]) == {"a": 1, "c": 3} for i in range(0, 40, 4))
    assert len({"".join(dealt[i : i + 4]) for i in range(0, 40, 4)}) > 1
