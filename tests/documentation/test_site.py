"""The site is built, and what would only be a warning ends the build."""

import subprocess

import pytest
from checkout import ROOT, Checkout

pytestmark = [pytest.mark.hard, pytest.mark.timeout(300)]
TOOLS = ROOT / ".venv-docs"


@pytest.fixture
def copy(tmp_path):
    if not (TOOLS / "ready").is_file():
        pytest.skip("no .venv-docs; `make docs` makes it")
    return Checkout.fresh(tmp_path / "checkout")


def built(copy):
    command = ["make", "docs", f"VENV_DOCS={TOOLS}"]
    return subprocess.run(command, cwd=copy.folder, capture_output=True, text=True, check=False)


def test_the_site_has_every_page_and_every_key(copy):
    done = built(copy)
    assert done.returncode == 0, done.stderr
    site = copy.folder / "site"
    assert "Passes over the training set." in (site / "reference/study.html").read_text()
    assert "hull_distance" in (site / "reference/api/directprobe.html").read_text()
    assert (site / "decisions/0001-own-hull-distance-solver.html").is_file()


@pytest.mark.parametrize(
    "wrong",
    ["[x](how-to/nowhere.md)", "[x](method.md#nowhere)", "::: fbert.nothing", "![x](pictures/none.png)"],
)
def test_a_warning_ends_the_build(copy, wrong):
    with open(copy.folder / "docs/index.md", "a") as page:
        page.write(f"\n{wrong}\n")
    assert built(copy).returncode != 0
