"""Two users of one checkout and its results: what one began, the other goes on with."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from fbert import environment
from fbert.files import share

COLLEAGUE = 1234
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")


def test_a_file_of_a_colleague_keeps_its_permissions(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the folders above are root's alone
    tmp_path.chmod(0o777)
    file = Path("state")
    file.touch()
    file.chmod(0o640)
    pid = os.fork()
    if pid == 0:  # who may write here, but is not the owner
        os.setuid(COLLEAGUE)
        with suppress(BaseException):
            share(file)
            os._exit(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert file.stat().st_mode & 0o777 == 0o640


def test_the_commit_of_a_checkout_that_a_colleague_made_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))  # where git has been told of no folder to trust
    git = ["git", "-c", "user.name=fbert", "-c", "user.email=fbert@example.org"]
    for command in (["init", "-q"], ["commit", "-qm", "none", "--allow-empty"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    expected = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=tmp_path, text=True).strip()
    for path in (tmp_path, tmp_path / ".git"):
        os.chown(path, COLLEAGUE, COLLEAGUE)
    monkeypatch.setattr(environment, "__file__", str(tmp_path / "fbert/environment.py"))
    assert environment.commit() == expected
