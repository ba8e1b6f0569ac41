"""Where the time of a study went, by made-up records and by those of a study that ran."""

import re
from dataclasses import replace

import pytest

from fbert.__main__ import main
from fbert.errors import CorruptFileError, InputError
from fbert.made import FOLDER, Job, Made
from fbert.profile import Profile, profile

# Name, seconds, processor seconds, and the jobs that it waits for.
JOBS = {
    "prepare": (1.0, 1.0, []),
    "train": (30.0, 20.0, ["prepare"]),
    "embed": (5.0, 5.0, ["train"]),
    "quick": (2.0, 2.0, ["embed", "prepare"]),
    "slow": (8.0, 7.5, ["embed"]),
    "alone": (12.0, 12.0, []),
}


@pytest.fixture
def folder(tmp_path):
    for name, (seconds, processor, before) in JOBS.items():
        wildcards = {"encoder": "mine", "tuned": "POS-seed0"} if name == "train" else {"task": "POS"}
        inputs = {f"./{other}.json": "0" for other in before} | {"../corpora/text.txt": "0"}
        took = {"seconds": seconds, "processor_seconds": processor, "memory_mb": 100 * seconds}
        made = Made(name, wildcards, {}, "", {}, inputs, {f"./{name}.json": "0"}, took=took)
        made.write(Job(str(tmp_path), name, wildcards, {}, "", {}).record)
    return tmp_path


def test_parts_add_up(folder):
    found = Profile(folder)
    of_rule = found.by(lambda made: made.rule)
    assert list(of_rule)[:3] == ["train", "alone", "slow"]
    assert (of_rule["train"].seconds, of_rule["train"].processor_seconds) == (30.0, 20.0)
    (of_encoder,) = found.by(lambda made: made.wildcards.get("encoder")).values()
    assert (of_encoder.jobs, of_encoder.memory_mb) == (1, 3000)


def test_the_longest_chain_is_that_of_seconds_and_not_of_jobs(folder):
    assert [made.rule for made in Profile(folder).chain] == ["prepare", "train", "embed", "slow"]
    lines = list(profile(folder))
    assert "6 jobs, 47.5 s of processor time in them, at most 3.0 GB of memory in one" in lines[0]
    assert "what no number of cores shortens: 44.0 s" in lines
    assert re.search(r"^POS +6 +47\.5 s +100% +10\.5 s +3\.0 GB$", "\n".join(lines), re.MULTILINE)


def test_records_that_name_each_other_come_to_an_end(folder):
    path = Job(str(folder), "prepare", {"task": "POS"}, {}, "", {}).record
    replace(Made.read(path), inputs={"./slow.json": "0"}).write(path)
    assert len(Profile(folder).chain) <= len(JOBS)


def test_what_has_no_records_is_refused(folder, tmp_path_factory):
    empty = tmp_path_factory.mktemp("empty")
    with pytest.raises(InputError, match="no records of jobs; is it a folder of results"):
        Profile(empty)
    (altered, *_) = (folder / FOLDER).rglob("*.json")
    altered.write_text(altered.read_text().replace("POS", "DEP"))
    with pytest.raises((InputError, CorruptFileError), match=re.escape(str(altered))):
        Profile(folder)


def test_of_a_study_that_ran(finished, capsys):
    assert main(["profile", str(finished.folder / "results/tiny")]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^finetune +3 +\d", said, re.MULTILINE)
    chain = said.partition("what no number of cores shortens")[2].split("\n")[1:]
    rules = [line.split()[2] for line in chain if line.strip()]
    assert rules[0] == "write_generated_corpus"
    assert rules[-1] == "provenance"
