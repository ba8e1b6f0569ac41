"""Which words of a sentence become examples of which task, in both splits."""

import numpy as np
import pytest

from fbert.errors import CorruptFileError, InputError
from fbert.prepare import prepare
from fbert.prepared import SECOND, PreparedCorpus
from fbert.study.known_tasks import KNOWN_TASKS
from fbert.task_definitions import TaskDefinition

TREE = """\
# sent_id = 1
1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
1\tdo\tdo\tAUX\t_\t_\t3\taux\t_\t_
2\tn't\tnot\tPART\t_\t_\t3\tadvmod:neg\t_\t_
3\trun\trun\tVERB\t_\t_\t0\troot\t_\t_
3.1\tghost\t_\t_\t_\t_\t_\t_\t_\t_

# sent_id = 2
1\tlight\tlight\tNOUN\t_\t_\t0\troot\t_\t_

"""


@pytest.fixture
def treebank(tmp_path):
    path = tmp_path / "tree.conllu"
    path.write_text(TREE)
    return path


def known(names):
    return {name: KNOWN_TASKS[name] for name in names}


def prepared(path, tasks, **changes):
    arguments = {"format": "conllu", "synthetic": False, "test_share": None, "split_seed": 0} | changes
    return prepare("toy", {"train": path, "test": path}, tasks=known(tasks), **arguments)


def test_words_are_neither_ranges_nor_empty_nodes(treebank):
    corpus = prepared(treebank, ["POS"])
    train = corpus.splits["train"]
    assert train.sentences == (("do", "n't", "run"), ("light",))
    assert corpus.labels["POS"] == ("AUX", "NOUN", "PART", "VERB")
    np.testing.assert_array_equal(train.examples["POS"].words, [[0], [1], [2], [0]])
    np.testing.assert_array_equal(train.examples["POS"].sentences, [0, 0, 0, 1])
    np.testing.assert_array_equal(train.examples["POS"].labels, [0, 2, 3, 1])


def test_pairs_are_dependent_then_head_and_the_root_has_none(treebank):
    corpus = prepared(treebank, ["DEP"])
    assert corpus.labels["DEP"] == ("advmod:neg", "aux")
    np.testing.assert_array_equal(corpus.splits["train"].examples["DEP"].words, [[0, 2], [1, 2]])


def test_prepositions_are_units_of_one_word(tmp_path):
    def row(number, word, smwe, ss, ss2):
        cells = [str(number), word, *["_"] * 8, smwe, "P", word, ss, ss2, *["_"] * 4]
        return "\t".join(cells)

    rows = [
        row(1, "for", "_", "p.Purpose", "p.Goal"),
        row(2, "out", "1:1", "p.Locus", "p.Locus"),
        row(3, "of", "1:2", "_", "_"),
        row(4, "light", "_", "n.ACT", "_"),
    ]
    path = tmp_path / "lex.conllulex"
    path.write_text("# sent_id = 1\n" + "\n".join(rows) + "\n\n")
    corpus = prepared(path, ["PS-role", "PS-fxn"], format="conllulex")
    assert corpus.labels == {"PS-role": ("p.Purpose",), "PS-fxn": ("p.Goal",)}
    np.testing.assert_array_equal(corpus.splits["test"].examples["PS-role"].words, [[0]])


def test_the_checksum_is_of_what_the_tasks_see(tmp_path):
    """The same file divided in another way, or other examples of it, are other data."""
    path = tmp_path / "many.conllu"
    path.write_text("".join(line for line in TREE.splitlines(keepends=True) if line[0] != "#") * 8)

    def checksum(tasks=("POS",), of=("POS",), **changes):
        arguments = {"format": "conllu", "synthetic": False, "test_share": 0.3, "split_seed": 0} | changes
        return prepare("toy", {"all": path}, tasks=known(tasks), **arguments).checksum(of)

    assert checksum() == checksum(["POS", "DEP"]), "another task is no other data"
    assert len({checksum(), checksum(split_seed=1), checksum(test_share=0.5)}) == 3
    assert checksum(["DEP"], ["DEP"]) != checksum()


def test_a_condition_that_nothing_meets_is_named(treebank):
    nouns = TaskDefinition("word", "upos", where={"upos": "NOWN"})
    with pytest.raises(InputError, match=r"no example of nouns .*either no row fits `where` .*NOWN"):
        prepare("toy", {"train": treebank, "test": treebank}, "conllu", {"nouns": nouns}, False, None, 0)


def test_what_is_written_is_read_again(treebank, tmp_path):
    corpus = prepared(treebank, ["POS", "DEP"])
    corpus.write(tmp_path / "toy.json")
    again = PreparedCorpus.read(tmp_path / "toy.json")
    assert (again.name, again.labels) == (corpus.name, corpus.labels)
    assert again.checksum(corpus.labels) == corpus.checksum(corpus.labels)
    for split, part in corpus.splits.items():
        assert again.splits[split].sentences == part.sentences
        for task, examples in part.examples.items():
            np.testing.assert_array_equal(again.splits[split].examples[task].words, examples.words)
            np.testing.assert_array_equal(again.splits[split].examples[task].labels, examples.labels)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"name": "toy"}', '{"splits": 3}'])
def test_a_file_that_is_no_prepared_corpus_is_refused_by_name(tmp_path, content):
    path = tmp_path / "broken.json"
    path.write_text(content)
    with pytest.raises(CorruptFileError, match=r"broken\.json.*delete it and run again"):
        PreparedCorpus.read(path)


def test_a_task_without_examples_is_an_error(tmp_path):
    path = tmp_path / "bare.conllu"
    path.write_text("1\tlight\t_\t_\t_\t_\t_\t_\t_\t_\n\n")
    with pytest.raises(InputError, match="no example of POS in its train part"):
        prepared(path, ["POS"])


@pytest.mark.hard
@pytest.mark.parametrize(
    ("files", "format", "share", "expected"),
    [
        (
            {"all": "UD_English-PUD/en_pud-ud-test.conllu"},
            "conllu",
            0.2,
            {"POS": (17, 21176), "DEP": (46, 20176)},
        ),
        (
            {part: f"streusle/streusle.ud_{part}.conllulex" for part in ("train", "test")},
            "conllulex",
            None,
            {"PS-role": (46, 4282 + 457), "PS-fxn": (40, 4282 + 457)},
        ),
        (
            {"train": "trec/train_5500.label", "test": "trec/TREC_10.label"},
            "trec",
            None,
            {"TREC-50": (50, 5452 + 500)},
        ),
    ],
)
def test_the_counts_of_the_real_corpora_come_out(corpora_folder, files, format, share, expected):
    paths = {part: corpora_folder / file for part, file in files.items()}
    corpus = prepare("real", paths, format, known(expected), False, share, 0)
    for task, (labels, examples) in expected.items():
        assert len(corpus.labels[task]) == labels
        assert sum(len(split.examples[task].labels) for split in corpus.splits.values()) == examples


@pytest.mark.parametrize(
    ("definition", "labels"),
    [
        (TaskDefinition("word", "deprel.universal"), ("advmod", "aux", "root")),
        (TaskDefinition("word", "feats.Number"), ("Plur", "Sing")),
        (TaskDefinition("word", "upos", {"deprel": "advmod.*|root"}), ("NOUN", "PART", "VERB")),
        (TaskDefinition("pair", "upos"), ("AUX", "PART")),
    ],
)
def test_a_task_of_ones_own_is_a_column_a_feature_or_a_selection(tmp_path, definition, labels):
    rows = TREE.replace("run\tVERB\t_\t_", "run\tVERB\t_\tNumber=Plur|Mood=Ind")
    rows = rows.replace("light\tNOUN\t_\t_", "light\tNOUN\t_\tCase=Nom|Number=Sing")
    path = tmp_path / "tree.conllu"
    path.write_text(rows)
    corpus = prepare("toy", {"train": path, "test": path}, "conllu", {"own": definition}, False, None, 0)
    assert corpus.labels["own"] == labels


def test_texts_and_pairs_of_texts_are_sentences(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("a,b,same,lang\nIt rains,Wet !,yes,en\nEs regnet,Nass,no,de\nx y,z,_,en\nx,z,no,en\n")
    definition = TaskDefinition("sentence pair", "same", {"lang": "en"})
    layout = {"text": ("a", "b")}
    files = {"train": path, "test": path}
    corpus = prepare("toy", files, "csv", {"same": definition}, False, None, 0, layout)
    train = corpus.splits["train"]
    assert train.sentences[0] == ("It", "rains", SECOND, "Wet", "!")
    assert corpus.labels["same"] == ("no", "yes")
    np.testing.assert_array_equal(train.examples["same"].sentences, [0, 3])
    np.testing.assert_array_equal(train.examples["same"].labels, [1, 0])
    assert train.examples["same"].words.shape == (2, 0)
    alone = prepare(
        "toy", files, "csv", {"same": TaskDefinition("sentence", "same")}, False, None, 0, {"text": ("a",)}
    )
    assert alone.splits["test"].sentences[1] == ("Es", "regnet")
    corpus.write(tmp_path / "toy.json")
    assert PreparedCorpus.read(tmp_path / "toy.json").splits["train"].sentences == train.sentences


def test_only_the_columns_that_tasks_ask_for_must_be_filled(tmp_path):
    path = tmp_path / "moods.csv"
    path.write_text("text,mood,note\nA b,good,\nC,,x\n")
    files = {"train": path, "test": path}
    with pytest.raises(InputError, match=r"moods\.csv:3: found '' in column 'mood'"):
        prepare("toy", files, "csv", {"mood": TaskDefinition("sentence", "mood")}, False, None, 0)
    path.write_text("text,mood,note\nA b,good,\nC,bad,x\n")
    corpus = prepare("toy", files, "csv", {"mood": TaskDefinition("sentence", "mood")}, False, None, 0)
    assert corpus.labels["mood"] == ("bad", "good")


CONTRADICTING = """text,mood
how many,count
who,other
how many,other
how many,count
why,other
"""


def moods(path, contradictions):
    definition = TaskDefinition("sentence", "mood", contradictions=contradictions)
    path.write_text(CONTRADICTING)
    return prepared_moods(path, definition)


def prepared_moods(path, definition):
    arguments = {"format": "csv", "synthetic": False, "test_share": None, "split_seed": 0}
    return prepare("own", {"train": path, "test": path}, tasks={"mood": definition}, **arguments)


def test_contradictory_examples_are_kept_or_dropped_and_counted(tmp_path):
    kept = moods(tmp_path / "moods.csv", "keep")
    assert len(kept.splits["train"].examples["mood"].labels) == 5
    assert kept.dropped == {"mood": 0}
    left = moods(tmp_path / "moods.csv", "drop")
    assert left.splits["train"].examples["mood"].sentences.tolist() == [1, 4]
    assert left.labels["mood"] == ("other",)
    assert left.dropped == {"mood": 2 * 3}
    left.write(tmp_path / "left.json")
    assert PreparedCorpus.read(tmp_path / "left.json").dropped == {"mood": 6}


def test_a_task_of_contradictions_alone_is_refused(tmp_path):
    path = tmp_path / "moods.csv"
    path.write_text("text,mood\nwho,one\nwho,other\n")
    definition = TaskDefinition("sentence", "mood", contradictions="drop")
    with pytest.raises(InputError, match=r"every example of mood in its train part contradicts another"):
        prepared_moods(path, definition)
