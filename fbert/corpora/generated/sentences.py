"""The sentences of the generated treebank, spelled as English is."""

from __future__ import annotations

from dataclasses import replace

from fbert.corpora.generated.decks import Decks
from fbert.corpora.generated.grammar import Phrase, make

_VOWELS = tuple("aeiou")
_NO_SPACE_BEFORE = {",", ";", ".", "?", "!", "%", "n't", "'s"}


def make_sentences(count: int, seed: int) -> list[Phrase]:
    """Make `count` different sentences, in random order."""
    decks = Decks(seed)
    made: dict[Phrase, None] = {}
    while len(made) < count:
        made[_spell(make("Sentence", decks))] = None
    return list(made)


def to_text(sentence: Phrase) -> str:
    """Return the running text of a sentence."""
    spaces = [" " if has_space else "" for has_space in spaces_after(sentence)]
    return "".join(token.form + space for token, space in zip(sentence, spaces, strict=True)).rstrip()


def spaces_after(sentence: Phrase) -> list[bool]:
    """Tell for each word whether a space follows it in running text."""
    forms = [token.form for token in sentence]
    opening = [form == '"' and forms[: i + 1].count('"') % 2 == 1 for i, form in enumerate(forms)]
    closing = [form == '"' and not opened for form, opened in zip(forms, opening, strict=True)]
    glued = [form in _NO_SPACE_BEFORE or closed for form, closed in zip(forms, closing, strict=True)]
    return [
        not (opening[i] or forms[i] == "$" or (i + 1 < len(forms) and glued[i + 1]))
        for i in range(len(forms))
    ]


def _spell(sentence: Phrase) -> Phrase:
    """Begin with a capital, and write `an` before a vowel."""
    first = next(i for i, token in enumerate(sentence) if token.upos != "PUNCT")
    tokens = [replace(token, relation="root") if token.relation == "*" else token for token in sentence]
    for i, token in enumerate(tokens[:-1]):
        if token.form == "a" and tokens[i + 1].form.startswith(_VOWELS):
            tokens[i] = replace(token, form="an")
    tokens[first] = replace(tokens[first], form=tokens[first].form[0].upper() + tokens[first].form[1:])
    return tuple(tokens)
