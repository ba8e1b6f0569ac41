"""The tasks that a study knows by name. Jobs are handed definitions, so that a task more reruns nothing."""

from __future__ import annotations

from collections.abc import Mapping

from fbert.task_definitions import ABSENT, TaskDefinition

_PREPOSITION = {"smwe": ABSENT, "ss": r"p\..*"}

KNOWN_TASKS: Mapping[str, TaskDefinition] = {
    "POS": TaskDefinition("word", "upos"),
    "DEP": TaskDefinition("pair", "deprel"),
    "PS-role": TaskDefinition("word", "ss", _PREPOSITION),
    "PS-fxn": TaskDefinition("word", "ss2", _PREPOSITION),
    "TREC-50": TaskDefinition("sentence", "label"),
}
