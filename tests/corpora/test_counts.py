"""Counts of whole files in many dialects, against parsers of a few lines that share nothing with ours."""

import bz2
import csv
import gzip
import io
import json
import lzma
import random
from collections import Counter

import pandas as pd
import pytest

from fbert.corpora.generated import generated_texts
from fbert.corpora.layout import Layout
from fbert.corpora.readers import parse_sentences, read_sentences


def counted(text: str, column: int = 3) -> tuple[int, Counter]:
    """Sentences, and words by what stands in a column, of a treebank."""
    words = [line.split("\t") for line in text.split("\n") if line and not line.startswith("#")]
    counts = Counter(word[column] for word in words if word[0].isdecimal())
    return sum(word[0] == "1" for word in words), counts


def ours(sentences, column: str) -> tuple[int, Counter]:
    return len(sentences), Counter(value for sentence in sentences for value in sentence.columns[column])


@pytest.mark.hard
def test_every_real_treebank(corpora_folder):
    files = [*corpora_folder.glob("**/*.conllu"), *corpora_folder.glob("**/*.conllulex")]
    assert len(files) >= 7
    for file in files:
        found = read_sentences(file, file.suffix.removeprefix("."))
        text = file.read_text(encoding="utf-8")
        assert ours(found, "upos") == counted(text, 3), file
        assert ours(found, "deprel") == counted(text, 7), file


@pytest.mark.hard
def test_every_real_file_of_questions(corpora_folder):
    for file in corpora_folder.glob("trec/*.label"):
        lines = file.read_bytes().decode("latin-1").split("\n")
        labels = Counter(line.split(" ")[0] for line in lines if line)
        assert Counter(sentence.values["label"] for sentence in read_sentences(file, "trec")) == labels


TREEBANK = generated_texts(7)["treebank.conllu"]


def with_ranges(text: str) -> str:
    """A range over the first two words of each sentence, and an empty node behind them."""
    lines = []
    for line in text.split("\n"):
        if line.startswith("1\t"):
            lines.append("1-2\tboth" + "\t_" * 8)
        lines.append(line)
        if line.startswith("2\t"):
            lines.append("2.1\tnothing" + "\t_" * 8)
    return "\n".join(lines)


def plus(text: str) -> str:
    """CoNLL-U Plus with four columns, in another order."""
    lines = ["# global.columns = ID DEPREL FORM HEAD UPOS"]
    for line in text.split("\n"):
        cells = line.split("\t")
        lines.append("\t".join(cells[i] for i in (0, 7, 1, 6, 3)) if len(cells) == 10 else line)
    return "\n".join(lines)


DIALECTS = {
    "as it is": str.encode,
    "line ends of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "gzip": lambda text: gzip.compress(text.encode()),
    "bzip2": lambda text: bz2.compress(text.encode()),
    "xz": lambda text: lzma.compress(text.encode()),
    "no comments": lambda text: "\n".join(line for line in text.split("\n") if line[:1] != "#").encode(),
    "no blank line at the end": lambda text: text.rstrip("\n").encode(),
    "blank lines repeated": lambda text: text.replace("\n\n", "\n\n\n\n").encode(),
    "documents": lambda text: text.replace("# sent_id", "# newdoc\n# sent_id").encode(),
    "ranges and empty nodes": lambda text: with_ranges(text).encode(),
    "CoNLL-U Plus": lambda text: plus(text).encode(),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_treebank_in_every_dialect(dialect):
    found = parse_sentences(DIALECTS[dialect](TREEBANK), "conllu", "file")
    assert ours(found, "upos") == counted(TREEBANK, 3)
    assert ours(found, "deprel") == counted(TREEBANK, 7)
    assert ours(found, "form") == counted(TREEBANK, 1)


def rows(seed: int) -> list[dict[str, str]]:
    """A thousand texts with commas, quotes, line ends, tabs and other scripts in them."""
    chance = random.Random(seed)
    words = ["plain", "comma,", '"quoted"', "two\nlines", "naïve", "日本", "it's", "a;b", "1.5", "#", "'"]
    labels = ["good", "bad", "not so good", "très", "1"]
    return [
        {
            "id": str(number),
            "text": " ".join(chance.choices(words, k=chance.randint(1, 9))),
            "label": chance.choice(labels),
        }
        for number in range(1000)
    ]


def as_csv(table, **dialect) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(table[0]), **dialect)
    writer.writeheader()
    writer.writerows(table)
    return stream.getvalue().encode()


def one_line(table):
    return [row | {"text": row["text"].replace("\n", " ")} for row in table]


def as_jsonl(table) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=row["id"] < "5") + "\n" for row in table).encode()


TABLES = {
    "csv": ("csv", as_csv),
    "csv, line ends of Unix": ("csv", lambda t: as_csv(t, lineterminator="\n")),
    "csv, everything quoted": ("csv", lambda t: as_csv(t, quoting=csv.QUOTE_ALL)),
    "csv, byte order mark": ("csv", lambda t: b"\xef\xbb\xbf" + as_csv(t)),
    "csv, gzip": ("csv", lambda t: gzip.compress(as_csv(t))),
    "csv, columns turned round": ("csv", lambda t: as_csv([dict(reversed(row.items())) for row in t])),
    "csv of pandas": ("csv", lambda t: pd.DataFrame(t).to_csv(index=False).encode()),
    "tsv": (
        "tsv",
        lambda t: pd.DataFrame(one_line(t)).to_csv(sep="\t", index=False, quoting=csv.QUOTE_NONE).encode(),
    ),
    "jsonl": ("jsonl", as_jsonl),
    "jsonl of pandas": ("jsonl", lambda t: pd.DataFrame(t).to_json(orient="records", lines=True).encode()),
    "jsonl, xz": ("jsonl", lambda t: lzma.compress(as_jsonl(t))),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_in_every_dialect(name):
    format, write = TABLES[name]
    table = rows(3)
    found = parse_sentences(write(table), format, "file", Layout(labels=("label",)))
    assert [sentence.values["label"] for sentence in found] == [row["label"] for row in table]
    assert [sentence.words for sentence in found] == [tuple(row["text"].split()) for row in table]
