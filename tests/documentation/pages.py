"""The pages of the documentation, as their readers see them: examples, headings, links."""

import re
import runpy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SCHEMA = runpy.run_path(str(DOCS / "schema.py"))
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```$", flags=re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ (.+?)(?: \{#([\w-]+)\})?$", flags=re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A page: README, CONTRIBUTING, or one of docs/."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        """What the site shows, keys of the schemas included."""
        return SCHEMA["on_page_markdown"](self.path.read_text(encoding="utf-8"))

    @cached_property
    def prose(self) -> str:
        """All but the examples."""
        return FENCE.sub("", self.text)

    @property
    def links(self) -> list[str]:
        return LINK.findall(self.prose)

    @property
    def anchors(self) -> set[str]:
        """What stands behind a # in links to it, as GitHub and MkDocs agree."""
        headings = [(title, given) for title, given in HEADING.findall(self.prose)]
        return {given or anchor for title, given in headings if (anchor := slug(title)) or given}

    @property
    def documented(self) -> list[str]:
        """The modules and objects whose docstrings it shows."""
        return re.findall(r"^::: ([\w.]+)$", self.text, flags=re.MULTILINE)

    def blocks(self, language: str) -> list[str]:
        return [body for _, found, body in FENCE.findall(self.text) if found == language]

    @property
    def code(self) -> set[str]:
        """What is set as code within the text."""
        return set(re.findall(r"`([^`\n]+)`", self.prose))


def slug(title: str) -> str | None:
    """The anchor of a heading; None if GitHub and MkDocs make different ones of it."""
    plain = re.sub(r"[^\w\s-]", "", title.encode("ascii", "ignore").decode()).strip().lower()
    github, mkdocs = plain.replace(" ", "-"), re.sub(r"[-\s]+", "-", plain)
    return mkdocs if github == mkdocs else None


PAGES = [Page(path) for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md")))]
BY_NAME = {page.name: page for page in PAGES}
