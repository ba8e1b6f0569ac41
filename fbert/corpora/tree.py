"""Check that the heads of a sentence make one tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fbert.corpora.lines import Lines


@dataclass(frozen=True)
class Arc:
    """What one word's line says of its place in the tree: its head and relation as written."""

    line: int
    head: str
    relation: str


def check_tree(arcs: Sequence[Arc], lines: Lines, first: int) -> None:
    """Refuse heads that make no tree.

    A sentence without any tree (`_` throughout) passes.

    Args:
        arcs: one for each word.
        lines: the file, for the message.
        first: the line where the sentence begins.

    Raises:
        InputError: a head or relation is missing beside others, a head is no word of the sentence or the word
            itself, the root's relation is not `root` or another's is, there are two roots, or a cycle.
    """
    if all(arc.head == arc.relation == "_" for arc in arcs):
        return
    for word, arc in enumerate(arcs, start=1):
        _check_arc(word, arc, len(arcs), lines)
    heads = [int(arc.head) for arc in arcs]
    _check_one_root(heads, arcs, lines)
    cycle = _find_cycle(heads)
    if cycle:
        path = " -> ".join(map(str, [*cycle[:10], *(["..."] if len(cycle) > 10 else []), cycle[0]]))
        raise lines.error(first, f"a cycle in the heads ({path})", "a tree", "one of these heads is wrong")


def _check_arc(word: int, arc: Arc, size: int, lines: Lines) -> None:
    if "_" in (arc.head, arc.relation):
        likely = "annotate the whole sentence, or leave HEAD and DEPREL `_` throughout"
        raise lines.error(arc.line, f"HEAD {arc.head} with DEPREL {arc.relation}", "both", likely)
    head = int(arc.head)
    if head > size:
        likely = "is the sentence cut short, or the head counted in another sentence?"
        raise lines.error(arc.line, f"head {head}", f"a word of this sentence, 1 to {size}, or 0", likely)
    if head == word:
        raise lines.error(arc.line, f"head {head}", "another word or 0", "a word cannot be its own head")
    if (head == 0) != (arc.relation.partition(":")[0] == "root"):
        likely = "HEAD or DEPREL is wrong"
        raise lines.error(
            arc.line, f"head {head} with relation {arc.relation}", "`root` with head 0 alone", likely
        )


def _check_one_root(heads: Sequence[int], arcs: Sequence[Arc], lines: Lines) -> None:
    roots = [word for word, head in enumerate(heads) if head == 0]
    if len(roots) > 1:
        found = f"a second root (the first is word {roots[0] + 1})"
        likely = "a head is wrong, or two sentences run together"
        raise lines.error(arcs[roots[1]].line, found, "one word with head 0", likely)


def _find_cycle(heads: Sequence[int]) -> list[int]:
    """Return the words of a cycle, from 1, or none; every word is visited once."""
    walk_of = [0] * len(heads)  # the walk that first came by each word
    for start in range(1, len(heads) + 1):
        word = start
        while word and not walk_of[word - 1]:
            walk_of[word - 1] = start
            word = heads[word - 1]
        if word and walk_of[word - 1] == start:
            return _around(word, heads)
    return []


def _around(start: int, heads: Sequence[int]) -> list[int]:
    cycle = [start]
    while heads[cycle[-1] - 1] != start:
        cycle.append(heads[cycle[-1] - 1])
    return cycle
