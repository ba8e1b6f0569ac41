import fcntl
import os
import sys
from pathlib import Path

import pytest
from checkout import Checkout

# scikit-learn's checks of an estimator leave out array_api input without it; read when SciPy is imported.
os.environ["SCIPY_ARRAY_API"] = "1"
# Where PYTHONDONTWRITEBYTECODE is set, each process of a run would compile two hundred files of tests anew.
sys.dont_write_bytecode = False

ROOT = Path(__file__).parents[1]
# Whoever uses one of these starts Snakemake.
STARTING_SNAKEMAKE = {"checkout", "finished"}


def pytest_addoption(parser):
    parser.addoption("--part", metavar="K/N", help="of the chosen tests, run the K-th of N parts")


def pytest_report_header(config):
    part = config.getoption("--part")
    return f"part {part} of the chosen tests" if part else None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config, items):
    for item in items:
        if STARTING_SNAKEMAKE & set(item.fixturenames):
            item.add_marker("workflow")
    yield  # here -m and -k choose
    if part := config.getoption("--part"):
        _choose_part(config, items, *map(int, part.split("/")))
    _order(items)


def _choose_part(config, items, number, parts):
    """Keep every N-th group, from the K-th on; tests of one file with the same parameters are a group.

    They share what is slow to make, and groups in turn make parts of about the same length, which those by a
    hash would not be. On SLURM each test is slow by itself, and a group of its own.
    """
    groups = list(dict.fromkeys(map(_group, items)))[number - 1 :: parts]
    config.hook.pytest_deselected(items=[item for item in items if _group(item) not in groups])
    items[:] = [item for item in items if _group(item) in groups]


def _group(item):
    if item.get_closest_marker("slurm"):
        return item.nodeid
    return item.path, item.callspec.id if hasattr(item, "callspec") else None


def _order(items):
    """Let nobody wait for the finished study, where processes take files in this order.

    The first file that needs it makes it, while the other process goes through all that do not; the others
    that need it are last.
    """
    users = list(dict.fromkeys(item.path for item in items if "finished" in item.fixturenames))
    items.sort(key=lambda item: item.path not in users[:1] and 1 + (item.path in users))


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
    return Checkout.fresh(tmp_path / "checkout")


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
