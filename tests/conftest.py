import fcntl
import os
from pathlib import Path

import pytest
from checkout import Checkout

ROOT = Path(__file__).parents[1]


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
def finished(tmp_path_factory, worker_id) -> Checkout:
    """A checkout in which the tiny study has been run; tests that edit it put things back.

    Where tests run side by side, the first process that asks runs the study, and each gets a copy.
    """
    folder = tmp_path_factory.mktemp("finished") / "checkout"
    if worker_id == "master":
        return ran(folder)
    shared = tmp_path_factory.getbasetemp().parent / "finished"
    with open(shared.with_name("finished.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.is_dir():
            ran(shared.with_name("running")).folder.rename(shared)
    return Checkout(shared).copied_to(folder)


def ran(folder: Path) -> Checkout:
    checkout = Checkout.fresh(folder)
    checkout.run()
    return checkout
