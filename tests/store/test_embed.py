"""A store holds the vectors that its tasks need, once, and gives them back by task and layer."""

import h5py
import numpy as np
import pytest
import torch
from encoder.tiny import MAX_POSITIONS, build, corpus, minilm

from fbert.encoder.model import Encoder
from fbert.errors import InputError
from fbert.prepared import Examples, PreparedCorpus, Split
from fbert.store import read, read_forms, read_layers, read_provenance
from fbert.store.embed import embed

TASKS = ("POS", "DEP", "TREC-50")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return Encoder.load(build("bert", tmp_path_factory.mktemp("bert")), "cpu")


@pytest.fixture(scope="module")
def tiny():
    return corpus()


def directly(encoder, split, task, layer):
    """Each example's vector, computed from all sentences of the split."""
    vectors = {found.index: found for found in encoder.vectors(split.sentences, [layer])}
    examples = split.examples[task]
    rows = []
    for sentence, words in zip(examples.sentences, examples.words, strict=True):
        found = vectors[sentence]
        rows.append(np.concatenate([found.words[0, word] for word in words] or [found.sentence[0]]))
    return np.stack(rows)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("layer", [0, 3])
def test_what_is_read_is_what_the_encoder_gives(encoder, tiny, tmp_path, task, layer):
    embed(encoder, tiny, "train", tmp_path / "store.h5", TASKS)
    X, y, labels = read(tmp_path / "store.h5", task, layer)
    np.testing.assert_allclose(X, directly(encoder, tiny.splits["train"], task, layer), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(y, tiny.splits["train"].examples[task].labels)
    assert (labels, X.dtype) == (tiny.labels[task], np.float32)


def test_a_pair_is_joined_dependent_first(encoder, tiny, tmp_path):
    embed(encoder, tiny, "test", tmp_path / "store.h5", ["DEP", "POS"])
    pairs, words = (read(tmp_path / "store.h5", task, 2).X for task in ("DEP", "POS"))
    place = {(s, w): row for row, (s, (w,)) in enumerate(_examples(tiny, "POS"))}
    for row, (sentence, (dependent, head)) in enumerate(_examples(tiny, "DEP")):
        np.testing.assert_array_equal(pairs[row, :16], words[place[sentence, dependent]])
        np.testing.assert_array_equal(pairs[row, 16:], words[place[sentence, head]])


def _examples(tiny, task):
    examples = tiny.splits["test"].examples[task]
    return zip(examples.sentences.tolist(), examples.words.tolist(), strict=True)


def test_tasks_share_rows_and_nothing_else_is_kept(encoder, tiny, tmp_path):
    words = sum(map(len, tiny.splits["train"].sentences))
    questions = len(tiny.splits["train"].examples["TREC-50"].labels)
    for tasks, expected in ((["POS", "DEP"], words), (["TREC-50"], questions), (TASKS, words + questions)):
        embed(encoder, tiny, "train", tmp_path / "store.h5", tasks, layers=[3, 1])
        with h5py.File(tmp_path / "store.h5") as file:
            assert file["layer_03"].shape == (expected, 16)
        assert read_layers(tmp_path / "store.h5") == (1, 3)


def test_forms_are_words_and_sentences(encoder, tiny, tmp_path):
    embed(encoder, tiny, "test", tmp_path / "store.h5", TASKS)
    sentences = tiny.splits["test"].sentences
    assert read_forms(tmp_path / "store.h5", "POS") == tuple(word for words in sentences for word in words)
    assert read_forms(tmp_path / "store.h5", "DEP") == read_forms(tmp_path / "store.h5", "POS")
    asked = [sentences[index] for index in tiny.splits["test"].examples["TREC-50"].sentences]
    assert read_forms(tmp_path / "store.h5", "TREC-50") == tuple(map(" ".join, asked))


def test_float16_is_the_rounded_float32_at_half_the_size(encoder, tiny, tmp_path):
    for dtype in ("float16", "float32"):
        embed(encoder, tiny, "train", tmp_path / dtype, ["POS"], dtype=dtype)
    half, full = (read(tmp_path / dtype, "POS", 3).X for dtype in ("float16", "float32"))
    np.testing.assert_array_equal(half, full.astype(np.float16).astype(np.float32))
    with h5py.File(tmp_path / "float16") as file:
        assert file["layer_03"].dtype == np.float16


def test_provenance_says_what_made_it_and_what_was_cut(encoder, tmp_path):
    words = ("light",) * MAX_POSITIONS + ("",)
    examples = {"POS": Examples(np.array([0, 0]), np.array([[0], [1]]), np.array([0, 1]))}
    long = PreparedCorpus("long", True, {"POS": ("A", "B")}, {"train": Split((words,), examples)})
    embed(encoder, long, "train", tmp_path / "store.h5", ["POS"], provenance={"study": "s"})
    found = read_provenance(tmp_path / "store.h5")
    expected = {
        "encoder": "bert",
        "weights": encoder.checksum(),
        "corpus": "long",
        "split": "train",
        "study": "s",
    }
    assert expected.items() <= found.items()
    assert found["reading"] == {"texts": 1, "cut": 1, "words": len(words), "unknown": 1, "dropped": 1}


def test_a_store_grows_with_the_sum_of_its_texts(encoder, tmp_path):
    """One text of 200 kB among 500 short ones: text of fixed length would take 100 MB."""
    sentences = (*[("light", f"number{n}") for n in range(500)], ("light" * 40_000,))
    rows = np.arange(len(sentences))
    examples = {"r": Examples(rows, np.zeros((len(rows), 0), dtype=np.int64), rows % 2)}
    corpus = PreparedCorpus("c", True, {"r": ("A", "B")}, {"train": Split(sentences, examples)})
    embed(encoder, corpus, "train", tmp_path / "store.h5", ["r"], layers=[1])
    assert (tmp_path / "store.h5").stat().st_size < 200_000 + 501 * (4 * encoder.dim + 100) + 50_000
    assert read_forms(tmp_path / "store.h5", "r") == tuple(" ".join(words) for words in sentences)


def test_what_is_not_there_is_refused_by_name(encoder, tiny, tmp_path):
    path = tmp_path / "store.h5"
    with pytest.raises(InputError, match="corpus tiny: no task PS-fxn; it has POS, DEP, TREC-50"):
        embed(encoder, tiny, "train", path, ["PS-fxn"])
    with pytest.raises(InputError, match="dtype 'float8' is not possible; valid are: float16, float32"):
        embed(encoder, tiny, "train", path, ["POS"], dtype="float8")
    embed(encoder, tiny, "train", path, ["POS"], layers=[1, 2])
    with pytest.raises(InputError, match="has no task DEP; it has POS"):
        read(path, "DEP", 1)
    with pytest.raises(InputError, match="has no layer 0; it has 1, 2"):
        read(path, "POS", 0)
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "other.h5", "POS", 0)


@pytest.mark.parametrize(
    ("factor", "dtype", "message"),
    [
        (np.nan, "float32", "layer 3, sentence .*vectors are not finite"),
        (np.inf, "float32", "layer 3, sentence .*vectors are not finite"),
        (1e6, "float16", "layer 3, sentence .*do not fit float16; store float32 instead"),
    ],
)
def test_values_that_are_no_numbers_are_refused(tiny, tmp_path, factor, dtype, message):
    encoder = Encoder.load(build("bert", tmp_path / "bert"), "cpu")
    with torch.no_grad():
        encoder.model.encoder.layer[-1].output.LayerNorm.weight.mul_(factor)
    with pytest.raises(InputError, match=f"encoder bert, {message}"):
        embed(encoder, tiny, "train", tmp_path / "store.h5", ["POS"], dtype=dtype)
    assert [path.name for path in tmp_path.iterdir()] == ["bert"]


def test_equal_data_is_equal_bytes_whatever_the_number_of_threads(tmp_path):
    before = torch.get_num_threads()
    for threads in (1, 2):
        torch.set_num_threads(threads)
        embed(Encoder.load(minilm(2), "cpu"), corpus(), "train", tmp_path / str(threads), ["DEP", "TREC-50"])
    torch.set_num_threads(before)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
