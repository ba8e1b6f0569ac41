"""Fetching, against a real server on loopback."""

import hashlib
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fbert.corpora.fetch import fetch
from fbert.corpora.registry import KnownFile
from fbert.errors import CorruptFileError, InputError
from fbert.files import checksum_of

BODY = b"NUM:date When was the bridge built ?\n" * 5000
SHA256 = f"sha256:{hashlib.sha256(BODY).hexdigest()}"


@dataclass
class Server:
    """What a server does at each request in turn (the last for ever after), and how often it was asked."""

    behaviours: list[str] = field(default_factory=lambda: ["whole"])
    requests: int = 0
    url: str = ""

    def behave(self, handler):
        behaviour = self.behaviours[min(self.requests, len(self.behaviours) - 1)]
        self.requests += 1
        if behaviour.isdecimal():
            handler.send_error(int(behaviour))
            return
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(BODY)))
        handler.end_headers()
        handler.wfile.write(BODY if behaviour == "whole" else BODY[: len(BODY) // 2])


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    behaviour = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            behaviour.behave(self)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        behaviour.url = f"http://127.0.0.1:{http.server_port}/file"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield behaviour
        http.shutdown()
        thread.join()


@pytest.fixture
def get(server, tmp_path):
    def get(checksum=SHA256, mirror=None):
        file = KnownFile("trec/file.label", server.url, checksum, "none")
        fetch(file, tmp_path / "downloads/file.label", mirror=mirror, first_wait=0.001)
        return (tmp_path / "downloads/file.label").read_bytes()

    return get


@pytest.fixture
def mirror(tmp_path):
    folder = tmp_path / "mirror"
    (folder / "trec").mkdir(parents=True)
    return folder


def files_left(tmp_path):
    return [path for path in (tmp_path / "downloads").rglob("*") if path.is_file()]


def test_a_download_arrives_whole(get, server, capfd):
    assert get() == BODY
    assert server.requests == 1
    assert "trec/file.label" in capfd.readouterr().err  # the progress bar


def test_a_git_blob_id_is_what_git_says(get, tmp_path):
    # `printf 'what is up, doc?' | git hash-object --stdin` in the Git book, section on objects
    (tmp_path / "doc").write_bytes(b"what is up, doc?")
    assert checksum_of(tmp_path / "doc", "git-blob") == "git-blob:bd9dbf5aae1a3862dd1526723246b20206e5fc37"
    assert get("git-blob:" + hashlib.sha1(b"blob %d\0" % len(BODY) + BODY).hexdigest()) == BODY


@pytest.mark.parametrize("failures", [["503"], ["cut"], ["500", "429", "cut", "502"]])
def test_a_passing_failure_is_tried_again(get, server, failures):
    server.behaviours = [*failures, "whole"]
    assert get() == BODY
    assert server.requests == len(failures) + 1


@pytest.mark.parametrize(
    ("behaviour", "requests", "message"),
    [
        ("404", 1, r"127\.0\.0\.1.*cannot be downloaded \(404.*trec/file\.label.*`mirror`"),
        ("503", 5, r"cannot be downloaded \(503"),
        ("cut", 5, r"cannot be downloaded \(.*IncompleteRead"),
    ],
)
def test_a_lasting_failure_says_what_to_do_and_leaves_no_file(
    get, server, tmp_path, behaviour, requests, message
):
    server.behaviours = [behaviour]
    with pytest.raises(InputError, match=message):
        get()
    assert server.requests == requests
    assert files_left(tmp_path) == []


def test_a_dead_server_is_an_input_error(tmp_path):
    file = KnownFile("a", "http://127.0.0.1:9/a", SHA256, "none")  # port 9: discard, nobody listens
    with pytest.raises(InputError, match="cannot be downloaded"):
        fetch(file, tmp_path / "downloads/a", first_wait=0.001)
    assert files_left(tmp_path) == []


@pytest.mark.parametrize("expected", ["sha256:" + "0" * 64, "git-blob:" + "0" * 40])
def test_a_wrong_checksum_names_both_and_leaves_no_file(get, tmp_path, expected):
    kind = expected.partition(":")[0]
    with pytest.raises(
        CorruptFileError, match=rf"/file: wrong checksum, expected {expected}, found {kind}:[1-9a-f]"
    ):
        get(expected)
    assert files_left(tmp_path) == []


def test_a_wrong_checksum_leaves_an_earlier_file_alone(get, tmp_path):
    get()
    with pytest.raises(CorruptFileError, match="wrong checksum"):
        get("sha256:" + "0" * 64)
    assert (tmp_path / "downloads/file.label").read_bytes() == BODY


def test_the_mirror_comes_first(get, server, mirror):
    (mirror / "trec/file.label").write_bytes(BODY)
    assert get(mirror=mirror) == BODY
    assert server.requests == 0


def test_what_the_mirror_lacks_is_downloaded(get, server, mirror):
    assert get(mirror=mirror) == BODY
    assert server.requests == 1


def test_a_wrong_file_in_the_mirror_is_refused_by_its_path(get, server, mirror):
    (mirror / "trec/file.label").write_bytes(BODY[:-1])
    with pytest.raises(CorruptFileError, match=r"mirror/trec/file\.label: wrong checksum"):
        get(mirror=mirror)
    assert server.requests == 0


def test_a_mirror_that_is_no_folder_is_refused(get, tmp_path):
    with pytest.raises(InputError, match=r"mirror: .*/nowhere is no folder"):
        get(mirror=tmp_path / "nowhere")


def test_the_expected_checksum_can_be_another(server, tmp_path):
    file = KnownFile("a", server.url, "sha256:" + "0" * 64, "none")
    fetch(file, tmp_path / "a", checksum=SHA256)
    assert (tmp_path / "a").read_bytes() == BODY
