"""Jobs as forks of one warm process, which has imported what they need.

Most of a small job is the start of its process: torch, a model class of transformers and scikit-learn take
seconds to import, and a study has hundreds of jobs. So a workflow that runs on this machine starts one
process that imports what a script asks for, once, and forks; a fork shares those modules and begins after
some milliseconds.

A script hands itself over in its first step (`fbert.job.job`):

    Snakemake --> python probe.py --request--> warm process --fork--> probe.py, run whole
                  waits, ends with             imports what probe.py
                  the fork's status            and its like need

What Snakemake starts is still a process for each job, which waits: killed, it takes the fork along; asked to
end (SIGTERM), it passes that on. The fork has the terminal, folder and environment of the job. Nothing else
differs, and no result: where there is no warm process (another machine, an environment of the job's own,
another system than Linux), where it was killed, or where it must not fork since some library started threads,
a script runs as it is.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Set
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any, NoReturn

from fbert.fingerprint import imports

ADDRESS = "FBERT_WARM"
"""The environment variable with the warm process's socket."""
# As Snakemake sets them for a job of one thread; libraries read them when they are imported.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
# No thread that tidies up the memory of pyarrow, which pandas imports.
_NO_THREADS = dict.fromkeys(_THREADS, "1") | {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
_LONGEST = 1 << 20
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
_started: list[subprocess.Popen[bytes]] = []


def start() -> None:
    """Start the warm process of this one; it ends when this one has ended, and its last fork.

    Children of this process find it by the environment. Where it cannot be, they run as they are.
    """
    if not hasattr(os, "pidfd_open"):
        return
    folder = Path(tempfile.mkdtemp(prefix="fbert-"))  # of mode 0700: nobody else may ask
    address = str(folder / "socket")
    environment = os.environ | _NO_THREADS
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        try:
            listener.bind(address)
        except OSError:  # a temporary folder with too long a name
            folder.rmdir()
            return
        listener.listen(64)
        # -P: nothing in the working folder is taken for a module. Its input ends with this process.
        command = [sys.executable, "-P", "-m", "fbert.warm", str(listener.fileno()), address]
        _started.append(
            subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, pass_fds=[listener.fileno()])
        )
    os.environ[ADDRESS] = address


def hand_over(rule: str) -> None:
    """Have the warm process run this script, and end as the fork did; return where that cannot be.

    Args:
        rule: whose job it is. What one job of a rule imported late, the next ones need as well.
    """
    address = os.environ.pop(ADDRESS, None)
    if address is None or any(os.environ.get(name, "1") != "1" for name in _THREADS):
        return
    request = {
        "rule": rule,
        "script": str(Path(sys.argv[0]).resolve()),
        "folder": os.getcwd(),
        "environment": dict(os.environ),
    }
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        try:
            connection.connect(address)
            socket.send_fds(connection, [json.dumps(request).encode()], [1, 2])
        except OSError:
            return
        interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)  # from the keyboard, it reaches the fork too
        terminate = signal.signal(signal.SIGTERM, lambda number, _: connection.send(bytes([number])))
        try:
            answer = connection.recv(_LONGEST)
        except OSError:
            answer = b""
        if answer:
            _end(json.loads(answer))
        signal.signal(signal.SIGINT, interrupt)
        signal.signal(signal.SIGTERM, terminate)


def _end(status: int) -> NoReturn:
    """End this process as a fork has ended, be it by a signal."""
    if status < 0:
        with suppress(OSError):  # of SIGKILL
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


class _Server:
    """The warm process: one thread, which waits for requests, and for forks and its starter to end."""

    def __init__(self, listener: socket.socket) -> None:
        self._selector = selectors.DefaultSelector()
        self._forks = 0
        self._late: dict[str, set[str]] = {}
        self._listener: socket.socket | None = listener
        self._watch(listener, self._take)
        self._watch(sys.stdin, self._leave)

    def run(self) -> None:
        """Serve until the starter and all forks have ended."""
        while self._listener is not None or self._forks:
            for key, _ in self._selector.select():
                key.data()

    def _watch(self, file: Any, act: Callable[[], None]) -> None:
        self._selector.register(file, selectors.EVENT_READ, act)

    def _leave(self) -> None:
        """Take no further requests: the starter has ended, since nobody writes to its pipe."""
        assert self._listener is not None
        self._selector.unregister(sys.stdin)
        self._selector.unregister(self._listener)
        self._listener.close()
        self._listener = None

    def _take(self) -> None:
        """Take a request: import what it needs, fork, and watch the fork and who asked."""
        assert self._listener is not None
        connection, _ = self._listener.accept()
        with ExitStack() as stack:
            stack.enter_context(connection)
            message, files, _, _ = socket.recv_fds(connection, _LONGEST, 2)
            for file in files:
                stack.callback(os.close, file)
            if not message:  # who asked was killed
                return
            request = json.loads(message)
            _import(imports(Path(request["script"])) | self._late.get(request["rule"], set()))
            if len(os.listdir("/proc/self/task")) > 1:  # a fork has one thread, and others' locks for ever
                return
            late = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the fork has ended)
            gc.freeze()  # so that collecting garbage in a fork copies nothing
            pid = os.fork()
            if pid == 0:
                _be_the_job(request, files, late)
            self._follow(connection.dup(), pid, late, request["rule"])

    def _follow(self, connection: socket.socket, pid: int, late: IO[bytes], rule: str) -> None:
        self._forks += 1
        end = os.pidfd_open(pid)

        def asked() -> None:
            """Who asked has passed on a signal, or was killed."""
            with suppress(OSError):
                number = connection.recv(1)
                os.kill(pid, number[0] if number else signal.SIGKILL)
                if number:
                    return
            self._selector.unregister(connection)

        def ended() -> None:
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            self._selector.unregister(end)
            with suppress(KeyError):
                self._selector.unregister(connection)
            os.close(end)
            with late, connection, suppress(OSError):
                late.seek(0)
                self._late.setdefault(rule, set()).update(late.read().decode().split())
                connection.send(json.dumps(status).encode())
            self._forks -= 1

        self._watch(connection, asked)
        self._watch(end, ended)


def _import(names: Set[str]) -> None:
    """Import what is not imported; what fails will fail in the job, where it is reported."""
    for name in sorted(names - sys.modules.keys()):
        with suppress(Exception):
            importlib.import_module(name)


def _be_the_job(request: dict[str, Any], files: list[int], late: IO[bytes]) -> NoReturn:
    """Run a script in this fork as Python would in a process of its own, and end."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for number, file in enumerate(files, start=1):
        os.dup2(file, number)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = [request["script"]]
    sys.path.insert(0, str(Path(request["script"]).parent))
    known = set(sys.modules)
    status = _run(request["script"])
    with suppress(OSError):
        late.write(" ".join(sorted(set(sys.modules) - known)).encode())
        late.flush()
    # Without taking apart the interpreter, which costs as much as the start and is of no use.
    os._exit(status)


def _run(script: str) -> int:
    """Run a script to its end and return the status that Python would end with."""
    status = 0
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    return status


def _main() -> None:
    number, address = int(sys.argv[1]), Path(sys.argv[2])
    for interrupt in (signal.SIGINT, signal.SIGTERM):  # whoever ends a whole group means its jobs
        signal.signal(interrupt, signal.SIG_IGN)
    os.set_inheritable(number, False)
    try:
        _Server(socket.socket(fileno=number)).run()
    finally:
        address.unlink(missing_ok=True)
        address.parent.rmdir()


if __name__ == "__main__":
    _main()
