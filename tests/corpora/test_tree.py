"""Which heads make a tree, against the definition: every word reaches the root, and there is one."""

from itertools import product

from fbert.corpora.lines import Lines
from fbert.corpora.tree import Arc, check_tree
from fbert.errors import InputError


def is_tree(heads):
    """One root, and from every word the way up ends at 0 within as many steps as there are words."""
    if heads.count(0) != 1:
        return False
    for start in range(1, len(heads) + 1):
        word = start
        for _ in heads:
            word = heads[word - 1] if word else 0
        if word:
            return False
    return True


def accepts(heads):
    arcs = [Arc(line, str(head), "dep" if head else "root") for line, head in enumerate(heads, start=1)]
    try:
        check_tree(arcs, Lines("file", []), 1)
    except InputError:
        return False
    return True


def test_exactly_the_trees_are_accepted():
    cases = [heads for size in range(1, 6) for heads in product(range(size + 1), repeat=size)]
    assert [heads for heads in cases if accepts(heads)] == [heads for heads in cases if is_tree(heads)]
    # Cayley: there are n^(n-1) rooted labelled trees on n words
    assert sum(accepts(heads) for heads in cases) == sum(size ** (size - 1) for size in range(1, 6))
