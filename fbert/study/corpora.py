"""The corpora of a study, and whether a task's labels can be in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fbert.corpora.layout import Layout
from fbert.corpora.readers import HUB, TABLES, columns_of
from fbert.corpora.registry import CorpusSource, known_corpora
from fbert.errors import InputError, nearest
from fbert.task_definitions import TaskDefinition

DOCUMENT = "document"
_SPLIT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_LEVELS = {
    "conllu": ("word", "pair"),
    "conllulex": ("word", "pair"),
    "streusle": ("word", "pair"),
    "trec": ("sentence",),
    "words": ("word",),
}


def corpus_source(entry: Mapping[str, Any], key: str) -> CorpusSource:
    """Turn a study's corpus entry into its source: a known one, or files of one's own.

    Args:
        entry: as it stands in the study.
        key: file and key, to begin a message with.

    Raises:
        InputError: keys that do not belong together, or no such corpus.
    """
    if "known" in entry:
        return _known_corpus(entry, key)
    if "format" not in entry or "files" not in entry:
        raise InputError(f"{key}: give either known, or format and files")
    parts = set(entry["files"])
    if parts not in ({"all"}, {"train", "test"}):
        raise InputError(f"{key}.files: give train and test, or all; found {', '.join(sorted(parts))}")
    if ("all" in parts) != ("test_share" in entry):
        raise InputError(f"{key}: test_share belongs to a file under `all`, and only there")
    if "split_by" in entry:
        _check_split_by(entry, key)
    _check_hub(entry, key)
    rest = {name: value for name, value in entry.items() if name not in ("text", "tokens", "columns")}
    return CorpusSource(**rest, layout=_layout(entry, key))


def _check_hub(entry: Mapping[str, Any], key: str) -> None:
    """Refuse a dataset of the hub that is not pinned, and what is no name of a split."""
    if entry["format"] != HUB:
        for name in {"hub", "revision", "config"} & set(entry):
            raise InputError(f"{key}.{name}: goes with format {HUB}, not {entry['format']}")
        return
    if not {"hub", "revision"} <= set(entry):
        raise InputError(f"{key}: format {HUB} needs hub (owner/name) and revision; pin the commit hash")
    for part, split in entry["files"].items():
        if not _SPLIT.fullmatch(split):
            raise InputError(
                f"{key}.files.{part}: '{split}' is no name of a split, such as train or validation; "
                "the first rows alone are asked for by `first`"
            )


def _check_split_by(entry: Mapping[str, Any], key: str) -> None:
    if "all" not in entry["files"]:
        raise InputError(f"{key}.split_by: belongs to a file under `all`, which is divided here")
    if entry["format"] in TABLES:
        if "tokens" in entry or entry["split_by"] == DOCUMENT:
            raise InputError(
                f"{key}.split_by: names a column of a table of texts, whose equal values stay together"
            )
    elif entry["split_by"] != DOCUMENT:
        raise InputError(f"{key}.split_by: in format {entry['format']} it can only be `{DOCUMENT}`")


def check_task(task: TaskDefinition, name: str, source: CorpusSource, key: str) -> None:
    """Refuse a task whose columns or level its corpus cannot have.

    Args:
        task: where its examples are.
        name: the corpus's name.
        source: the corpus.
        key: file and key, to begin a message with.

    Raises:
        InputError: the message has the columns or levels that are possible.
    """
    has = columns_of(source.format, source.layout)
    lacking = sorted(task.columns - set(has)) if has else []
    if source.format == "conllu":  # CoNLL-U Plus has more columns, in capitals, which its file names
        lacking = [column for column in lacking if column != column.upper()]
    for column in lacking:
        raise InputError(
            f"{key}: needs the column '{column}', which {name} in format {source.format} "
            f"does not have; it has {', '.join(has or ())}"
        )
    levels = _LEVELS.get(source.format) or (_level_of_table(source.layout),)
    if task.level not in levels:
        raise InputError(
            f"{key}: its level is {task.level}, but {name} in format {source.format} as it is given here "
            f"has labels of: {', '.join(levels)}"
        )


def _level_of_table(layout: Layout) -> str:
    if layout.tokens is not None:
        return "word"
    return "sentence" if len(layout.text) == 1 else "sentence pair"


def _layout(entry: Mapping[str, Any], key: str) -> Layout:
    """Return where the words are, once the keys that say so fit the format."""
    given = {name: entry[name] for name in ("text", "tokens", "columns") if name in entry}
    for name in given:
        formats = ("words",) if name == "columns" else TABLES
        if entry["format"] in formats:
            continue
        raise InputError(f"{key}.{name}: goes with format {', '.join(formats)}, not {entry['format']}")
    if {"text", "tokens"} <= set(given):
        raise InputError(f"{key}: give text (a column of texts) or tokens (one of words), not both")
    if "columns" in given and "form" not in given["columns"]:
        raise InputError(f"{key}.columns: one of them is `form`, the word itself; found {given['columns']}")
    text = given.get("text", Layout.text)
    return Layout(
        text=(text,) if isinstance(text, str) else tuple(text),
        tokens=given.get("tokens"),
        columns=tuple(given.get("columns", Layout.columns)),
    )


def _known_corpus(entry: Mapping[str, Any], key: str) -> CorpusSource:
    """Look up a known corpus; an undivided one may be given another division."""
    corpora = known_corpora()
    if entry["known"] not in corpora:
        raise InputError(f"{key}.known: no corpus '{entry['known']}'; {nearest(entry['known'], corpora)}")
    corpus = corpora[entry["known"]]
    division = {name: entry[name] for name in ("test_share", "split_seed", "split_by") if name in entry}
    if set(entry) - {"known", "first", *division} or (division and "all" not in corpus.files):
        raise InputError(
            f"{key}: beside `known` goes `first`, and of an undivided corpus test_share, split_seed, split_by"
        )
    if division.get("split_by", DOCUMENT) != DOCUMENT:
        raise InputError(f"{key}.split_by: in format {corpus.format} it can only be `{DOCUMENT}`")
    return replace(corpus, first=entry.get("first"), **division)
