"""Links, anchors and names of files within the documentation lead somewhere; no network."""

import importlib
import re
from pathlib import Path

import pytest
import yaml

from documentation.pages import BY_NAME, DOCS, PAGES, ROOT

TO_BE_WRITTEN = {"studies/reviews.yaml"}  # by whoever follows a page
FOLDERS = "bench|config|docs|envs|fbert|profiles|rules|scripts|slurm|studies|tests|workflow"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for link in page.links:
        if not link.startswith(("https:", "mailto:")):
            path, _, anchor = link.partition("#")
            target = (page.path.parent / path).resolve() if path else page.path
            assert target.exists(), link
            if anchor:
                other = BY_NAME[str(target.relative_to(ROOT))]
                assert anchor in other.anchors or is_documented(anchor, other), link


def is_documented(name, page):
    """Whether a page shows the docstring of a module, or of something public that is in one."""
    module, _, attribute = name.rpartition(".")
    inside = module in page.documented and hasattr(importlib.import_module(module), attribute)
    return name in page.documented or inside


def test_documented_names_exist():
    names = [name for page in PAGES for name in page.documented]
    assert len(names) > 20
    for name in names:
        module, _, attribute = name.rpartition(".")
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            assert hasattr(importlib.import_module(module), attribute), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_of_the_project_that_are_named_are_there(page):
    for code in page.code:
        if re.fullmatch(rf"({FOLDERS})/[\w./-]*", code) and not re.search("[A-Z]{2}", code):
            assert (ROOT / code).exists() or code in TO_BE_WRITTEN, code


def test_the_contents_of_the_site_have_every_page():
    text = re.sub(r"!!python/\S+", "", (ROOT / "mkdocs.yml").read_text())
    contents = [path for part in yaml.safe_load(text)["nav"] for path in paths_in(part)]
    pages = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")}
    decisions = {name for name in pages if name.startswith("decisions/")}  # docs/schema.py lists them
    assert set(contents) == (pages - decisions) | {"decisions/README.md"}
    assert len(contents) == len(set(contents))
    listed = {f"decisions/{link}" for link in BY_NAME["docs/decisions/README.md"].links}
    assert decisions - {"decisions/README.md"} <= listed


def paths_in(part):
    if isinstance(part, dict):
        part = list(part.values())
    return [part] if isinstance(part, str) else [path for inner in part for path in paths_in(inner)]


def test_readme_is_short_and_maps_the_documentation():
    readme = BY_NAME["README.md"]
    assert len(readme.path.read_text().splitlines()) <= 120
    pages = {str(path.relative_to(ROOT)) for path in DOCS.rglob("*.md") if path.parent.name != "decisions"}
    assert pages - {"docs/index.md"} <= {str(Path(link.partition("#")[0])) for link in readme.links}
