"""Files of one's own: tables of texts, of pairs, of words, and a word on each line."""

import json
import re

import pytest

from fbert.corpora import Layout
from fbert.corpora.readers import parse_sentences
from fbert.errors import InputError

from .samples import CSV, JSONL, TSV, WORDS

LABELS = Layout(labels=("label",))
PAIR = Layout(text=("premise", "hypothesis"), labels=("gold",))
TOKENS = Layout(tokens="words", labels=("tags",))


def parse(text, format, layout=LABELS):
    return parse_sentences(text.encode(), format, "file", layout)


def rows(*values):
    return "".join(json.dumps(value) + "\n" for value in values)


def test_a_csv_has_texts_over_lines_and_quotation_marks():
    first, second, third = parse(CSV, "csv")
    assert first.words == ("A", "short", "one,", "with", "a", "comma.")
    assert second.words == ("Two", "lines", "and", "a", '"word"', "in", "quotes")
    assert [s.values["label"] for s in (first, second, third)] == ["good", "bad", "good"]
    assert [(s.id, s.line, s.second) for s in (first, second, third)] == [
        ("1", 2, None),
        ("2", 3, None),
        ("3", 5, None),
    ]


def test_quotation_marks_of_a_tsv_are_text():
    assert parse(TSV, "tsv")[0].words == ('"A"', "short", "one")


def test_labels_of_jsonl_may_be_numbers_and_null_is_none():
    content = JSONL + rows({"text": "x", "label": None}, {"text": "x", "label": True})
    assert [s.values["label"] for s in parse(content, "jsonl")] == ["good", "3", "_", "True"]


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_a_pair_knows_where_its_second_text_begins(format):
    content = "premise,hypothesis,gold\nIt rains .,Wet !,yes\n"
    if format == "jsonl":
        content = rows({"premise": "It rains .", "hypothesis": "Wet !", "gold": "yes"})
    (pair,) = parse(content, format, PAIR)
    assert (pair.words, pair.second) == (("It", "rains", ".", "Wet", "!"), 3)
    assert pair.values == {"gold": "yes"}


@pytest.mark.parametrize(
    ("format", "content"),
    [
        ("csv", "words,tags\nNew York,B I\n"),
        ("tsv", "tags\twords\nB I\tNew York\n"),
        ("jsonl", rows({"words": ["New", "York"], "tags": ["B", "I"]})),
        ("jsonl", rows({"words": "New York", "tags": "B I"})),
    ],
)
def test_tokens_have_tags(format, content):
    (sentence,) = parse(content, format, TOKENS)
    assert sentence.columns == {"form": ("New", "York"), "tags": ("B", "I")}


def test_numbers_are_tags():
    (sentence,) = parse(rows({"words": ["New", "York"], "tags": [1, None]}), "jsonl", TOKENS)
    assert sentence.columns["tags"] == ("1", "_")


def test_a_word_on_each_line():
    first, second = parse(WORDS, "words", Layout())
    assert first.columns == {"form": ("Fine", "."), "label": ("ADJ", "PUNCT")}
    assert (second.words, second.line, second.id) == (("See", "Señor", "#"), 4, "2")
    (other,) = parse("1\ta\tX\n2\tb\tY\n", "words", Layout(columns=("id", "form", "ner")))
    assert (other.words, other.columns["ner"]) == (("a", "b"), ("X", "Y"))


@pytest.mark.parametrize(
    ("format", "content", "layout", "message"),
    [
        ("csv", "txt,label\na,b\n", LABELS, "file:2: found no column 'text', .*; did you mean 'txt'?"),
        ("csv", "text,labels\na,b\n", LABELS, "file:2: found no column 'label', .*; did you mean 'labels'?"),
        ("csv", "text;label\na;b\n", LABELS, "file:2: found no column 'text'"),
        ("csv", "text,label\na,b,c\n", LABELS, "file:2: found 3 column(s), expected 2 .*; a comma "),
        ("csv", "text,label\na\n", LABELS, "file:2: found 1 column(s), expected 2"),
        ("csv", 'text,label\n"a,b\nc,d\n', LABELS, "file:2: found a row that cannot be divided"),
        ("csv", "text,label\na,b\n\nc,d\n", LABELS, "file:3: found a blank line"),
        ("csv", "text,text\na,b\n", LABELS, "file:1: found the column name 'text' twice"),
        ("csv", "text,\na,b\n", LABELS, "file:1: found the column name '', .* first line has the names"),
        ("csv", "text,label\n", LABELS, "file:1: found column names alone"),
        ("csv", "text,label\n ,b\n", LABELS, "file:2: found ' ' in column 'text', expected a text of"),
        ("csv", "text,label\na,\n", LABELS, "file:2: found '' in column 'label', .*; what has no label"),
        ("csv", "words,tags\na b,X\n", TOKENS, "file:2: found 1 tag(s) in 'tags', expected 2, as words in"),
        ("csv", "words,tags\n\"['a', 'b']\",X Y\n", TOKENS, "file:2: .*; .* a list needs the format jsonl"),
        ("jsonl", "[1]\n", LABELS, "file:1: found '[1]', expected a JSON object"),
        ("jsonl", '{"text": "a"\n', LABELS, "file:1: found .* expected a JSON object; .* broken over lines"),
        ("jsonl", '{"text": "a", "text": "b"}\n', LABELS, "file:1: .*a key is given twice"),
        ("jsonl", '{"text": "a", "label": NaN}\n', LABELS, "file:1: .*NaN is no JSON"),
        ("jsonl", "[" * 100_000 + "\n", LABELS, "file:1: found .* expected a JSON object"),
        ("jsonl", rows({"text": ["a"], "label": 1}), LABELS, "file:1: .*expected a text; .* key `tokens`"),
        ("jsonl", rows({"text": "a", "label": ["b"]}), LABELS, "file:1: .*; is it the right column?"),
        ("jsonl", rows({"text": "a", "label": 1}, {"text": "a"}), LABELS, "file:2: found no column 'label'"),
        ("jsonl", rows({"text": "a\u0001", "label": 1}), LABELS, "file:1: .*control character"),
        ("jsonl", '{"text": "\\ud800", "label": 1}\n', LABELS, "file:1: .*half a character"),
        ("jsonl", rows({"words": ["a", " "], "tags": ["X", "Y"]}), TOKENS, "file:1: found ' ' in column"),
        ("jsonl", rows({"words": [], "tags": []}), TOKENS, "file:1: .*at least one word or tag"),
        ("words", "a\tX\nb Y\n", Layout(), "file:2: found 1 column(s), expected 2 (form, label); one tab"),
        ("words", "a\tX\tZ\n", Layout(), "file:1: found 3 column(s), .*; is `columns` complete?"),
        ("words", "a\t\n", Layout(), "file:1: found label ''"),
    ],
)  # fmt: skip
def test_malformed_rows_are_refused_with_their_line(format, content, layout, message):
    pattern = ".*".join(map(re.escape, message.split(".*")))
    with pytest.raises(InputError, match=pattern):
        parse(content, format, layout)
