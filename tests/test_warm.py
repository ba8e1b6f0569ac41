"""The warm process: a job that it runs ends as it would by itself, whatever happens to whom."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
# As Snakemake: it starts the warm process, then one job after another, and says how each ended.
STARTER = """
import os, signal, subprocess, sys
from fbert import warm
warm.start()
print(os.environ.get(warm.ADDRESS), warm._started[0].pid, flush=True)
for line in sys.stdin:
    print(subprocess.run([sys.executable, *line.split()]).returncode, flush=True)
"""
# What a job does: says which process it is, and what it has.
JOB = """
import os, sys
from fbert.warm import hand_over
if __name__ == "__main__":
    hand_over("rule")
    warm = "decimal" in sys.modules
    import decimal
    print(f"job {os.getppid()} {warm} {sys.argv} {os.getcwd()} {os.environ.get('FBERT_WARM')}", flush=True)
    {work}
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")


class Workflow:
    def __init__(self, folder, **environment):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", STARTER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | environment,
        )
        self.address, server = self.line().split()
        self.server = int(server)

    def begin(self, work: str) -> None:
        script = self.folder / "job.py"
        script.write_text(JOB.replace("{work}", work))
        self.process.stdin.write(f"{script}\n")
        self.process.stdin.flush()

    def line(self) -> str:
        return self.process.stdout.readline().strip()

    def done(self, work: str) -> tuple[str, int]:
        self.begin(work)
        return self.line(), int(self.line())


@pytest.fixture
def workflow(tmp_path):
    workflow = Workflow(tmp_path)
    yield workflow
    workflow.process.kill()
    workflow.process.communicate()


def ended(pid: int) -> bool:
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists() or "State:\tZ" in Path(f"/proc/{pid}/status").read_text():
            return True
        time.sleep(0.05)
    return False


def test_a_job_is_a_fork_and_the_next_finds_what_it_imported(workflow):
    script = [str(workflow.folder / "job.py")]
    for warm in (True, True):  # named in the script, so imported before the first fork
        said, status = workflow.done("")
        assert said == f"job {workflow.server} {warm} {script} {workflow.folder} None"
        assert status == 0


def test_what_a_job_imported_late_is_there_for_the_next_of_its_rule(workflow):
    late = "print('colorsys' in sys.modules); __import__('colorsys')"
    workflow.begin(late)
    assert [workflow.line() for _ in range(3)][1:] == ["False", "0"]
    workflow.begin(late)
    assert [workflow.line() for _ in range(3)][1:] == ["True", "0"]


@pytest.mark.parametrize(
    ("work", "status"),
    [
        ("sys.exit(3)", 3),
        ("raise ValueError('broken')", 1),
        ("import signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("import signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
    ],
)
def test_a_job_ends_as_its_fork_did(workflow, work, status):
    assert workflow.done(work)[1] == status
    assert workflow.done("")[1] == 0  # and the next one does not suffer


def test_an_error_is_said_where_the_job_says_things(workflow):
    workflow.done("raise ValueError('broken')")
    workflow.process.kill()
    assert "ValueError: broken" in workflow.process.communicate()[1]


def waiting(workflow) -> tuple[int, int]:
    """Begin a job that takes long, and return the process that Snakemake would know, and the fork."""
    workflow.begin("import time; print(os.getpid(), flush=True); time.sleep(60)")
    workflow.line()
    fork = int(workflow.line())
    children = Path(f"/proc/{workflow.process.pid}/task/{workflow.process.pid}/children").read_text().split()
    (asked,) = {int(pid) for pid in children} - {workflow.server}
    return asked, fork


def test_who_kills_the_job_kills_the_fork(workflow):
    asked, fork = waiting(workflow)
    os.kill(asked, signal.SIGKILL)
    assert ended(fork)
    assert workflow.line() == str(-signal.SIGKILL)
    assert workflow.done("")[0].startswith(f"job {workflow.server} ")


def test_a_job_that_is_asked_to_end_may_tidy_up(workflow):
    tidy = "import signal, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(5)); "
    workflow.begin(tidy + "print('ready', flush=True); time.sleep(60)")
    assert [workflow.line(), workflow.line()][1] == "ready"
    children = Path(f"/proc/{workflow.process.pid}/task/{workflow.process.pid}/children").read_text().split()
    for pid in {int(pid) for pid in children} - {workflow.server}:
        os.kill(pid, signal.SIGTERM)
    assert workflow.line() == "5"


def test_without_the_warm_process_a_job_runs_by_itself(workflow):
    _, fork = waiting(workflow)
    os.kill(workflow.server, signal.SIGKILL)
    assert ended(fork)
    # The job that was under way is done again, by itself; so is the next.
    assert workflow.line().startswith(f"job {workflow.process.pid} ")
    again = int(workflow.line())
    os.kill(again, signal.SIGKILL)
    assert workflow.line() == str(-signal.SIGKILL)
    said, status = workflow.done("")
    assert said.startswith(f"job {workflow.process.pid} ")
    assert status == 0


def test_a_job_of_several_threads_runs_by_itself(tmp_path):
    workflow = Workflow(tmp_path, OMP_NUM_THREADS="2")
    assert workflow.done("")[0].startswith(f"job {workflow.process.pid} ")
    workflow.process.kill()
    workflow.process.communicate()


def test_it_ends_with_its_starter_and_leaves_nothing(workflow):
    workflow.process.kill()
    workflow.process.wait()
    assert ended(workflow.server)
    assert not Path(workflow.address).parent.exists()


def test_it_waits_for_the_last_fork(workflow):
    """As a job in a process of its own would outlive a killed Snakemake."""
    _, fork = waiting(workflow)
    workflow.process.kill()
    workflow.process.wait()
    time.sleep(0.5)
    assert Path(f"/proc/{fork}").exists()
    os.kill(fork, signal.SIGKILL)
    assert ended(workflow.server)


@pytest.mark.workflow
def test_the_next_job_is_a_fork_after_one_that_read_a_dataset(workflow):
    """What reads it is imported late, and by the warm process before the next fork."""
    data = workflow.folder / "data.parquet"
    pd.DataFrame({"text": ["a b"]}).to_parquet(data)
    read = "from fbert.corpora.readers import read_sentences; "
    read += f"print(len(read_sentences({str(data)!r}, 'parquet')), 'datasets' in sys.modules)"
    workflow.begin(read)
    assert [workflow.line() for _ in range(3)][1:] == ["1 True", "0"]
    workflow.begin("print('datasets' in sys.modules)")
    assert [workflow.line() for _ in range(3)][1:] == ["True", "0"]
    assert workflow.done("")[0].startswith(f"job {workflow.server} ")


@pytest.mark.hard
def test_nothing_that_scripts_import_starts_a_thread(tmp_path):
    """A process with threads must not fork, and jobs would be slow again without a word."""
    workflow = Workflow(tmp_path)
    imports = "import runpy; from pathlib import Path; from fbert.fingerprint import imports; "
    imports += "from fbert.warm import _import; "
    imports += f"[_import(imports(p)) for p in Path({str(ROOT / 'scripts')!r}).glob('*.py')]; "
    imports += "print(sorted({'torch', 'sklearn', 'pandas', 'matplotlib', 'numba'} - sys.modules.keys()))"
    workflow.begin(imports)
    assert [workflow.line() for _ in range(3)][1:] == ["[]", "0"]
    assert workflow.done("")[0].startswith(f"job {workflow.server} ")
    workflow.process.kill()
    workflow.process.communicate()
