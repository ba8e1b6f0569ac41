"""CoNLL-U and STREUSLE's conllulex: a word a line, columns apart by tabs, a blank line between sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from fbert.corpora.lines import Lines, quote
from fbert.corpora.rows import Row, select_words
from fbert.corpora.sentence import Sentence
from fbert.corpora.tree import Arc, check_tree

CONLLU = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
LEXICAL = ("smwe", "lexcat", "lexlemma", "ss", "ss2", "wmwe", "wcat", "wlemma", "lextag")
_GLOBAL = re.compile(r"#\s*global\.columns\s*=\s*(\S.*?)\s*")
_OPEN = {"ADJ", "ADV", "INTJ", "NOUN", "PROPN", "VERB"}
_CLOSED = {"ADP", "AUX", "CCONJ", "DET", "NUM", "PART", "PRON", "SCONJ"}
_UPOS = _OPEN | _CLOSED | {"PUNCT", "SYM", "X", "_"}
_HEAD = re.compile(r"_|0|[1-9][0-9]{0,8}")
_UNIT = re.compile(r"_|[1-9][0-9]*:[1-9][0-9]*")
_NEW_DOCUMENT = re.compile(r"#\s*newdoc(?:\s+id\s*=\s*(\S.*?))?\s*")
_SENT_ID = re.compile(r"#\s*sent_id\s*=\s*(\S.*?)\s*")

Block = list[tuple[int, str]]


def read_conllu(lines: Lines) -> list[Sentence]:
    """Read CoNLL-U, ten columns, or CoNLL-U Plus, with those that `# global.columns` names in the first line.

    Of CoNLL-U Plus the ten columns of CoNLL-U have their names in small letters and are `_` where the file
    has them not; the others keep theirs (`PARSEME:MWE`).

    Multiword ranges (`3-4`) and empty nodes (`5.1`) are checked and are no words. UPOS is one of the
    seventeen tags, or `_`. HEAD and DEPREL make one tree, or are `_` throughout the sentence. The other
    columns are free text without white space at their ends. Blank lines may repeat, and none is needed at the
    end.

    Raises:
        InputError: a malformed line; a cycle is reported at the sentence's first line.
    """
    named = _GLOBAL.fullmatch(lines.lines[0])
    return _read(lines, CONLLU if named is None else _plus(named[1].split(), lines))


def read_streusle(lines: Lines) -> list[Sentence]:
    """Read STREUSLE from version 5 on: CoNLL-U with supersenses in MISC.

    `Supersense` is a word's role in the scene and the function of its own meaning alike; where they differ,
    `Supersense[scene]` is the role and `Supersense[coding]` the function. They become the columns SS and SS2,
    as in conllulex, and SMWE is `_` for a word that is in no multiword expression.

    Raises:
        InputError: a malformed line.
    """
    return [replace(sentence, columns=_with_senses(sentence.columns)) for sentence in read_conllu(lines)]


def _with_senses(columns: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    misc = [dict(pair.split("=", 1) for pair in cell.split("|") if "=" in pair) for cell in columns["misc"]]
    units = tuple("1:1" if any(key.startswith("MWE") for key in word) else "_" for word in misc)
    senses = {
        name: tuple(word.get("Supersense") or word.get(f"Supersense[{kind}]", "_") for word in misc)
        for name, kind in (("ss", "scene"), ("ss2", "coding"))
    }
    return {**columns, "smwe": units, **senses}


def _plus(names: Sequence[str], lines: Lines) -> tuple[str, ...]:
    """Return the columns that a file of CoNLL-U Plus names."""
    known = tuple(name.lower() if name.lower() in CONLLU and name.isupper() else name for name in names)
    if known[0] != "id" or "form" not in known or len(set(known)) < len(known):
        likely = "each column has a name of its own, ID comes first, and FORM is among them"
        raise lines.error(1, f"global.columns {quote(' '.join(names))}", "columns of CoNLL-U Plus", likely)
    return known


def read_conllulex(lines: Lines) -> list[Sentence]:
    """Read conllulex: CoNLL-U with nine more columns, from SMWE to LEXTAG.

    As `read_conllu`; also, SMWE is `unit:position` or `_`, and SS2 is a preposition's supersense (`p.`)
    exactly where SS is. Ranges and empty nodes may leave out the nine columns. A word's form may be empty: in
    renderings of STREUSLE two words are a character that does not print.

    Raises:
        InputError: a malformed line.
    """
    return _read(lines, CONLLU + LEXICAL)


def _read(lines: Lines, names: tuple[str, ...]) -> list[Sentence]:
    found = [_sentence(lines, block, names) for block in blocks(lines)]
    _refuse_repeated_ids(found, lines)
    own = {sentence.id for sentence in found}
    named = [
        sentence
        if sentence.id
        else replace(sentence, id=f"{number}" if f"{number}" not in own else f"#{number}")
        for number, sentence in enumerate(found, start=1)
    ]
    return _with_documents(named)


def _with_documents(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Give every sentence the document that begins with it or before it."""
    document, found = "", []
    for sentence in sentences:
        document = sentence.document or document
        found.append(replace(sentence, document=document))
    return found


def blocks(lines: Lines) -> Iterator[Block]:
    """Yield the runs of lines between blank lines, each line with its number."""
    block: Block = []
    for number, text in enumerate([*lines.lines, ""], start=1):
        if text:
            block.append((number, text))
        elif block:
            yield block
            block = []


def _sentence(lines: Lines, block: Block, names: tuple[str, ...]) -> Sentence:
    first = block[0][0]
    comments = _leading_comments(block)
    rows = [_row(lines, line, text, names) for line, text in block[len(comments) :]]
    words = select_words(rows, lines, first)
    for row in words:
        _check_word(row, lines)
    check_tree([Arc(row.line, row.fields["head"], row.fields["deprel"]) for row in words], lines, first)
    columns = {name: tuple(row.fields[name] for row in words) for name in words[0].fields if name != "id"}
    return Sentence(
        _own_id(comments) or "",
        columns["form"],
        columns,
        first,
        document=_new_document(comments, f"{lines.path}:{first}"),
    )


def _leading_comments(block: Block) -> list[str]:
    texts = [text for _, text in block]
    count = next((i for i, text in enumerate(texts) if not text.startswith("#")), len(texts))
    return texts[:count]


def _own_id(comments: Sequence[str]) -> str | None:
    matches = [match for comment in comments if (match := _SENT_ID.fullmatch(comment))]
    return matches[0].group(1) if matches else None


def _new_document(comments: Sequence[str], otherwise: str) -> str:
    """Return the name of the document that begins here, or another one; empty if none begins."""
    matches = [match for comment in comments if (match := _NEW_DOCUMENT.fullmatch(comment))]
    return (matches[0].group(1) or otherwise) if matches else ""


def _row(lines: Lines, line: int, text: str, names: tuple[str, ...]) -> Row:
    """Split a line into its columns; only a range or an empty node may stop after CoNLL-U's ten."""
    if text.startswith("#"):
        raise lines.error(
            line, "a comment among words", "a word or a blank line", "is a blank line missing above?"
        )
    values = text.split("\t")
    if len(values) == len(CONLLU) < len(names) and not values[0].isdecimal():
        values += ["_"] * (len(names) - len(CONLLU))
    if len(values) != len(names):
        likely = (
            "columns are apart by one tab each, never by spaces"
            if len(values) == 1
            else "is the line cut? CoNLL-U Plus names its columns in the first line (# global.columns = ...)"
        )
        raise lines.error(line, _count(values), str(len(names)), likely)
    fields = dict.fromkeys(CONLLU, "_") | dict(zip(names, values, strict=True))
    _check_filled(fields, lines, line)
    return Row(line, fields)


def _count(values: Sequence[str]) -> str:
    return "1 column" if len(values) == 1 else f"{len(values)} columns"


def _check_filled(fields: dict[str, str], lines: Lines, line: int) -> None:
    for name, value in fields.items():
        if value != value.strip(" ") or (value == "" and (name != "form" or "smwe" not in fields)):
            likely = "an absent value is written `_`, and no space stands beside a tab"
            raise lines.error(line, f"{name.upper()} {quote(value)}", "a value", likely)


def _check_word(row: Row, lines: Lines) -> None:
    fields = row.fields
    if fields["upos"] not in _UPOS:
        likely = "are UPOS and XPOS swapped, or is a column missing?"
        raise lines.error(
            row.line, f"UPOS {quote(fields['upos'])}", "one of the 17 universal tags or `_`", likely
        )
    if not _HEAD.fullmatch(fields["head"]):
        likely = "are columns swapped or missing?"
        raise lines.error(row.line, f"HEAD {quote(fields['head'])}", "a word's number, 0 or `_`", likely)
    if "smwe" in fields:
        _check_lexical(row, lines)


def _check_lexical(row: Row, lines: Lines) -> None:
    smwe, role, function = (row.fields[name] for name in ("smwe", "ss", "ss2"))
    if not _UNIT.fullmatch(smwe):
        likely = "are columns swapped or missing?"
        raise lines.error(row.line, f"SMWE {quote(smwe)}", "`unit:position` such as 1:2, or `_`", likely)
    if role.startswith("p.") != function.startswith("p."):
        likely = "a preposition has both a role (SS) and a function (SS2)"
        raise lines.error(
            row.line, f"SS {quote(role)} with SS2 {quote(function)}", "`p.` in both or neither", likely
        )


def _refuse_repeated_ids(sentences: Sequence[Sentence], lines: Lines) -> None:
    seen: dict[str, int] = {}
    for sentence in sentences:
        if sentence.id and sentence.id in seen:
            found = f"sentence id {quote(sentence.id)} as in line {seen[sentence.id]}"
            likely = "is part of the file in it twice?"
            raise lines.error(sentence.line, found, "an id of its own", likely)
        seen[sentence.id] = sentence.line
