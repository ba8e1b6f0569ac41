"""Validation against a closed schema: every refusal names the key and the nearest valid one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from fbert.errors import InputError, nearest


def read_yaml(path: Path | str) -> Any:
    """Read a YAML file safely; a key given twice is refused, since YAML would drop the first in silence.

    Raises:
        InputError: no such file, not YAML, or a key twice; the message has file and line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from error
    try:
        return yaml.load(text, Loader=_UniqueKeyLoader)  # a SafeLoader
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML: {error}") from error


def validate(content: Any, schema: Mapping[str, Any], origin: str) -> None:
    """Refuse `content` unless it fits `schema`.

    Args:
        content: what was read.
        schema: a JSON Schema.
        origin: the file, to begin the message with.

    Raises:
        InputError: one line for each fault, with its key and the nearest valid key or value.
    """
    errors = sorted(Draft202012Validator(schema).iter_errors(content), key=lambda error: error.json_path)
    if errors:
        raise InputError("\n".join(f"{origin}: {_explain(error)}" for error in errors))


class _UniqueKeyLoader(yaml.SafeLoader):
    """A SafeLoader that refuses a mapping with the same key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                problem = f"key '{key}' given twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _explain(error: ValidationError) -> str:
    """Say what is wrong in one line: the key, what was found, what is valid."""
    key = ".".join(str(part) for part in error.absolute_path) or "the top level"
    if error.validator == "additionalProperties":
        return f"{key}: {_explain_unknown(error)}"
    if error.validator == "enum":
        return f"{key}: '{error.instance}' is not possible; {nearest(error.instance, error.validator_value)}"
    if error.validator == "type" and isinstance(error.instance, str) and _is_number(error.instance):
        number = f"{float(error.instance):.1e}"
        return f"{key}: '{error.instance}' is text in YAML, not a number; write {number}"
    return f"{key}: {error.message}"


def _explain_unknown(error: ValidationError) -> str:
    valid = error.schema["properties"]
    unknown = [name for name in error.instance if name not in valid]
    return "; ".join(f"unknown key '{name}', {nearest(name, valid)}" for name in unknown)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
