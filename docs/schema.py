"""A hook of MkDocs: renders the schemas of a study and of config.yaml, and lists the decisions.

A page has the mark `<!-- fbert/study/schema.yaml -->`; the site has the keys, from their descriptions, in its
place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
MARK = re.compile(r"^<!-- (fbert/study/\w+\.yaml) -->$", flags=re.MULTILINE)
METHOD = re.compile(r"docs/method\.md, ([A-Z][\w -]+)")
Node = Mapping[str, Any]


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the keys of a schema where a page has its mark; MkDocs calls this for every page."""
    return MARK.sub(lambda mark: rendered(ROOT / mark[1]), markdown)


def on_config(config: Any) -> Any:
    """Put every decision into the contents, so that a new one needs no line in mkdocs.yml."""
    decisions = sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    pages = [f"decisions/{name}" for name in ("README.md", *decisions)]
    config["nav"] = [{"Decisions": pages} if "Decisions" in part else part for part in config["nav"]]
    return config


def rendered(path: Path) -> str:
    """Return the keys of a schema as Markdown: a heading and a table for each object.

    Args:
        path: a JSON schema as YAML.
    """
    schema = yaml.safe_load(path.read_text(encoding="utf-8"))
    return "\n".join(_section("", schema, schema.get("$defs", {})))


def _section(name: str, node: Node, defs: Node) -> Iterator[str]:
    """Yield the table of an object, and below it those of the objects within."""
    if name:
        yield f"\n### `{name}` {{#{_anchor(name)}}}\n"
        if "description" in node:
            yield f"{_line(node['description'])}\n"
    required = node.get("required", ())
    yield "| key | value | meaning |\n|---|---|---|"
    inner: dict[str, Node] = {}
    for key, raw in node["properties"].items():
        found, place = _resolved(raw, defs), f"{name}.{key}" if name else key
        below = _objects(place, found, defs)
        shared = _shared(raw)
        value = f"as in [{shared}](#{shared})" if shared else _value(found, defs)
        meaning = [_line(found.get("description", ""))]
        if "propertyNames" in found:
            meaning.append(_line(_resolved(found["propertyNames"], defs)["description"]))
        if below and not shared:
            links = ", ".join(f"[`{path}`](#{_anchor(path)})" for path in below)
            meaning.append(f"Its keys: {links}.")
            inner |= below
        if _many(names := found.get("items", found)):
            meaning.append(f"Possible are {', '.join(map(_code, names['enum']))}.")
        if key in required:
            meaning.append("*Required.*")
        if "default" in found and found["default"] != {}:
            meaning.append(f"Default: {_code(found['default'])}.")
        yield f"| `{key}` | {_cell(value)} | {_cell(' '.join(filter(None, meaning)))} |"
    for path, found in inner.items():
        yield from _section(path, found, defs)


def _objects(place: str, node: Node, defs: Node) -> dict[str, Node]:
    """Return the objects with keys of their own directly within a key, by their path."""
    if "properties" in node:
        return {place: node}
    named = node.get("additionalProperties")
    if isinstance(named, Mapping):
        return _objects(f"{place}.NAME", _resolved(named, defs), defs)
    if "items" in node:
        return _objects(f"{place}[]", _resolved(node["items"], defs), defs)
    return {}


def _resolved(node: Node, defs: Node) -> Node:
    """Follow a reference; what stands beside it wins."""
    if "$ref" not in node:
        return node
    return {**defs[node["$ref"].rpartition("/")[2]], **node}


def _shared(node: Node) -> str:
    """Return the name of the key whose keys these are too (`finetuning_keys` are those of `finetuning`)."""
    name = str(node.get("$ref", "")).rpartition("/")[2]
    return name.removesuffix("_keys") if name.endswith("_keys") else ""


def _value(node: Node, defs: Node) -> str:
    """Say in words which values a key takes."""
    if "oneOf" in node:
        return ", or ".join(_value(_resolved(one, defs), defs) for one in node["oneOf"])
    if "enum" in node:
        return "name" if _many(node) else ", ".join(map(_code, node["enum"]))
    kind = node.get("type", "object")
    kinds = [kind] if isinstance(kind, str) else kind
    return " or ".join(_of_kind(one, node, defs) for one in kinds)


def _of_kind(kind: str, node: Node, defs: Node) -> str:
    if kind == "array":
        size = str(node["minItems"]) if node.get("minItems", 0) == node.get("maxItems", -1) else ""
        return f"list of {size} {_value(_resolved(node['items'], defs), defs)}".replace("  ", " ")
    if kind in ("integer", "number"):
        return " ".join([kind, *_bounds(node)])
    return {"object": "mapping", "string": "text", "boolean": "true or false", "null": "null"}[kind]


def _bounds(node: Node) -> list[str]:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    said = [f"{sign} {node[name]}" for name, sign in signs.items() if name in node]
    return [" and ".join(said)] if said else []


def _many(node: Node) -> bool:
    """Whether there are too many names for the column of values."""
    return len(node.get("enum", ())) > 8


def _code(value: object) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, width=1000)
    return f"`{text.removesuffix('...' + chr(10)).strip()}`"


def _line(text: str) -> str:
    """Join lines, and make a link of a section of the method."""
    return METHOD.sub(_link, " ".join(text.split()))


def _link(reference: re.Match[str]) -> str:
    return f"[method, {reference[1]}](../method.md#{reference[1].lower().replace(' ', '-')})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _anchor(path: str) -> str:
    return re.sub(r"\W+", "-", path).strip("-").lower()
