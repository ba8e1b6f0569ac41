"""What the readers give, and what they refuse."""

import codecs
import re

import pytest

from fbert.corpora import FORMATS, read_sentences
from fbert.errors import InputError

from .samples import CONLLU, CONLLULEX, SAMPLES, TREC


@pytest.fixture
def read(tmp_path):
    def read(content, format):
        path = tmp_path / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_sentences(path, format)

    return read


def test_conllu(read):
    first, second = read(CONLLU, "conllu")
    assert (first.id, first.line, first.values) == ("samples-1", 1, {})
    assert first.words == ("“", "Do", "n't", "run", "!”", "she", "said", ".")
    assert first.columns["form"] == first.words
    assert first.columns["upos"] == ("PUNCT", "AUX", "PART", "VERB", "PUNCT", "PRON", "VERB", "PUNCT")
    assert first.columns["head"] == ("4", "4", "4", "7", "4", "7", "0", "7")
    assert first.columns["deprel"][3] == "ccomp"
    assert (second.id, second.line, second.words) == ("2", 15, ("Yes",))


def test_conllulex(read):
    first, second = read(CONLLULEX, "conllulex")
    assert first.columns["smwe"] == ("_", "1:1", "1:2", "_", "_")
    assert first.columns["ss"] == ("_", "v.stative", "_", "p.Time", "n.TIME")
    assert first.columns["ss2"] == ("_", "_", "_", "p.Locus", "_")
    assert second.words == ("", "Fine")
    assert set(second.columns["head"]) == {"_"}


def test_trec(read):
    questions = read(SAMPLES["trec"], "trec")
    assert [question.values["label"] for question in questions] == ["NUM:date", "LOC:city", "HUM:ind"]
    assert questions[2].words == ("Who", "wrote", "``", "Señor", "Sol", "''", "?")
    assert [(question.id, question.line) for question in questions] == [("1", 1), ("2", 2), ("3", 3)]
    assert questions[0].columns == {}


@pytest.mark.parametrize("format", FORMATS)
def test_line_ends_do_not_matter(read, format):
    content = SAMPLES[format]
    assert read(content.replace(b"\n", b"\r\n"), format) == read(content, format)
    assert read(content.rstrip(b"\n"), format) == read(content, format)
    assert read(content + b"\n\n", format) == read(content, format)


def test_a_byte_order_mark_means_utf8(read):
    for format, text in (("conllu", CONLLU), ("conllulex", CONLLULEX), ("trec", TREC)):
        assert read(codecs.BOM_UTF8 + text.encode(), format) == read(SAMPLES[format], format)


def test_blank_lines_may_repeat_between_sentences(read):
    spread = read(CONLLU.replace("\n\n", "\n\n\n\n"), "conllu")
    assert [sentence.words for sentence in spread] == [sentence.words for sentence in read(CONLLU, "conllu")]


def test_very_long_sentences_just_work(read):
    size = 10_000
    rows = [f"{i}\tw\tw\tNOUN\tNN\t_\t{i + 1}\tdep\t_\t_" for i in range(1, size)]
    rows.append(f"{size}\tw\tw\tNOUN\tNN\t_\t0\troot\t_\t_")
    (sentence,) = read("\n".join(rows), "conllu")
    assert len(sentence.words) == size
    rows[-1] = rows[-1].replace("0\troot", "1\tdep")
    with pytest.raises(
        InputError, match=r"file:1: found a cycle in the heads \(1 -> 2 -> .* -> \.\.\. -> 1\)"
    ):
        read("\n".join(rows), "conllu")


CHANGES = [  # format, what is replaced, by what, the error
    ("conllu", "5\t!”\t!”", "5\t!”", r":10: found 9 columns, expected 10; is the line cut"),
    (
        "conllu",
        "6\tshe\tshe\tPRON\tPRP\tPerson=3\t7\tnsubj\t_\t_",
        "6 she she",
        r":11: found 1 column.*never by spaces",
    ),
    ("conllu", "\n5\t", "\n6\t", r":10: found ID 6, expected 5; is a line missing"),
    ("conllu", "\n5\t", "\n4\t", r":10: found ID 4, expected 5; is the line there twice"),
    ("conllu", "\n5\t", "\n1\t", r":10: found ID 1, expected 5; is the blank line"),
    ("conllu", "\n5\t", "\nfive\t", r":10: found ID 'five', expected 5"),
    ("conllu", "\n5\t", "\n" + "9" * 5000 + "\t", r":10: found ID '9{40}…', expected 5"),
    ("conllu", "2-3", "3-4", r":5: found the range 3-4, expected one that begins at 2"),
    (
        "conllu",
        "2-3",
        "2-9",
        r":5: found a range that ends at word 9, expected at most 8; is the sentence cut",
    ),
    (
        "conllu",
        "3\tn't",
        "3-4\tn't\t_\t_\t_\t_\t_\t_\t_\t_\n3\tn't",
        r":7: found the range 3-4.*overlaps no other",
    ),
    ("conllu", "4.1", "4.2", r":9: found the empty node 4\.2, expected 4\.1"),
    (
        "conllu",
        "_\t_\t4:advmod",
        "4\tdep\t4:advmod",
        r":9: found HEAD '4' and DEPREL 'dep', expected `_` in both",
    ),
    ("conllu", "AUX\tVB", "VB\tAUX", r":6: found UPOS 'VB', .*; are UPOS and XPOS swapped"),
    (
        "conllu",
        "Person=3\t7\tnsubj",
        "7\tPerson=3\tnsubj",
        r":11: found HEAD 'Person=3', .*swapped or missing",
    ),
    ("conllu", "Person=3\t7\tnsubj", "Person=3\t07\tnsubj", r":11: found HEAD '07'"),
    (
        "conllu",
        "Person=3\t7\tnsubj",
        "Person=3\t9\tnsubj",
        r":11: found head 9, expected a word.*1 to 8, or 0",
    ),
    ("conllu", "Person=3\t7\tnsubj", "Person=3\t6\tnsubj", r":11: found head 6, .*cannot be its own head"),
    ("conllu", "Person=3\t7\tnsubj", "Person=3\t0\tnsubj", r":11: found head 0 with relation nsubj"),
    ("conllu", "Person=3\t7\tnsubj", "Person=3\t7\troot", r":11: found head 7 with relation root"),
    (
        "conllu",
        "Person=3\t7\tnsubj",
        "Person=3\t0\troot",
        r":12: found a second root \(the first is word 6\)",
    ),
    ("conllu", "Person=3\t7\tnsubj", "Person=3\t_\t_", r":11: found HEAD _ with DEPREL _, expected both"),
    ("conllu", "0\troot\t_\tSpace", "4\tdep\t_\tSpace", r":1: found a cycle in the heads \(4 -> 7 -> 4\)"),
    (
        "conllu",
        "\tshe\tPRON",
        "\t\tPRON",
        r":11: found LEMMA '', expected a value; an absent value is written `_`",
    ),
    ("conllu", "\tshe\tPRON", "\tshe \tPRON", r":11: found LEMMA 'she ', expected a value"),
    ("conllu", "\tshe\tshe", "\tsh\0e\tshe", r":11: found the control character '\\x00', expected text"),
    ("conllu", "1\tYes", "# a comment\n\n1\tYes", r":15: found a sentence without words"),
    ("conllu", "\n6\tshe", "\n# a comment\n6\tshe", r":11: found a comment among words.*blank line missing"),
    ("conllu", "1\tYes", "# sent_id = samples-1\n1\tYes", r":15: found sentence id 'samples-1' as in line 1"),
    ("conllulex", "1:2", "1/2", r":4: found SMWE '1/2', expected `unit:position`"),
    (
        "conllulex",
        "p.Time\tp.Locus",
        "p.Time\t_",
        r":6: found SS 'p\.Time' with SS2 '_', expected `p\.` in both",
    ),
    ("conllulex", "\t_\t_\t_\tO-P\n", "\t_\t_\t_\n", r":6: found 18 columns, expected 19"),
    (
        "trec",
        "NUM:date",
        "date",
        r":1: found 'date When was the first bridge built \?', expected `COARSE:fine words`",
    ),
    ("trec", "NUM:date When was the first bridge built ?", "NUM:date", r":1: found 'NUM:date', expected"),
    ("trec", "\nLOC", "\n\nLOC", r":2: found '', expected `COARSE:fine words`"),
]


@pytest.mark.parametrize(("format", "old", "new", "message"), CHANGES)
def test_a_malformed_line_is_named(read, format, old, new, message):
    content = SAMPLES[format].decode("utf-8" if format != "trec" else "iso-8859-1")
    assert content.count(old) == 1
    with pytest.raises(InputError, match="/file" + message):
        read(content.replace(old, new), format)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("content", [b"", b"\n\n", codecs.BOM_UTF8, b"\r\n"])
def test_an_empty_file_is_refused(read, format, content):
    with pytest.raises(InputError, match="/file:1: found an empty file, expected sentences"):
        read(content, format)


@pytest.mark.parametrize("format", ["conllu", "conllulex"])
def test_other_encodings_are_refused_by_line(read, format):
    with pytest.raises(
        InputError,
        match=r"/file:2: found the byte 0xe9, expected UTF-8 text; in Windows-1252 .*read '# café'",
    ):
        read(b"# one\n# caf\xe9\n", format)
    with pytest.raises(InputError, match=r"/file:1: found the byte 0xff, .*seems to be UTF-16"):
        read(CONLLU.encode("utf-16"), format)


def test_what_cannot_be_opened_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"absent: cannot be read \(No such file"):
        read_sentences(tmp_path / "absent", "conllu")
    with pytest.raises(InputError, match=re.escape(str(tmp_path)) + r": cannot be read \(Is a directory"):
        read_sentences(tmp_path, "trec")


def test_an_unknown_format_names_the_nearest():
    with pytest.raises(InputError, match="unknown corpus format 'conll'; did you mean 'conllu'"):
        read_sentences(__file__, "conll")
