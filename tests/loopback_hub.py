"""A hub on the loopback: a server that speaks as much of it as Hugging Face's own clients ask."""

import hashlib
import http.server
import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

NOWHERE = "http://127.0.0.1:9"
"""An endpoint where nobody listens."""
_API = re.compile(r"/api/(models|datasets)/(.+?)(?:/(revision|tree|paths-info|refs|auth-check)(?:/(.*))?)?")
_FILE = re.compile(r"(/datasets)?/(.+?)/resolve/([^/]+)/(.+)")


@dataclass
class Repository:
    """A repository at one revision, and at others if it has more.

    Attributes:
        files: content by path.
        revision: its commit.
        gated: whether its files are for those alone who asked for them.
        converted: the commit of the hub's own conversion to Parquet.
        failing: the status with which it answers whatever is asked; 0 to answer.
        altered: paths of which something else comes over the wire than the hub says it has.
        fatal: a path in the middle of which the server dies, once small files were sent.
        others: the repository at other revisions.
    """

    files: Mapping[str, bytes]
    revision: str
    gated: bool = False
    converted: str | None = None
    failing: int = 0
    altered: set[str] = field(default_factory=set)
    fatal: str | None = None
    others: "Mapping[str, Repository]" = field(default_factory=dict)

    def entry(self, path: str) -> dict:
        """Describe a file; as on the hub, what is no small text is kept apart (lfs)."""
        content = self.files[path]
        found = {"type": "file", "path": path, "rfilename": path, "size": len(content)}
        blob = hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()
        large = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
        apart = {"lfs": large | {"oid": large["sha256"]}} if is_large(path) else {}
        return found | {"oid": blob, "blobId": blob} | apart

    def tree(self, folder: str) -> list[dict]:
        """Describe all files and folders under a folder."""
        paths = [path for path in self.files if path.startswith(f"{folder}/" if folder else "")]
        folders = {path[: at.start()] for path in paths for at in re.finditer("/", path)} - {folder}
        inner = [name for name in sorted(folders) if name.startswith(f"{folder}/" if folder else "")]
        found = [{"type": "directory", "path": name, "oid": "0" * 40, "size": 0} for name in inner]
        return found + [self.entry(path) for path in paths]


def is_large(path: str) -> bool:
    return path.endswith((".parquet", ".gz", ".safetensors", ".bin"))


class Hub(http.server.ThreadingHTTPServer):
    """Serves repositories by kind (`models`, `datasets`) and id; says what it was asked and sent."""

    def __init__(self, repositories: Mapping[tuple[str, str], Repository]) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.repositories = repositories
        self.asked = 0
        self.sent: set[str] = set()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(http.server.BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self):
        self._answer()

    def do_GET(self):
        self._answer()

    def do_POST(self):
        self._answer()

    def _answer(self) -> None:
        self.server.asked += 1
        path = unquote(urlsplit(self.path).path)
        if found := _API.fullmatch(path):
            kind, name, what, rest = found.groups()
            self._tell(self.server.repositories.get((kind, name)), what, rest or "")
        elif found := _FILE.fullmatch(path):
            kind, name, revision, file = found.groups()
            kind = "datasets" if kind else "models"
            self._send_file(self.server.repositories.get((kind, name)), revision, file)
        else:
            self._refuse(404, "EntryNotFound")

    def _tell(self, repository: Repository | None, what: str | None, rest: str) -> None:
        if repository is None:
            return self._refuse(401, "RepoNotFound")
        if repository.failing:
            return self._refuse(repository.failing, "")
        if what == "auth-check":
            return self._refuse(403, "GatedRepo") if repository.gated else self._send(b"{}")
        if what == "refs":
            converts = [
                {"name": "parquet", "ref": "refs/convert/parquet", "targetCommit": commit}
                for commit in filter(None, [repository.converted])
            ]
            return self._send_json({"branches": [], "tags": [], "converts": converts})
        revision, _, folder = rest.partition("/")
        repository = repository.others.get(revision, repository)
        if revision not in ("", "main", repository.revision):
            return self._refuse(404, "RevisionNotFound")
        if what == "tree":
            return self._send_json(repository.tree(folder))
        if what == "paths-info":
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["paths"]
            known = {entry["path"]: entry for entry in repository.tree("")}
            return self._send_json([known[path] for path in asked if path in known])
        siblings = [repository.entry(path) for path in repository.files]
        return self._send_json({"id": "x/y", "sha": repository.revision, "siblings": siblings, "tags": []})

    def _send_file(self, repository: Repository | None, revision: str, file: str) -> None:
        if repository is None:
            return self._refuse(401, "RepoNotFound")
        repository = repository.others.get(revision, repository)
        if revision != repository.revision:
            return self._refuse(404, "RevisionNotFound")
        if repository.gated:
            return self._refuse(403, "GatedRepo")
        if file not in repository.files:
            return self._refuse(404, "EntryNotFound")
        entry, content = repository.entry(file), repository.files[file]
        sum_of_file = entry["lfs"]["sha256"] if "lfs" in entry else entry["oid"]
        if file in repository.altered:
            content = content[:-1] + bytes([content[-1] ^ 1])
        headers = {"ETag": f'"{sum_of_file}"', "X-Repo-Commit": repository.revision}
        if file == repository.fatal and self.command == "GET":
            small = {name for name in repository.files if name.endswith((".json", ".txt"))}
            return self._die(content, headers, small)
        self._send(content, headers)
        if self.command == "GET":
            self.server.sent.add(file)
        return None

    def _die(self, content: bytes, headers: Mapping[str, str], before: set[str]) -> None:
        """Send half a file once others were sent, and let nobody connect from then on."""
        while not before <= self.server.sent:
            time.sleep(0.01)
        self.server.socket.close()
        self._begin(200, headers, len(content))
        self.wfile.write(content[: len(content) // 2])
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def _refuse(self, status: int, code: str) -> None:
        self._send(b"", {"X-Error-Code": code}, status)

    def _send_json(self, content: object) -> None:
        self._send(json.dumps(content).encode())

    def _send(self, content: bytes, headers: Mapping[str, str] = {}, status: int = 200) -> None:
        self._begin(status, headers, len(content))
        if self.command != "HEAD":
            self.wfile.write(content)

    def _begin(self, status: int, headers: Mapping[str, str], length: int) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def serving(repositories: Mapping[tuple[str, str], Repository]) -> Iterator[Hub]:
    with Hub(repositories) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def environment(endpoint: str, cache: object, offline: bool = False) -> dict[str, str]:
    """Return what Hugging Face's clients read while they are imported, so that each run is a process."""
    told = {"HF_HOME": str(cache), "HF_ENDPOINT": endpoint, "HF_HUB_OFFLINE": str(int(offline))}
    return told | {"HF_HUB_DISABLE_TELEMETRY": "1"}
