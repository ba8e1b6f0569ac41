import os
from pathlib import Path

import pytest
from checkout import Checkout

ROOT = Path(__file__).parents[1]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run side by side, those that share what was costly to make stay in one process."""
    for item in items:
        shared = "finished" if "finished" in getattr(item, "fixturenames", ()) else item.path.name
        item.add_marker(pytest.mark.xdist_group(shared))


def _folder(variable: str, default: str) -> Path:
    path = Path(os.environ.get(variable, ROOT / default)).resolve()
    if not path.is_dir():
        pytest.skip(f"{path} is not here; {variable} names another folder")
    return path


@pytest.fixture(scope="session")
def corpora_folder() -> Path:
    """The folder with the real corpora, if this machine has it."""
    return _folder("FBERT_CORPORA", "../shared/corpora")


@pytest.fixture(scope="session")
def golden_folder() -> Path:
    """The folder with inputs and their exact clusters, if this machine has it."""
    return _folder("FBERT_GOLDEN", "../shared/reference/golden")


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    return Checkout.fresh(tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Checkout:
    """A checkout in which the tiny study has been run; tests that edit it put things back."""
    checkout = Checkout.fresh(tmp_path_factory.mktemp("finished"))
    checkout.run()
    return checkout
