"""Write generated sentences in the formats of real corpora."""

from __future__ import annotations

from collections.abc import Sequence

from fbert.corpora.generated.grammar import Phrase, Token
from fbert.corpora.generated.sentences import spaces_after, to_text

_NOTICE = "# note = synthetic: made by the seeded grammar of fbert.corpora.generated"
_UNIT_RELATIONS = {"fixed", "flat", "compound:prt"}
_LEXCATS = {"NOUN": "N", "PROPN": "N", "VERB": "V", "ADP": "P"}


def to_conllu(sentences: Sequence[tuple[str, Phrase]]) -> str:
    """Return CoNLL-U for sentences with their ids."""
    return _document([(name, sentence, _conllu_columns(sentence)) for name, sentence in sentences])


def to_conllulex(sentences: Sequence[tuple[str, Phrase]]) -> str:
    """Return conllulex for sentences with their ids: SMWE, LEXCAT, and SS and SS2 of prepositions."""
    return _document(
        [
            (name, sentence, _joined(_conllu_columns(sentence), _lexical_columns(sentence)))
            for name, sentence in sentences
        ]
    )


def _document(sentences: Sequence[tuple[str, Phrase, list[list[str]]]]) -> str:
    blocks = []
    for name, sentence, rows in sentences:
        comments = [f"# sent_id = {name}", f"# text = {to_text(sentence)}"]
        blocks.append("\n".join([*comments, *("\t".join(row) for row in rows)]))
    return _NOTICE + "\n" + "\n\n".join(blocks) + "\n\n"


def _joined(left: list[list[str]], right: list[list[str]]) -> list[list[str]]:
    return [a + b for a, b in zip(left, right, strict=True)]


def _conllu_columns(sentence: Phrase) -> list[list[str]]:
    return [
        [
            str(i + 1),
            token.form,
            "_",
            token.upos,
            "_",
            "_",
            _head(i, token),
            token.relation,
            "_",
            _misc(space),
        ]
        for i, (token, space) in enumerate(zip(sentence, spaces_after(sentence), strict=True))
    ]


def _head(i: int, token: Token) -> str:
    return str(0 if token.head == i else token.head + 1)


def _misc(space: bool) -> str:
    return "_" if space else "SpaceAfter=No"


def _lexical_columns(sentence: Phrase) -> list[list[str]]:
    units = _units(sentence)
    return [
        [units.get(i, "_"), _lexcat(token, units.get(i, "_")), "_", token.role, token.function, *["_"] * 4]
        for i, token in enumerate(sentence)
    ]


def _units(sentence: Phrase) -> dict[int, str]:
    """Return `unit:position` for the words of multiword units, by position in the sentence."""
    heads = sorted({token.head for token in sentence if token.relation in _UNIT_RELATIONS})
    units: dict[int, str] = {}
    for number, head in enumerate(heads, start=1):
        parts = [i for i, t in enumerate(sentence) if t.head == head and t.relation in _UNIT_RELATIONS]
        units |= {i: f"{number}:{place}" for place, i in enumerate([head, *parts], start=1)}
    return units


def _lexcat(token: Token, unit: str) -> str:
    """Return STREUSLE's lexical category; a multiword unit has it on its first word alone."""
    if unit != "_" and not unit.endswith(":1"):
        return "_"
    if token.form.lower() == "to" and token.upos == "PART":
        return "INF" if token.role == "_" else "INF.P"
    if token.form == "'s":
        return "POSS"
    if token.role != "_":
        return "PRON.POSS" if token.upos == "PRON" else "P"
    return _LEXCATS.get(token.upos, token.upos)
