"""Labels counted straight from the columns, without the package's own tasks."""


def upos(sentences):
    return [tag for sentence in sentences for tag in sentence.columns["upos"]]


def relations(sentences):
    """Relations of all words but the root."""
    arcs = [arc for s in sentences for arc in zip(s.columns["head"], s.columns["deprel"], strict=True)]
    return [relation for head, relation in arcs if head not in ("0", "_")]


def prepositions(sentences):
    """Role and function of prepositions that are a unit of one word."""
    units = [
        unit
        for s in sentences
        for unit in zip(s.columns["smwe"], s.columns["ss"], s.columns["ss2"], strict=True)
    ]
    return [(role, function) for smwe, role, function in units if smwe == "_" and role.startswith("p.")]


def roles(sentences):
    return [role for role, _ in prepositions(sentences)]


def functions(sentences):
    return [function for _, function in prepositions(sentences)]


def questions(sentences):
    return [sentence.values["label"] for sentence in sentences]
