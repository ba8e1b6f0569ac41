"""Validation against a closed schema: every refusal names the key and the nearest valid one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from fbert.errors import InputError, nearest


def read_yaml(path: Path | str) -> Any:
    """Read a YAML file safely; a key given twice is refused, since YAML would drop the first in silence.

    Raises:
        InputError: no such file, not YAML, or a key twice or that is no text; the message has file and line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from error
    try:
        return yaml.load(text, Loader=_TextKeyLoader)  # a SafeLoader
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML: {_without_source(error)}") from error


def validate(content: Any, schema: Mapping[str, Any], origin: str) -> None:
    """Refuse `content` unless it fits `schema`.

    Args:
        content: what was read.
        schema: a JSON Schema.
        origin: the file, to begin the message with.

    Raises:
        InputError: one line for each fault, with its key and the nearest valid key or value.
    """
    errors = sorted(_Validator(schema).iter_errors(content), key=lambda error: error.json_path)
    if errors:
        raise InputError("\n".join(f"{origin}: {_explain(error)}" for error in errors))


class _TextKeyLoader(yaml.SafeLoader):
    """A SafeLoader that refuses a key given twice, and one that is not text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == _MERGE:  # `<<: *anchor`, whose keys may be given again
                continue
            if key_node.tag != _TEXT:
                shown = f"'{key_node.value}'" if isinstance(key_node, yaml.ScalarNode) else "in brackets"
                problem = f"key {shown} is no text for YAML; put quotation marks around it"
            elif key_node.value in seen:
                problem = f"key '{key_node.value}' given twice"
            else:
                seen.add(key_node.value)
                continue
            raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
        return super().construct_mapping(node, deep)


_MERGE, _TEXT = "tag:yaml.org,2002:merge", "tag:yaml.org,2002:str"
# JSON Schema takes 3.0 for an integer, and NaN for a number.
_Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: isinstance(value, int) and not isinstance(value, bool),
            "number": lambda _, value: (
                isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            ),
        }
    ),
)


def _without_source(error: yaml.YAMLError) -> str:
    """Return the message; the file was named before."""
    return str(error).replace('in "<unicode string>", ', "")


def _explain(error: ValidationError) -> str:
    """Say what is wrong in one line: the key, what was found, what is valid."""
    key = ".".join(str(part) for part in error.absolute_path) or "the top level"
    if error.validator == "additionalProperties":
        return f"{key}: {_explain_unknown(error)}"
    if error.validator == "enum":
        return f"{key}: '{error.instance}' is not possible; {nearest(error.instance, error.validator_value)}"
    if error.validator == "type":
        return f"{key}: {_explain_type(error.instance, error.validator_value)}"
    if error.validator == "pattern" and "description" in error.schema:
        return f"{key}: '{error.instance}' is not possible. {error.schema['description']}"
    return f"{key}: {error.message}"


def _explain_type(found: Any, wanted: str | list[str]) -> str:
    """Say what was found where something else is wanted, and how to write what was probably meant."""
    possible = [wanted] if isinstance(wanted, str) else wanted
    names = " or ".join(_NAMES[kind] for kind in possible)
    if found is None:
        return f"nothing is there, where {names} should be"
    if "string" in possible and not isinstance(found, dict | list):
        return f"{found} is no text for YAML; put quotation marks around it"
    if {"number", "integer"} & set(possible) and isinstance(found, str) and _is_number(found):
        number = float(found)
        plain = f"{int(number)}" if number.is_integer() else f"{number:.1e}"
        return f"'{found}' is text in YAML, not a number; write {plain}"
    return f"{found!r} is not {names}"


_NAMES = {
    "object": "a mapping of keys to values",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a finite number",
    "boolean": "true or false",
    "null": "nothing",
}


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
