"""What every record of a result says of its origin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fbert.store import read_layers, read_provenance


def resolve_layer(store: Path | str, layer: str) -> int:
    """Return a layer's number: `last` is the store's highest."""
    return read_layers(store)[-1] if layer == "last" else int(layer)


def origin(store: Path | str, task: str, layer: int) -> dict[str, Any]:
    """Return which encoder, state, corpus, task and layer a result is about, as the store itself says."""
    made = read_provenance(store)
    head = {key: made[key] for key in ("encoder", "state", "corpus", "synthetic")}
    return head | {"task": task, "layer": layer}
