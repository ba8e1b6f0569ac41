"""Files as people have them: other columns, spaces, compressed, in another encoding, or no text at all."""

import bz2
import gzip
import lzma

import pyarrow
import pytest

from fbert.corpora.layout import Layout
from fbert.corpora.readers import parse_sentences, read_sentences
from fbert.errors import InputError
from fbert.prepare import prepare
from fbert.study.known_tasks import KNOWN_TASKS
from fbert.task_definitions import TaskDefinition

from .samples import CONLLU, CSV, STREUSLE

PLUS = """\
# global.columns = ID FORM UPOS HEAD DEPREL PARSEME:MWE
# sent_id = a
1\tWe\tPRON\t2\tnsubj\t*
2\tgive\tVERB\t0\troot\t1:VPC.full
3\tup\tADP\t2\tcompound\t1

"""
CONLL2003 = """\
-DOCSTART- -X- -X- O

Oslo NNP B-NP B-LOC
shines VBZ B-VP O

-DOCSTART- -X- -X- O

Bird NNP I-NP B-PER
"""


def zstd(data: bytes) -> bytes:
    sink = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


def parse(text, format, layout=None):
    return parse_sentences(text.encode() if isinstance(text, str) else text, format, "file", layout)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd])
def test_compressed_files_are_read(pack):
    assert parse(pack(CONLLU.encode()), "conllu") == parse(CONLLU, "conllu")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd])
def test_a_compressed_file_cut_short_is_named_as_that(pack):
    with pytest.raises(InputError, match="file:1: found compressed data that cannot be unpacked"):
        parse(pack(CONLLU.encode() * 50)[:-20], "conllu")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PAR1\x15\x04", "a Parquet file, expected text; it is read with format `parquet`"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive or an Excel file, expected text"),
        (b"ARROW1\x00\x00", "an Arrow file, .* format `dataset`"),
        (b"%PDF-1.7", "a PDF"),
    ],
)
def test_what_is_no_text_is_named_for_what_it_is(content, said):
    with pytest.raises(InputError, match=f"file:1: found {said}"):
        parse(content, "csv", Layout())


def test_another_encoding_is_guessed():
    with pytest.raises(InputError, match="it would read '1,café,good'; if that is right, it is in that"):
        parse("id,text,label\n1,café,good\n".encode("latin-1"), "csv", Layout())


def test_conllu_plus_has_the_columns_that_it_names():
    (sentence,) = parse(PLUS, "conllu")
    assert sentence.columns["upos"] == ("PRON", "VERB", "ADP")
    assert sentence.columns["PARSEME:MWE"] == ("*", "1:VPC.full", "1")
    assert sentence.columns["lemma"] == ("_", "_", "_")


def test_a_task_on_a_column_of_conllu_plus(tmp_path):
    for part in ("train", "test"):
        (tmp_path / f"{part}.cupt").write_text(PLUS)
    files = {part: tmp_path / f"{part}.cupt" for part in ("train", "test")}
    reading = {"format": "conllu", "synthetic": False, "test_share": None, "split_seed": 0}
    task = TaskDefinition("word", "PARSEME:MWE", {"PARSEME:MWE": r"[^*].*"})
    corpus = prepare("mwe", files, tasks={"MWE": task}, **reading)
    assert corpus.labels["MWE"] == ("1", "1:VPC.full")
    with pytest.raises(InputError, match="needs the column 'PARSEME:MVE'; did you mean 'PARSEME:MWE'"):
        prepare("mwe", files, tasks={"MWE": TaskDefinition("word", "PARSEME:MVE")}, **reading)


@pytest.mark.parametrize("columns", ["FORM ID", "ID UPOS", "ID FORM FORM"])
def test_impossible_columns_of_conllu_plus_are_refused(columns):
    with pytest.raises(InputError, match=r"file:1: found global\.columns"):
        parse(PLUS.replace("ID FORM UPOS HEAD DEPREL PARSEME:MWE", columns), "conllu")


def test_eleven_columns_without_a_name_are_refused_with_what_is_missing():
    with pytest.raises(InputError, match=r"found 11 columns, expected 10; .*# global\.columns"):
        parse("1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_\tx\n", "conllu")


def test_columns_may_be_apart_by_spaces_and_documents_are_no_sentences():
    layout = Layout(columns=("form", "pos", "chunk", "entity"))
    sentences = parse(CONLL2003, "words", layout)
    assert [sentence.words for sentence in sentences] == [("Oslo", "shines"), ("Bird",)]
    assert sentences[0].columns["entity"] == ("B-LOC", "O")
    assert [sentence.id for sentence in sentences] == ["1", "2"]


def test_in_a_file_with_tabs_a_space_parts_nothing():
    with pytest.raises(InputError, match=r"file:2: found 1 column\(s\), expected 2"):
        parse("Fine\tADJ\nNew York\n", "words", Layout(columns=("form", "label")))


def test_supersenses_of_streusle_5_are_roles_and_functions():
    (sentence,) = parse(STREUSLE, "streusle")
    role = KNOWN_TASKS["PS-role"].find(sentence)
    function = KNOWN_TASKS["PS-fxn"].find(sentence)
    assert (role, function) == ([((3,), "p.Time")], [((3,), "p.Locus")])
    assert sentence.columns["smwe"][1] == "1:1"


def test_a_sentence_without_an_id_clashes_with_none():
    text = "1\tYes\t_\tINTJ\t_\t_\t0\troot\t_\t_\n\n# sent_id = 1\n1\tNo\t_\tINTJ\t_\t_\t0\troot\t_\t_\n"
    assert [sentence.id for sentence in parse(text, "conllu")] == ["#1", "1"]
    with pytest.raises(InputError, match="found sentence id '1' as in line 3"):
        parse(text + "\n# sent_id = 1\n1\tNo\t_\tINTJ\t_\t_\t0\troot\t_\t_\n", "conllu")


def test_a_cell_may_be_long():
    long = "word " * 60_000
    (first, *_) = parse(CSV.replace("Señor Sol", long.strip()), "csv", Layout(labels=("label",)))[2:]
    assert len(first.words) == 60_000


def test_the_readers_open_what_the_path_says(tmp_path):
    (tmp_path / "a.conllu.gz").write_bytes(gzip.compress(CONLLU.encode()))
    assert len(read_sentences(tmp_path / "a.conllu.gz", "conllu")) == 2
