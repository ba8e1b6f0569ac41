"""References in the code lead somewhere in the documentation."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
REFERENCE = re.compile(
    r"docs/method\.md, ((?:[A-Z][\w-]+(?: [a-z][\w-]+)*)(?:, and [A-Z][\w-]+(?: [a-z][\w-]+)*)?)"
)
SOURCES = [*ROOT.glob("fbert/**/*.py"), *ROOT.glob("fbert/**/*.yaml"), *ROOT.glob("tests/**/*.py")]


def headings() -> set[str]:
    text = (ROOT / "docs/method.md").read_text()
    return set(re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE))


def test_references_to_the_method_name_a_section_of_it():
    found = []
    for path in SOURCES:
        text = re.sub(r"\s+(?:# )?", " ", path.read_text())
        for reference in REFERENCE.findall(text):
            found += [(path, name) for name in reference.split(", and ")]
    assert len(found) > 20
    known = headings()
    assert not [(path, name) for path, name in found if name not in known]


def test_no_text_speaks_of_a_document_that_is_not_here():
    missing = "study, " + "section"
    assert not [path for path in SOURCES if missing in path.read_text()]
