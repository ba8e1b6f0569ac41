"""`fbert verify` finds every planted fault by name, and nothing in a clean copy."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from checkout import TINY

from fbert.__main__ import _checksums, main
from fbert.errors import InputError
from fbert.made import Made
from fbert.verify import verify

ROOT = Path(__file__).parents[1]
CHECKPOINT = "checkpoints/demo/POS-seed0"
PLACE = "demo/original/PS-fxn"
KINDS_OF_FILES = [
    "corpora/generated/treebank.conllu",
    "examples/POS.json",
    "encoders/demo.json",
    f"{CHECKPOINT}/model.safetensors",
    f"{CHECKPOINT}/head.safetensors",
    f"{CHECKPOINT}/tokenizer.json",
    f"{CHECKPOINT}/config.json",
    f"{CHECKPOINT}/training.json",
    f"{CHECKPOINT}/log.jsonl",
    f"{CHECKPOINT}/snapshots/update_00000000.safetensors",
    f"embeddings/{PLACE}-train.h5",
    f"probes/{PLACE}-layer-last.json",
    f"probes/{PLACE}-layer-last-labels.csv",
    f"directprobe/{PLACE}-layer-last.json",
    "dynamics/demo/POS-seed0.h5",
    "learning_curves/demo/POS-seed0.json",
    "tables/table7.csv",
    "tables/table7.md",
    "figures/figure4.csv",
    "figures/figure4.png",
    "findings.json",
    "provenance.json",
]


@pytest.fixture(scope="module")
def whole(finished, tmp_path_factory) -> Path:
    """A copy of the finished results alone, as somebody might receive it."""
    folder = tmp_path_factory.mktemp("received") / "tiny"
    return Path(shutil.copytree(finished.folder / "results/tiny", folder))


@pytest.fixture
def spoilt(whole):
    """The same, which a test may spoil; it is mended afterwards."""
    spoilt = Spoilt(whole)
    yield spoilt
    spoilt.mend()


class Spoilt:
    def __init__(self, folder: Path):
        self.folder, self._before = folder, {}

    def keep(self, path: str) -> Path:
        file = self.folder / path
        self._before.setdefault(file, file.read_bytes() if file.is_file() else None)
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    def rewrite_record(self, path: str, **changes) -> None:
        file = self.keep(f"made/{path}.json")
        replace(Made.read(file), **changes).write(file)

    def mend(self) -> None:
        for file, content in self._before.items():
            if content is None:
                file.unlink(missing_ok=True)
            else:
                file.write_bytes(content)


def faults(folder, study=TINY) -> dict[str, tuple[str, str]]:
    found, _ = verify(folder, str(study), [ROOT / "studies"], ROOT / "scripts")
    return {str(Path(fault.path).relative_to(folder)): (fault.kind, fault.reason) for fault in found}


def test_nothing_is_found_in_a_clean_copy(whole):
    assert faults(whole) == {}


@pytest.mark.parametrize("path", KINDS_OF_FILES)
def test_a_flipped_bit_in_any_kind_of_file_is_found(spoilt, path):
    file = spoilt.keep(path)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    found = faults(spoilt.folder)
    assert found.pop(path)[0] == "damaged"
    assert found == {}


def test_a_missing_file_is_found(spoilt):
    spoilt.keep("tables/table7.csv").unlink()
    assert faults(spoilt.folder)["tables/table7.csv"][0] == "missing"


def test_a_file_that_no_job_made_is_foreign(spoilt):
    spoilt.keep("probes/demo/original/mine.json").write_text("{}")
    assert faults(spoilt.folder) == {
        "probes/demo/original/mine.json": ("foreign", "no record says how it was made")
    }


def test_a_result_without_its_record_is_foreign_and_what_was_made_from_it_is_not_trusted(spoilt):
    spoilt.keep("made/directprobe/demo/original/TREC-50/last.json").unlink()
    found = faults(spoilt.folder)
    assert found["directprobe/demo/original/TREC-50-layer-last.json"][0] == "foreign"


def test_a_record_that_was_altered_is_found(spoilt):
    file = spoilt.keep("made/finetune/demo/POS-seed0.json")
    file.write_text(file.read_text().replace('"seed": 0', '"seed": 1'))
    assert "its checksum differs" in faults(spoilt.folder)["made/finetune/demo/POS-seed0.json"][1]


def test_settings_of_another_time_are_stale_by_key(whole, tmp_path):
    study = tmp_path / "tiny.yaml"
    study.write_text(yaml.safe_dump(yaml.safe_load(TINY.read_text()) | {"finetuning": {"epochs": 2}}))
    found = faults(whole, study)
    assert found[f"{CHECKPOINT}/model.safetensors"] == ("stale", "finetuning.epochs: 1 -> 2")
    assert found["embeddings/demo/POS-seed0/POS-train.h5"][1] == "follows finetune demo POS-seed0"
    assert found["tables/table7.csv"][0] == "stale"
    assert "embeddings/demo/original/POS-train.h5" not in found
    assert "tables/table6.csv" not in found


def test_older_code_is_stale(spoilt):
    spoilt.rewrite_record("probe/demo/original/POS/last", code="0" * 16)
    found = faults(spoilt.folder)
    assert found["probes/demo/original/POS-layer-last.json"] == ("stale", "code")
    assert found["tables/table7.csv"] == ("stale", "follows probe demo original POS last")


def test_another_version_of_a_package_is_stale(spoilt):
    versions = Made.read(spoilt.folder / "made/embed/demo/original/POS.json").versions
    spoilt.rewrite_record("embed/demo/original/POS", versions=dict(versions) | {"torch": "1.0"})
    kind, reason = faults(spoilt.folder)["embeddings/demo/original/POS-test.h5"]
    assert (kind, reason[:12]) == ("stale", "torch 1.0 ->")


def test_what_was_made_from_another_file_is_stale(spoilt):
    """A store was made again, and the probe stands on the old one."""
    made = Made.read(spoilt.folder / "made/embed/demo/original/POS.json")
    outputs = dict.fromkeys(made.outputs, "f" * 64)
    spoilt.rewrite_record("embed/demo/original/POS", outputs=outputs)
    found = faults(spoilt.folder)
    assert found["embeddings/demo/original/POS-train.h5"][0] == "damaged"
    kind, reason = found["probes/demo/original/POS-layer-last.json"]
    assert kind == "stale"
    assert "embeddings/demo/original/POS-train.h5 is another" in reason


def test_a_record_of_another_study_is_foreign(spoilt):
    made = Made.read(spoilt.folder / "made/probe/demo/original/POS/last.json")
    place = "probes/minilm-9/original/POS-layer-last.json"
    spoilt.keep(place).write_text("{}")
    other = replace(
        made,
        wildcards=dict(made.wildcards) | {"encoder": "minilm-9"},
        outputs={f"./{place}": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
    )
    other.write(spoilt.keep("made/probe/minilm-9/original/POS/last.json"))
    assert faults(spoilt.folder)[place] == (
        "foreign",
        "probe minilm-9 original POS last is no job of this study",
    )


def test_a_received_folder_brings_its_study_along(whole, monkeypatch, tmp_path, capsys):
    """The study file is elsewhere: what it said stands in the provenance."""
    monkeypatch.chdir(tmp_path)
    assert main(["verify", str(whole)]) == 0
    assert "no faults" in capsys.readouterr().out


def test_checksums_are_those_by_which_a_workflow_here_would_go(monkeypatch, tmp_path, capsys):
    """Of a file that is not the public one, everything was said to be stale."""
    monkeypatch.chdir(tmp_path)
    assert _checksums(None) == {}
    Path("config").mkdir()
    Path("config/config.yaml").write_text("checksums: {a: 1, b: 2}")
    given = tmp_path / "mine.yaml"
    given.write_text("checksums: {b: 3}\nmirror: here")
    assert _checksums(None) == {"a": 1, "b": 2}
    assert _checksums(given) == {"a": 1, "b": 3}
    assert main(["verify", ".", "--configfile", "absent.yaml"]) == 2
    assert "absent.yaml: cannot be read" in capsys.readouterr().err


def test_what_is_no_folder_of_results_is_refused(tmp_path, capsys):
    with pytest.raises(InputError, match="no results of a study"):
        verify(tmp_path, None, [ROOT / "studies"], ROOT / "scripts")
    assert main(["verify", str(tmp_path)]) == 2
    (tmp_path / "made").mkdir()
    (tmp_path / "provenance.json").write_text(json.dumps({"study": 3}))
    assert main(["verify", str(tmp_path)]) == 2
    assert "name it with --study" in capsys.readouterr().err
